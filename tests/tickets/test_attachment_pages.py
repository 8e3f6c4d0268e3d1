"""Attached files over HTTP: who gets one, under which headers, and what is said when one can't be taken."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse

from common import tenancy
from common.files import store
from common.uploads import Overlarge
from tests.tickets.acting import act, everything, opened, said
from tickets import services
from tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# Each is what its name says to one program, and a page with a script to another.
POLYGLOTS = {
    "logo.gif": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(document.domain)//<script>alert(1)</script>",
    "paper.pdf": b"%PDF-1.7\n<html><script>alert(1)</script></html>",
    "picture.png": b"<html><script>alert(1)</script></html>",
    "drawing.svg": SVG,
    "page.html": b"<!doctype html><script>alert(1)</script>",
    "data.xml": b'<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>',
}


def file(name: str = "trace.txt", content: bytes = b"It broke.", said: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=said)


def url(attachment: Attachment, ticket: Ticket) -> str:
    return reverse("tickets:attachment", args=[ticket.reference, attachment.pk])


def last() -> Attachment:
    with tenancy.everyone():
        return Attachment.objects.latest("pk")


@pytest.fixture
def ask(client: Any) -> Any:
    def asked(person: Any, address: str, status: int = 200) -> Any:
        client.force_login(person)
        answer = client.get(address)
        assert answer.status_code == status, answer.status_code
        return answer

    return asked


class TestServing:
    def test_a_picture_is_shown_and_sealed(self, cast, ask):
        ticket = opened(cast, files=[file("screen.png", PNG)])
        answer = ask(cast.ann, url(last(), ticket))
        assert b"".join(answer.streaming_content) == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"] == 'inline; filename="screen.png"'
        assert answer["Content-Length"] == str(len(PNG))
        self.sealed(answer)

    @pytest.mark.parametrize("name", sorted(POLYGLOTS))
    def test_whatever_else_a_file_is_no_browser_runs_it_here(self, cast, ask, name):
        ticket = opened(cast, files=[file(name, POLYGLOTS[name], "image/png")])
        answer = ask(cast.ann, url(last(), ticket))
        if name == "logo.gif":  # a picture to us: shown as one, and as nothing else
            assert (answer["Content-Type"], answer["Content-Disposition"][:6]) == ("image/gif", "inline")
        else:
            assert answer["Content-Type"] == "application/octet-stream"
            assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        self.sealed(answer)

    def sealed(self, answer: Any) -> None:
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cache-Control"] == "private, no-store"

    def test_a_name_of_any_script_arrives(self, cast, ask):
        ticket = opened(cast, files=[file("تقرير 🎉 “é”.txt")])
        assert "filename*=utf-8''%D8%AA" in ask(cast.ann, url(last(), ticket))["Content-Disposition"]

    def test_outsiders_and_strangers_meet_nothing(self, cast, ask, client):
        ticket = opened(cast, files=[file()])
        address = url(last(), ticket)
        for outsider in (cast.bob, cast.gina, cast.julien):
            ask(outsider, address, 404)
        client.logout()
        assert client.get(address).status_code == 302

    def test_a_notes_file_does_not_exist_for_the_client(self, cast, ask):
        ticket = opened(cast)
        act(cast.lea, services.note, ticket_id=ticket.pk, now=cast.now, body="Ours.", files=[file("inside.txt")])
        for client in (cast.ann, cast.rosa, cast.carl):
            ask(client, url(last(), ticket), 404)
            assert "inside.txt" not in ask(client, f"/tickets/{ticket.reference}/").content.decode()
        ask(cast.lea, url(last(), ticket))
        assert "inside.txt" in ask(cast.lea, f"/tickets/{ticket.reference}/").content.decode()

    def test_it_is_found_by_its_own_ticket_only(self, cast, ask):
        opened(cast, files=[file()])
        other = opened(cast)
        ask(cast.ann, url(last(), other), 404)
        ask(cast.ann, url(Attachment(pk=2**62), other), 404)

    def test_a_confidential_tickets_file_is_for_its_people(self, cast, ask):
        ticket = opened(cast, actor=cast.rosa, confidential=True, files=[file()])
        ask(cast.ann, url(last(), ticket), 404)
        ask(cast.rosa, url(last(), ticket))

    def test_one_that_left_the_store_is_not_found(self, cast, ask):
        ticket = opened(cast, files=[file()])
        store().delete(last().key)
        ask(cast.ann, url(last(), ticket), 404)


class TestForms:
    def new(self, cast: Any, **more: Any) -> dict[str, Any]:
        return {
            "contract": cast.northwind_contract.pk, "subject": "It broke", "body": "Since this morning.",
            "impact": "team", "urgency": "blocked", **more,
        }  # fmt: skip

    def test_a_request_with_files_shows_them_with_their_sizes(self, cast, client):
        client.force_login(cast.ann)
        files = [file("trace.txt", b"x" * 2048), file("invoice.pdf", b"MZ\x90\0" + b"\0" * 60), file("<b>.txt")]
        page = client.post("/tickets/new/", self.new(cast, attachments=files), follow=True)
        text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
        assert re.findall(r"<bdi>(.+?)</bdi> <span class=\"muted\">(.+?)</span>", text) == [
            ("trace.txt", "2.0 KB"), ("invoice.pdf", "64 bytes"), ("&lt;b&gt;.txt", "9 bytes"),
        ]  # fmt: skip
        assert text.count("Not what its name says") == 1

    def test_a_page_costs_no_query_more_whatever_the_files(self, cast, client, django_assert_max_num_queries):
        ticket = opened(cast, files=[file(f"{n}.txt") for n in range(10)])
        for _ in range(5):
            act(cast.ann, services.reply, ticket_id=ticket.pk, now=cast.now, body="And.", files=[file(), file()])
        client.force_login(cast.lea)
        with django_assert_max_num_queries(23):
            page = client.get(f"/tickets/{ticket.reference}/")
        assert page.content.decode().count('class="file"') == 20

    @pytest.mark.parametrize("audience", ["client", "internal"])
    def test_a_reply_and_a_note(self, cast, client, audience):
        ticket = opened(cast)
        client.force_login(cast.lea)
        data = {"audience": audience, "body": "Here.", "attachments": [file("a.txt"), file("b.txt")]}
        assert client.post(f"/tickets/{ticket.reference}/reply/", data).status_code == 302
        with tenancy.everyone():
            assert set(Attachment.objects.values_list("name", "audience")) == {("a.txt", audience), ("b.txt", audience)}

    def test_a_resolution_and_a_question(self, cast, client):
        client.force_login(cast.lea)
        for action in ("resolve", "wait_for_client"):
            ticket = opened(cast)
            data = {"action": action, "text": "Here.", "attachments": [file(f"{action}.txt")]}
            assert client.post(f"/tickets/{ticket.reference}/act/", data).status_code == 302
            assert last().name == f"{action}.txt"

    def test_too_large_too_many_and_empty_are_said_and_the_text_stays(self, cast, client, settings):
        settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_FILES = 3_000_000, 2
        client.force_login(cast.ann)
        before = everything()
        for files, words in (
            ([file("big.bin", b"x" * 3_000_001), file()], "“big.bin” has 2.9 MB"),
            ([file(), file("nothing", b"")], "“nothing” is empty. Check it, and choose it again."),
            ([file(), file(), file("third", b"x" * 3_000_001)], "You chose 3 files; a message takes 2."),
        ):
            page = client.post("/tickets/new/", self.new(cast, attachments=files))
            text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
            assert page.status_code == 422
            assert words in text
            assert "Browsers forget files: choose them again." in text
            assert "Since this morning." in text
            assert 'value="It broke"' in text
        assert everything() == before

    def test_what_is_over_the_limit_reaches_neither_memory_nor_disk(self, cast, client, settings, monkeypatch):
        settings.ATTACHMENT_MAX_BYTES, taken = 2_000, []

        def take(handler: Any, data: bytes, start: int) -> None:
            taken.append(len(data))
            handler.file.write(data)

        monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", take)
        client.force_login(cast.ann)
        page = client.post(
            "/tickets/new/", self.new(cast, attachments=[file("big.bin", b"x" * 5_000_000), file("fine.txt")])
        )
        sent = page.context["form"].files.getlist("attachments")
        assert page.status_code == 422
        assert [(one.name, one.size, type(one)) for one in sent] == [
            ("big.bin", 5_000_000, Overlarge),
            ("fine.txt", 9, TemporaryUploadedFile),
        ]
        assert taken == [9]

    def test_a_refusal_of_another_kind_keeps_the_text_and_asks_for_the_files_again(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.lea)
        before = everything()
        data = {"audience": "client", "body": "password: hunter2-hunter2", "attachments": [file()]}
        page = client.post(f"/tickets/{ticket.reference}/reply/", data)
        assert page.status_code == 422
        assert "hunter2-hunter2</textarea>" in page.content.decode()
        assert "choose them again" in page.content.decode()
        assert everything() == before


class TestWords:
    def test_a_body_of_two_hundred_thousand_characters_is_refused_whole_and_kept(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        body = "0123456789" * 20_000
        page = client.post(f"/tickets/{ticket.reference}/reply/", {"audience": "client", "body": body})
        assert page.status_code == 422
        assert "at most 50000 characters (it has 200000)" in page.content.decode()
        assert body in page.content.decode()

    def test_one_of_megabytes_changes_nothing(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        before = everything()
        page = client.post(f"/tickets/{ticket.reference}/reply/", {"audience": "client", "body": "x" * 3_000_000})
        assert page.status_code == 400
        assert "Nothing was changed." in page.content.decode()
        assert everything() == before

    def test_right_to_left_text_and_emoji_go_through_unharmed(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        body = "مرحبا، الخدمة لا تعمل 🔥\n\nשלום — 👩‍👩‍👧‍👦 \u202eabc"
        page = client.post(f"/tickets/{ticket.reference}/reply/", {"audience": "client", "body": body}, follow=True)
        assert said(ticket)[-1].body.replace("\r\n", "\n") == body
        assert "👩‍👩‍👧‍👦" in page.content.decode()

    def test_a_nul_is_refused_not_an_error(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        page = client.post(f"/tickets/{ticket.reference}/reply/", {"audience": "client", "body": "a\0b"})
        assert page.status_code == 422

    def test_back_from_signing_in_one_meets_the_ticket_whose_composer_has_the_draft(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        assert client.get(f"/tickets/{ticket.reference}/reply/").url == f"/tickets/{ticket.reference}/"
