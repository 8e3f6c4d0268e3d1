"""PDFs of editions: kept while it is a draft, fixed with it, signed with an amendment, and read by whoever reads the document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from common import tenancy
from common.errors import Refused
from common.files import store, sweep_files
from common.uploads import Overlarge
from contracts import amendment, selectors, services, signing
from contracts.models import AgreementDocument, Approval, DocumentFile, StandardEdition, StandardFile
from contracts.services import editing, library
from tests.contracts.changing import approvals, drafted, mailed, propose, proposed, shown, sign, signed, whole
from tests.contracts.pdfs import UNFIT, content, pdf
from tests.contracts.test_library import edition  # noqa: F401 - a fixture
from tests.tickets.acting import act, fresh


@pytest.fixture
def draft(cast: Any) -> AgreementDocument:
    wording = services.Wording("1", "So.", terms={"hours.increment": "30"})
    made: AgreementDocument = act(
        cast.ada, services.write, contract=cast.northwind_contract, kind="order", title="Order", clauses=[wording],
        effective_on=date(2026, 12, 1), now=cast.now,
    )  # fmt: skip
    return made


def attach(cast: Any, document: AgreementDocument, who: str = "ada", **more: Any) -> DocumentFile:
    wanted = {"document": document, "language": "en", "file": pdf(), "now": cast.now}
    kept: DocumentFile = act(getattr(cast, who), services.attach_file, **wanted | more)
    return kept


def files() -> list[tuple[str, str]]:
    with tenancy.everyone():
        return list(DocumentFile.objects.order_by("language").values_list("language", "name"))


def test_a_draft_has_one_a_language_with_its_hash(cast: Any, draft: AgreementDocument) -> None:
    kept = attach(cast, draft, file=pdf("Order\u202e.pdf"))
    attach(cast, draft, language="fr", file=pdf("commande.pdf"))
    assert files() == [("en", "Order.pdf"), ("fr", "commande.pdf")]
    assert (kept.sha256, kept.size) == (hashlib.sha256(content()).hexdigest(), len(content()))
    assert store().open(kept.key).read() == content()
    attach(cast, draft, file=pdf("second.pdf"))
    assert files() == [("en", "second.pdf"), ("fr", "commande.pdf")]
    act(cast.ada, services.remove_file, document=draft, language="fr", now=cast.now)
    assert files() == [("en", "second.pdf")]
    with pytest.raises(Refused, match="removed already"):
        act(cast.ada, services.remove_file, document=draft, language="fr", now=cast.now)


@pytest.mark.parametrize("what", UNFIT)
def test_what_is_no_whole_and_open_pdf_is_refused_in_words(cast: Any, draft: AgreementDocument, what: str) -> None:
    body, words = UNFIT[what]
    attach(cast, draft)
    with pytest.raises(Refused, match=words):
        attach(cast, draft, file=pdf("other.pdf", body))
    assert files() == [("en", "terms.pdf")]


def test_one_that_is_too_large_is_refused_by_its_size(cast: Any, draft: AgreementDocument, settings: Any) -> None:
    sent = Overlarge(name="big.pdf", size=settings.ATTACHMENT_MAX_BYTES + 1, file=BytesIO())
    with pytest.raises(Refused, match="a file may have"):
        attach(cast, draft, file=sent)


def test_published_its_files_never_change(cast: Any, draft: AgreementDocument) -> None:
    attach(cast, draft)
    act(cast.ada, services.publish, document=draft, now=cast.now)
    for change in (
        lambda: attach(cast, draft),
        lambda: act(cast.ada, services.remove_file, document=draft, language="en", now=cast.now),
    ):
        with pytest.raises(Refused, match="published already and never changes"):
            change()
    with tenancy.everyone():
        kept = DocumentFile.objects.get()
        for write in (
            lambda: DocumentFile.objects.filter(pk=kept.pk).update(sha256="0" * 64),
            kept.delete,
            lambda: DocumentFile.objects.create(
                organization_id=kept.organization_id, document=draft, language="fr", name="x", size=1, key="x",
                at=cast.now,
            ),
        ):  # fmt: skip
            with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
                write()


@pytest.mark.parametrize(
    ("who", "error"), [("max", PermissionDenied), ("lea", PermissionDenied), ("ann", PermissionDenied), ("gina", Http404)]
)  # fmt: skip
def test_a_contracts_own_document_is_an_administrators(
    cast: Any, draft: AgreementDocument, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        attach(cast, draft, who)


def test_clients_read_it_once_it_binds_and_outsiders_never(cast: Any, draft: AgreementDocument) -> None:
    kept = attach(cast, draft)

    def seen(who: str) -> bool:
        person = getattr(cast, who)
        with tenancy.user(person):
            try:
                return selectors.document_file(person, draft.contract_id, kept.pk) == kept
            except Http404:
                return False

    assert {who: seen(who) for who in ("ann", "bob", "julien", "max")} == {
        "ann": False, "bob": False, "julien": False, "max": True,
    }  # fmt: skip
    act(cast.ada, services.publish, document=draft, now=cast.now)
    assert (seen("ann"), seen("bob"), seen("julien")) == (True, False, False)
    with tenancy.user(cast.bob):  # the wall behind: a scope that isn't the client's reads no row at all
        assert not DocumentFile.objects.exists()


class TestSigned:
    def test_its_hash_is_part_of_what_is_signed(self, cast: Any) -> None:
        proposal = drafted(cast)
        plain = shown(proposal)
        kept = attach(cast, proposal.document, "max")
        assert shown(proposal) != plain
        propose(cast, proposal)
        sign(cast.rosa, proposal, cast)
        done = sign(cast.max, proposal, cast)
        with tenancy.everyone():
            text = signing.text_of(whole(done))
            forms = set(Approval.objects.filter(proposal=done).values_list("form", flat=True))
            assert services.verify() == (2, [])
        assert forms == {2}
        assert [(one.language, one.sha256) for one in text.files] == [("en", kept.sha256)]
        assert f'"files":[{{"language":"en","sha256":"{kept.sha256}"}}],"form":2' in amendment.canonical(text)

    def test_a_text_without_one_keeps_its_first_form(self, cast: Any) -> None:
        with tenancy.everyone():
            text = signing.text_of(whole(signed(cast)))
        assert '"form":1' in amendment.canonical(text)
        assert "files" not in amendment.canonical(text)

    @pytest.mark.parametrize("change", ["another", "removed"])
    def test_another_file_voids_what_was_signed(self, cast: Any, change: str) -> None:
        proposal = drafted(cast)
        attach(cast, proposal.document, "max")
        propose(cast, proposal)
        sign(cast.rosa, proposal, cast)
        if change == "another":
            attach(cast, proposal.document, "max", file=pdf(body=content(title="Other terms")))
        else:
            act(cast.max, services.remove_file, document=proposal.document, language="en", now=cast.now)
        assert approvals(proposal) == [("client", "Rosa Diaz", "edited")]
        assert fresh(proposal).status == "drafting"
        assert mailed("amendment.voided") == {"rosa@example.com": "amendment_voided"}

    def test_a_file_planted_behind_a_signature_is_found(self, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        done = signed(cast)
        planted = DocumentFile(language="en", sha256="0" * 64)
        monkeypatch.setattr(signing, "files_of", lambda document: [planted])
        with tenancy.everyone():
            assert [one.problem for one in services.verify()[1]] == ["form", "form"]
        assert done.status == "signed"

    def test_another_clients_approver_may_not(self, cast: Any) -> None:
        with pytest.raises(Http404):
            attach(cast, proposed(cast).document, "gina")


class TestLibrary:
    @pytest.fixture
    def kept(self, cast: Any, edition: StandardEdition) -> StandardFile:  # noqa: F811
        made: StandardFile = act(
            cast.ada, services.attach_standard_file, edition=edition, language="fr", file=pdf("usage.pdf"), now=cast.now
        )
        return made

    def test_an_incorporation_takes_the_same_files(self, cast: Any, kept: StandardFile) -> None:
        act(cast.ada, library.publish, edition=kept.edition, now=cast.now)
        document = act(
            cast.ada, services.incorporate, contract=cast.northwind_contract, edition=fresh(kept.edition),
            effective_on=date(2026, 12, 1), now=cast.now,
        )  # fmt: skip
        with tenancy.everyone():
            mine = DocumentFile.objects.get(document=document)
        assert (mine.key, mine.sha256, mine.language, mine.name) == (kept.key, kept.sha256, "fr", "usage.pdf")

    def test_published_they_never_change(self, cast: Any, kept: StandardFile) -> None:
        act(cast.ada, library.publish, edition=kept.edition, now=cast.now)
        with pytest.raises(Refused, match="write a new edition"):
            act(cast.ada, services.remove_standard_file, edition=kept.edition, language="fr")
        with tenancy.everyone(), pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            StandardFile.objects.all().delete()

    def test_a_clients_scope_reads_and_never_writes_them(self, cast: Any, kept: StandardFile) -> None:
        with pytest.raises(Http404), tenancy.user(cast.ann):
            selectors.standard_file(cast.ann, "fair-use", kept.pk)
        with pytest.raises(PermissionDenied):
            act(cast.max, services.remove_standard_file, edition=kept.edition, language="fr")
        act(cast.ada, library.publish, edition=kept.edition, now=cast.now)
        with tenancy.user(cast.ann):
            assert selectors.standard_file(cast.ann, "fair-use", kept.pk) == kept


@pytest.mark.django_db(transaction=True)
class TestStore:
    """What lies in the store follows the transaction."""

    def test_a_rollback_takes_the_file_back_and_a_removal_waits_for_commit(
        self, cast: Any, draft: AgreementDocument, stored: Callable[[], set[str]]
    ) -> None:
        before = stored()
        with tenancy.user(cast.ada):
            services.attach_file(actor=cast.ada, document=draft, language="en", file=pdf(), now=cast.now)
            transaction.set_rollback(True)
        assert stored() == before
        kept = attach(cast, draft)
        assert stored() == before | {kept.key}
        with tenancy.user(cast.ada):
            services.remove_file(actor=cast.ada, document=draft, language="en", now=cast.now)
            transaction.set_rollback(True)
        assert stored() == before | {kept.key}
        act(cast.ada, editing.remove, part=fresh(draft), now=cast.now)
        assert stored() == before

    @pytest.fixture
    def stored(self) -> Callable[[], set[str]]:
        def keys() -> set[str]:
            try:
                return {f"{folder}/{name}" for folder in store().listdir("")[0] for name in store().listdir(folder)[1]}
            except FileNotFoundError:
                return set()

        return keys

    def test_the_sweep_knows_whose_they_are(
        self, cast: Any, draft: AgreementDocument, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tenancy, "engine", tenancy.everyone)  # these tests are the app
        kept = attach(cast, draft)
        store().delete(kept.key)
        assert sweep_files(now=cast.now).missing == [kept.key]
