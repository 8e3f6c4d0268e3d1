"""PDFs of drafts in the administration: through the services, with their refusals; of what is published, to look at."""

import pytest
from django.urls import reverse

from common import tenancy
from contracts import services
from contracts.models import DocumentFile, StandardFile
from contracts.services import library
from tests.contracts.changing import drafted
from tests.contracts.pdfs import pdf
from tests.contracts.test_library import edition  # noqa: F401 - a fixture
from tests.tickets.acting import act, fresh

from .conftest import messages, page_values

NEW = {"files-TOTAL_FORMS": "1", "files-0-language": "fr"}


def save(ada, model, pk, **changes):
    url = reverse(f"admin:{model}_change", args=[pk])
    return ada.post(url, page_values(ada.get(url)) | changes)


def test_a_draft_takes_one_and_gives_it_back(ada, cast):
    document = drafted(cast).document
    answer = save(ada, "contracts_agreementdocument", document.pk, **NEW, **{"files-0-file": pdf("avenant.pdf")})
    assert answer.status_code == 302, answer.text
    with tenancy.everyone():
        kept = DocumentFile.objects.get()
    page = ada.get(answer.url if "change" in answer.url else reverse("admin:contracts_agreementdocument_change", args=[document.pk])).text  # fmt: skip
    assert kept.sha256 in page
    assert f"/contracts/{cast.northwind_contract.pk}/files/{kept.pk}/" in page
    save(ada, "contracts_agreementdocument", document.pk, **{"files-0-DELETE": "on"})
    with tenancy.everyone():
        assert not DocumentFile.objects.exists()


@pytest.mark.parametrize("file", [pdf(body=b"MZ"), pdf(body=b"")])
def test_what_is_no_pdf_is_refused_in_words(ada, cast, file):
    document = drafted(cast).document
    answer = save(ada, "contracts_agreementdocument", document.pk, **NEW, **{"files-0-file": file})
    text = messages(answer, ada)
    assert "is no PDF" in text or "is empty" in text
    with tenancy.everyone():
        assert not DocumentFile.objects.exists()


def test_the_same_language_twice_is_refused_beside_its_row(ada, cast):
    document = drafted(cast).document
    act(cast.max, services.attach_file, document=document, language="fr", file=pdf(), now=cast.now)
    answer = save(
        ada, "contracts_agreementdocument", document.pk, **{"files-TOTAL_FORMS": "2", "files-1-language": "fr", "files-1-file": pdf("other.pdf")}
    )  # fmt: skip
    assert answer.status_code == 200
    with tenancy.everyone():
        assert [one.name for one in DocumentFile.objects.all()] == ["terms.pdf"]


def test_a_standard_edition_takes_one_and_is_looked_at_once_published(ada, cast, edition):  # noqa: F811
    save(ada, "contracts_standardedition", edition.pk, **NEW, **{"files-0-file": pdf("usage.pdf")})
    kept = StandardFile.objects.get()
    act(cast.ada, library.publish, edition=fresh(edition), now=cast.now)
    page = ada.get(reverse("admin:contracts_standardedition_change", args=[edition.pk]))
    assert f"/documents/fair-use/files/{kept.pk}/" in page.text
    assert 'type="file"' not in page.text
