"""Documents: written as drafts, published once, and then fixed in Python and in PostgreSQL alike."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread
from time import monotonic
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from contracts import services
from contracts.agreement import agreement_of
from contracts.models import (
    AgreementDocument,
    Clause,
    ClauseTerm,
    Contract,
    Disposition,
    StandardClause,
    StandardEdition,
)  # fmt: skip
from contracts.selectors import effective_terms, promise
from contracts.services import Wording
from contracts.services import documents as documents_service
from tests.contracts.writing import bound
from tests.tickets.acting import act, everything, fresh

TODAY = date(2026, 11, 18)
HIGH = "slo.first_response.high"


def write(cast: Any, terms: dict[str, str] | None = None, actor: Any = None, **more: Any) -> AgreementDocument:
    arguments: dict[str, Any] = {
        "contract": cast.northwind_contract, "kind": "order", "title": "Order", "effective_on": TODAY, "now": cast.now,
        "clauses": [Wording("1", "So it is.", terms=terms if terms is not None else {HIGH: "90"})],
    } | more  # fmt: skip
    written: AgreementDocument = act(actor or cast.ada, services.write, **arguments)
    return written


def publish(cast: Any, document: AgreementDocument, actor: Any = None, **more: Any) -> AgreementDocument:
    done: AgreementDocument = act(actor or cast.ada, services.publish, **{"document": document, "now": cast.now} | more)
    return done


def value(cast: Any, on: date = TODAY, key: str = HIGH) -> Any:
    with tenancy.everyone():
        return effective_terms(Contract.objects.get(pk=cast.northwind_contract.pk), on)[key].settled


@pytest.fixture
def onboarding(cast: Any) -> Contract:
    """A contract that isn't live yet: documents of any date and amendments are written into it."""
    with tenancy.everyone():
        contract: Contract = Contract.objects.create(
            organization=cast.northwind, reference="NW-2027", starts_on=date(2027, 1, 1), calendar=cast.paris,
            status=Contract.Status.ONBOARDING,
        )  # fmt: skip
    return contract


class TestPublishing:
    def test_a_draft_promises_nothing_and_a_published_document_does(self, cast: Any) -> None:
        document = write(cast)
        assert value(cast) == 120
        published = publish(cast, document)
        assert (published.status, published.published_by_id, published.series) == ("signed", cast.ada.pk, "order")
        assert [value(cast, TODAY + timedelta(days=days)) for days in (-1, 0, 400)] == [120, 90, 90]
        with tenancy.user(cast.ann):
            (event,) = Event.objects.filter(verb="document.published")
            assert event.data == {
                "document_id": document.pk,
                "kind": "order",
                "edition": "1",
                "effective_on": "2026-11-18",
            }

    @pytest.mark.parametrize(("kind", "status"), [("guide", "published"), ("policy", "published"), ("msa", "signed")])
    def test_what_the_house_publishes_is_published_and_what_two_sign_is_signed(
        self, cast: Any, kind: str, status: str
    ) -> None:
        assert publish(cast, write(cast, kind=kind)).status == status

    def test_twice_is_refused(self, cast: Any) -> None:
        document = write(cast)
        publish(cast, document)
        with pytest.raises(Refused, match="published already and never changes"):
            publish(cast, document)

    @pytest.mark.parametrize(
        ("who", "error"), [("max", PermissionDenied), ("carl", PermissionDenied), ("bob", Http404)]
    )
    def test_only_administrators_write_and_publish(self, cast: Any, who: str, error: type[Exception]) -> None:
        document = write(cast)
        before = everything()
        with pytest.raises(error):
            write(cast, actor=getattr(cast, who))
        with pytest.raises(error):
            publish(cast, document, actor=getattr(cast, who))
        assert everything() == before

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"clauses": []}, "has no clause yet"),
            (
                {"clauses": [Wording("1", "a", terms={HIGH: "60"}), Wording("2", "b", terms={HIGH: "90"})]},
                "slo.first_response.high is set twice in this document, by §1 and §2",
            ),
            ({"effective_on": TODAY - timedelta(days=1)}, "takes effect today or later"),
            ({"clauses": [Wording("1", "a", terms={"calendar.business": "Lyon"})]}, "There is no calendar “Lyon”"),
        ],
    )
    def test_what_can_not_be_published_stays_a_draft(self, cast: Any, more: dict[str, Any], words: str) -> None:
        document = write(cast, **more)
        before = everything()
        with pytest.raises(Refused, match=words):
            publish(cast, document)
        assert everything() == before

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"clauses": [Wording("1", "a", terms={HIGH: "soon"})]}, "whole number"),
            ({"clauses": [Wording("1", "a", terms={"slo.resolution": "60"})]}, "There is no term"),
            ({"clauses": [Wording("1", "a"), Wording("1", "b")]}, "already exists"),
            ({"kind": "amendment"}, "names the document that it amends"),
            ({"title": ""}, "cannot be blank"),
        ],
    )
    def test_what_can_not_be_written_leaves_nothing(self, cast: Any, more: dict[str, Any], words: str) -> None:
        before = everything()
        with pytest.raises(Refused, match=words):
            write(cast, **more)
        assert everything() == before

    def test_a_document_that_begins_after_the_contract_ends_is_refused(self, cast: Any) -> None:
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(ends_on=date(2026, 12, 31))
        document = write(cast, effective_on=date(2027, 1, 1))
        with pytest.raises(Refused, match="ends on 2026-12-31, before"):
            publish(cast, document)

    def test_an_ended_contract_takes_none(self, cast: Any) -> None:
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
            cast.northwind_contract.refresh_from_db()
        with pytest.raises(Refused, match="has ended"):
            write(cast)

    def test_a_live_contract_never_comes_into_conflict(self, cast: Any) -> None:
        publish(cast, write(cast, title="Order A"))
        other = write(cast, {HIGH: "60"}, title="Order B")
        before = everything()
        with pytest.raises(Refused, match="would be set differently by §1 of “Order A” and §1 of “Order B”: settle it"):
            publish(cast, other)
        assert (everything(), fresh(other).status) == (before, "draft")

    def test_a_calendar_that_a_clause_names_counts(self, cast: Any) -> None:
        publish(cast, write(cast, {"calendar.business": "24x7"}))
        with tenancy.everyone():
            contract = Contract.objects.get(pk=cast.northwind_contract.pk)
            promised = promise(contract, priority="low", channel="portal", at=cast.now)
        assert promised.edition is not None
        assert promised.edition.calendar == cast.always


