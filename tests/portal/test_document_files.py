"""PDFs of documents over HTTP: saved sealed by their readers, chosen by whoever writes the amendment."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common import tenancy
from common.files import SEALED
from contracts import services
from contracts.models import DocumentFile, StandardFile
from contracts.services import library
from tests.contracts.changing import approvals, drafted, proposed, sign, signed
from tests.contracts.pdfs import content, pdf
from tests.contracts.test_library import edition  # noqa: F401 - a fixture
from tests.tickets.acting import act, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def kept(proposal: Any) -> DocumentFile:
    with tenancy.everyone():
        return DocumentFile.objects.get(document_id=proposal.document_id)


def send(client: Client, person: Any, proposal: Any, **sent: Any) -> Any:
    client.force_login(person)
    return client.post(f"/changes/{proposal.change_id}/file/", {"language": "en", "file": pdf(), **sent})


def test_whoever_writes_an_amendment_adds_and_removes_its_pdf(cast: Any, client: Client, get: Any) -> None:
    proposal = drafted(cast)
    assert "Add a PDF…" in get(cast.max, f"/changes/{proposal.change_id}/").text
    answer = send(client, cast.max, proposal)
    assert (answer.status_code, answer.url) == (302, f"/changes/{proposal.change_id}/")
    page = get(cast.max, answer.url)
    assert f"/contracts/{cast.northwind_contract.pk}/files/{kept(proposal).pk}/" in page.text
    assert kept(proposal).sha256 in page.text
    client.post(f"/changes/{proposal.change_id}/file/en/remove/")
    assert "terms.pdf" not in get(cast.max, answer.url).text


def test_a_refused_file_comes_back_with_its_reason_beside_it(cast: Any, client: Client) -> None:
    proposal = drafted(cast)
    answer = send(client, cast.max, proposal, file=pdf(body=b"PK\x03\x04"), language="fr")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "“terms.pdf” is no PDF, whatever its name says. Save the document as PDF, and choose that."
    ]
    assert answer.context["form"]["language"].value() == "fr"
    assert send(client, cast.max, proposal, file="").context["form"].errors["file"] == ["Choose a PDF."]


def test_a_signed_amendment_takes_no_file_any_more(cast: Any, client: Client) -> None:
    assert send(client, cast.max, signed(cast)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("rosa", 403), ("gina", 404), ("lea", 403)])
def test_nobody_else_adds_one(cast: Any, client: Client, who: str, status: int) -> None:
    assert send(client, getattr(cast, who), drafted(cast)).status_code == status


def test_who_signs_is_shown_the_file_and_its_change_voids_the_signature(cast: Any, client: Client, get: Any) -> None:
    proposal = proposed(cast)
    send(client, cast.max, proposal)
    act(cast.max, services.propose, proposal=proposal, now=cast.now)
    page = get(cast.rosa, f"/changes/{proposal.change_id}/sign/")
    assert "This file is signed with the text, by its hash." in page.text
    assert kept(proposal).sha256 in page.text
    sign(cast.rosa, proposal, cast)
    send(client, cast.max, proposal, file=pdf(body=content(title="Else")))
    assert approvals(proposal)[-1] == ("client", "Rosa Diaz", "edited")


def test_it_is_saved_sealed_by_its_readers_alone(cast: Any, client: Client, get: Any) -> None:
    proposal = drafted(cast)
    send(client, cast.max, proposal)
    address = f"/contracts/{cast.northwind_contract.pk}/files/{kept(proposal).pk}/"
    for person in (cast.ann, cast.gina, cast.julien):  # not on the table yet; another's; serves another
        get(person, address, status=404)
    act(cast.max, services.propose, proposal=proposal, now=cast.now)
    client.force_login(cast.ann)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == content()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="terms.pdf"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert {name: answer.headers[name] for name in SEALED} == SEALED
    get(cast.ann, f"/contracts/{cast.globex_contract.pk}/files/{kept(proposal).pk}/", status=404)
    get(cast.gina, address, status=404)


def test_it_stands_beside_its_document_where_promises_are(cast: Any, get: Any) -> None:
    proposal = drafted(cast, effective_on=cast.now.date())
    act(
        cast.max, services.attach_file, document=proposal.document, language="fr", file=pdf("avenant.pdf"), now=cast.now
    )
    act(cast.max, services.propose, proposal=proposal, now=cast.now)
    for person in (cast.rosa, cast.max):
        sign(person, proposal, cast)
    page = get(cast.ann, f"/contracts/{cast.northwind_contract.pk}/promises/").text
    assert "PDF of Amendment No. 1 in French: avenant.pdf" in page
    assert kept(proposal).sha256 in page
    certificate = get(cast.ann, f"/changes/{proposal.change_id}/certificate/").text
    assert kept(proposal).sha256 in certificate
    assert "canonical form 2" in certificate


def test_a_standard_edition_shows_its_own_once_published(cast: Any, client: Client, get: Any, edition: Any) -> None:  # noqa: F811
    act(cast.ada, services.attach_standard_file, edition=edition, language="fr", file=pdf("usage.pdf"), now=cast.now)
    address = f"/documents/fair-use/files/{StandardFile.objects.get().pk}/"
    get(cast.ann, address, status=404)
    act(cast.ada, library.publish, edition=fresh(edition), now=cast.now)
    assert client.get(address).headers["Content-Disposition"] == 'attachment; filename="usage.pdf"'
    page = get(cast.ann, "/documents/fair-use/").text
    assert address in page
    assert StandardFile.objects.get().sha256 in page