class TestEditionsAndAmendments:
    def test_a_later_edition_replaces_the_earlier_from_its_day(self, cast: Any) -> None:
        publish(cast, write(cast, kind="msa", title="MSA", edition="1"))
        later = publish(cast, write(cast, {HIGH: "45"}, kind="msa", title="MSA", edition="2", effective_on=TODAY + timedelta(days=9)))  # fmt: skip
        assert later.series == "msa"
        assert [value(cast, TODAY + timedelta(days=days)) for days in (8, 9)] == [90, 45]

    def test_two_editions_of_one_day_are_refused(self, cast: Any) -> None:
        publish(cast, write(cast, title="MSA", kind="msa"))
        with pytest.raises(Refused, match="takes effect on the same day"):
            publish(cast, write(cast, title="MSA", kind="msa", edition="2"))

    def test_the_same_edition_twice_is_refused(self, cast: Any) -> None:
        write(cast, title="MSA", kind="msa")
        with pytest.raises(Refused, match="has that edition of the document already"):
            write(cast, title="MSA", kind="msa")

    def test_another_document_of_the_same_kind_stands_beside_it(self, cast: Any) -> None:
        assert [write(cast, title=title).series for title in ("Order A", "Order B", "Order A ")] == ["order", "order-2", "order-3"]  # fmt: skip

    def test_an_amendment_of_a_live_contract_is_not_published_by_one_side(self, cast: Any) -> None:
        msa = publish(cast, write(cast, kind="msa"))
        amendment = write(cast, {HIGH: "30"}, kind="amendment", amends=msa, title="Amendment 1")
        with pytest.raises(Refused, match="amended in writing by both sides"):
            publish(cast, amendment)
        assert value(cast) == 90

    def test_an_amendment_beats_later_editions_until_one_drops_it(self, cast: Any, onboarding: Contract) -> None:
        cast.northwind_contract = onboarding
        day = [date(2027, month, 1) for month in (1, 2, 3, 4)]
        msa = publish(cast, write(cast, kind="msa", title="MSA", effective_on=day[0]))
        amendment = publish(cast, write(cast, {HIGH: "30"}, kind="amendment", amends=msa, title="Amendment", effective_on=day[1]))  # fmt: skip
        publish(cast, write(cast, {HIGH: "75"}, kind="msa", title="MSA", edition="2", effective_on=day[2]))
        third = write(cast, {HIGH: "60"}, kind="msa", title="MSA", edition="3", effective_on=day[3])
        publish(cast, third, dispositions={amendment.pk: "dropped"})
        assert [value(cast, one) for one in day] == [90, 30, 30, 60]

    def test_carried_over_it_goes_on(self, cast: Any, onboarding: Contract) -> None:
        cast.northwind_contract = onboarding
        day = [date(2027, month, 1) for month in (1, 2, 3)]
        msa = publish(cast, write(cast, kind="msa", title="MSA", effective_on=day[0]))
        amendment = publish(
            cast, write(cast, {HIGH: "30"}, kind="amendment", amends=msa, title="A", effective_on=day[1])
        )
        second = write(cast, {HIGH: "75"}, kind="msa", title="MSA", edition="2", effective_on=day[2])
        publish(cast, second, dispositions={amendment.pk: "carried"})
        assert value(cast, day[2]) == 30
        with tenancy.everyone():
            assert Disposition.objects.get().verdict == "carried"

    @pytest.mark.parametrize("what", ["draft", "amendment", "foreign", "early"])
    def test_what_can_not_be_amended(self, cast: Any, onboarding: Contract, what: str) -> None:
        elsewhere = publish(cast, write(cast, kind="msa"))
        cast.northwind_contract = onboarding
        msa = write(cast, kind="msa", effective_on=date(2027, 1, 1))
        words = {
            "draft": "still a draft", "amendment": "not its amendment", "foreign": "of its own contract",
            "early": "before the document that it amends",
        }[what]  # fmt: skip
        target, on = msa, date(2027, 1, 1)
        if what != "draft":
            target = msa = publish(cast, msa)
        if what == "amendment":
            target = publish(cast, write(cast, {}, kind="amendment", amends=msa, title="A", effective_on=on))
        elif what == "foreign":
            target = elsewhere
        elif what == "early":
            on = date(2026, 12, 31)
        with pytest.raises(Refused, match=words):
            publish(cast, write(cast, {HIGH: "1"}, kind="amendment", amends=target, title="B", effective_on=on))

    def test_an_amendment_of_another_document_can_not_be_disposed_of(self, cast: Any, onboarding: Contract) -> None:
        cast.northwind_contract = onboarding
        order = publish(cast, write(cast, effective_on=date(2027, 1, 1)))
        amendment = publish(cast, write(cast, {HIGH: "3"}, kind="amendment", amends=order, title="A", effective_on=date(2027, 1, 2)))  # fmt: skip
        msa = write(cast, kind="msa", effective_on=date(2027, 2, 1))
        with pytest.raises(Refused, match="1 amendment is not one of this document’s"):
            publish(cast, msa, dispositions={amendment.pk: "dropped"})


class TestNothingChangesAfterwards:
    @pytest.fixture
    def clause(self, cast: Any) -> Clause:
        return bound(cast.northwind_contract, {HIGH: "90"})

    @pytest.mark.parametrize("actor", ["ada", None])
    @pytest.mark.parametrize(
        "touch",
        [
            lambda clause: AgreementDocument.objects.filter(pk=clause.document_id).update(title="Another"),
            lambda clause: AgreementDocument.objects.filter(pk=clause.document_id).update(status="draft"),
            lambda clause: AgreementDocument.objects.filter(pk=clause.document_id)._raw_delete("default"),
            lambda clause: Clause.objects.filter(pk=clause.pk).update(text="Otherwise."),
            lambda clause: Clause.objects.filter(pk=clause.pk)._raw_delete("default"),
            lambda clause: Clause.objects.create(
                organization_id=clause.organization_id, document_id=clause.document_id, number="9", text="More."
            ),
            lambda clause: ClauseTerm.objects.update(value="1"),
            lambda clause: ClauseTerm.objects.all()._raw_delete("default"),
            lambda clause: ClauseTerm.objects.create(
                organization_id=clause.organization_id, clause=clause, key="slo.warning", value="50"
            ),
            lambda clause: Disposition.objects.create(
                organization_id=clause.organization_id, document_id=clause.document_id,
                amendment_id=clause.document_id, verdict="dropped",
            ),
        ],
    )  # fmt: skip
    def test_postgresql_refuses_whoever_asks(self, cast: Any, clause: Clause, touch: Any, actor: str | None) -> None:
        scope = tenancy.user(getattr(cast, actor)) if actor else tenancy.everyone()
        before = everything()
        with scope, pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            touch(clause)
        assert everything() == before

    def test_a_clause_does_not_move_from_one_draft_to_another(self, cast: Any) -> None:
        one, other = write(cast, title="A"), write(cast, title="B")
        with tenancy.everyone(), pytest.raises(IntegrityError), transaction.atomic():
            Clause.objects.filter(document=one).update(document=other)

    def test_a_standard_edition_is_as_fixed(self, cast: Any) -> None:
        with tenancy.everyone():
            for touch in (
                lambda: StandardEdition.objects.update(label="x"),
                lambda: StandardClause.objects.filter(number="5.4").update(text_fr="x"),
                lambda: StandardClause.objects.filter(number="5.4").first().terms.all()._raw_delete("default"),  # type: ignore[union-attr]
            ):
                with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
                    touch()


@pytest.mark.django_db(transaction=True)
def test_a_clause_written_while_somebody_publishes_waits_and_is_refused(cast: Any) -> None:
    document = write(cast)
    outcome: list[str] = []
    ready = Barrier(2, timeout=20)

    def add() -> None:
        try:
            with tenancy.everyone(), transaction.atomic():
                ready.wait()
                Clause.objects.create(organization=cast.northwind, document=document, number="2", text="Late.")
                outcome.append("written")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    thread = Thread(target=add)
    with tenancy.user(cast.ada), transaction.atomic():
        documents_service.bind(
            actor=cast.ada, document=documents_service.locked(document), dispositions={}, now=cast.now
        )
        thread.start()
        ready.wait()
        with connection.cursor() as cursor:  # until the other really waits for this transaction
            waiting, deadline = False, monotonic() + 20
            while not (waiting or outcome):
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                waiting = cursor.fetchone()[0]
                assert monotonic() < deadline
    thread.join()
    assert outcome == ["refused"]


class TestIncorporation:
    def guide(self) -> StandardEdition:
        return StandardEdition.objects.get(document__slug="total-care-guide", label="2025-03")

    def incorporate(self, cast: Any, **more: Any) -> AgreementDocument:
        done: AgreementDocument = act(
            cast.ada, services.incorporate,
            **{"contract": cast.northwind_contract, "edition": self.guide(), "effective_on": TODAY, "now": cast.now} | more,
        )  # fmt: skip
        return done

    def test_the_guide_is_delivered_whole_in_both_languages(self, cast: Any) -> None:
        clauses = self.guide().clauses.all()
        assert [one.number for one in clauses if one.number in ("1", "5.1", "9", "10")] == ["1", "5.1", "9", "10"]
        assert all(one.text_fr and one.text_en and one.heading_fr and one.heading_en for one in clauses)
        assert {one.number for one in clauses if one.restated} >= {"3.1.1", "6.2", "7.1"}

    def test_its_clauses_become_the_contracts_own_and_bind(self, cast: Any) -> None:
        document = self.incorporate(cast)
        assert (document.status, document.kind, document.language, document.edition) == (
            "published",
            "guide",
            "fr",
            "2025-03",
        )
        with tenancy.user(cast.ann):
            clause = Clause.objects.select_related("document").get(document=document, number="5.4")
        assert clause.in_language("fr")[0].startswith("Toutes les demandes")
        assert clause.in_language("en") == (clause.translation, "en")
        with tenancy.everyone():
            found = effective_terms(cast.northwind_contract, TODAY)["channel.email.covered"]
        assert (found.value, found.winner.clause if found.winner else "") == (False, "5.4")

    def test_a_policy_binds_only_who_incorporates_it(self, cast: Any) -> None:
        self.incorporate(cast)
        with tenancy.everyone():
            assert effective_terms(cast.globex_contract, TODAY)["channel.email.covered"].winner is None

    def test_a_draft_edition_is_refused(self, cast: Any) -> None:
        with tenancy.everyone():
            draft = StandardEdition.objects.create(
                document=self.guide().document, label="2027-01", dated_on=date(2027, 1, 1)
            )
        with pytest.raises(Refused, match="still a draft"):
            self.incorporate(cast, edition=draft)


def test_terms_are_read_in_one_query_once_their_edition_set_is_known(cast: Any, django_assert_num_queries: Any) -> None:
    bound(cast.northwind_contract, {HIGH: "90"})
    with tenancy.everyone():
        agreement_of(cast.northwind_contract)
        with django_assert_num_queries(1):
            assert effective_terms(cast.northwind_contract, TODAY)[HIGH].value == 90
    bound(cast.northwind_contract, {HIGH: "45"}, effective_on=date(2026, 2, 1))
    with tenancy.everyone():
        assert effective_terms(cast.northwind_contract, TODAY)[HIGH].value == 45
