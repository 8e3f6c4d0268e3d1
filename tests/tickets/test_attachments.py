"""Attached files as services keep them: for the readers of their message, or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from common import tenancy
from common.errors import Refused
from common.files import store, sweep_files
from notifications.mail import compose
from notifications.models import Delivery
from tests.tickets.acting import act, everything, opened, said
from tickets import services
from tickets.models import Attachment, Ticket

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24


def file(name: str = "trace.txt", content: bytes = b"It broke.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")  # what a browser says is not asked


def kept() -> list[Attachment]:
    with tenancy.everyone():
        return list(Attachment.objects.select_related("message").order_by("id"))


def stored() -> set[str]:
    try:
        return {f"{folder}/{name}" for folder in store().listdir("")[0] for name in store().listdir(folder)[1]}
    except FileNotFoundError:
        return set()


@pytest.fixture(autouse=True)
def empty_store(settings: Any, tmp_path: Path) -> Path:
    """A store of this test's own."""
    ours = settings.STORAGES["attachments"]
    location = {**ours["OPTIONS"], "location": str(tmp_path / "files")}
    settings.STORAGES = {**settings.STORAGES, "attachments": {**ours, "OPTIONS": location}}
    return tmp_path / "files"


def test_a_request_brings_its_files(cast: Any, empty_store: Path) -> None:
    ticket = opened(cast, files=[file(), file("screen.png", PNG)])
    first, second = kept()
    assert (first.name, first.size, first.content_type) == ("trace.txt", 9, "text/plain")
    assert first.sha256 == hashlib.sha256(b"It broke.").hexdigest()
    assert second.content_type == "image/png"
    assert {one.message for one in (first, second)} == {said(ticket)[0]}
    assert store().open(first.key).read() == b"It broke."
    assert first.key.startswith(f"{cast.northwind.pk}/")
    path = empty_store / first.key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("service", "words"),
    [
        (services.reply, {"body": "Here."}),
        (services.wait_for_client, {"question": "This one?"}),
        (services.resolve, {"answer": "So."}),
        (services.note, {"body": "Ours."}),
    ],
)
def test_everything_one_says_can_bring_files(cast: Any, service: Callable[..., Any], words: dict[str, str]) -> None:
    ticket = opened(cast)
    act(cast.lea, service, ticket_id=ticket.pk, now=cast.now, files=[file(), file()], **words)
    message = said(ticket)[-1]
    assert [(one.name, one.message, one.audience) for one in kept()] == [("trace.txt", message, message.audience)] * 2


def test_not_solved_and_a_reply_to_a_closed_one_too(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.resolve, ticket_id=ticket.pk, now=cast.now, answer="So.")
    act(cast.ann, services.reopen, ticket_id=ticket.pk, now=cast.now, reason="No.", files=[file("a")])
    act(cast.lea, services.cancel, ticket_id=ticket.pk, now=cast.now, reason="Twice.")
    message = act(cast.ann, services.reply, ticket_id=ticket.pk, now=cast.now, body="Again.", files=[file("b")])
    assert [one.name for one in kept()] == ["a", "b"]
    assert kept()[1].message == message


def test_files_without_words_are_refused_not_dropped(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.reply, ticket_id=ticket.pk, now=cast.now, body="I am on it.")
    with pytest.raises(Refused, match="Write something"):
        act(cast.lea, services.resolve, ticket_id=ticket.pk, now=cast.now, files=[file()])


def test_clients_scopes_read_no_file_of_a_note_even_by_raw_sql(cast: Any) -> None:
    ticket = opened(cast, files=[file("open.txt")])
    act(cast.lea, services.note, ticket_id=ticket.pk, now=cast.now, body="Ours.", files=[file("inside.txt")])
    with tenancy.user(cast.rosa), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM tickets_attachment")
        assert cursor.fetchall() == [("open.txt",)]
    with tenancy.user(cast.bob):
        assert not Attachment.objects.exists()
    with tenancy.user(cast.lea):
        assert Attachment.objects.count() == 2


def test_nobody_changes_one_or_hangs_it_elsewhere(cast: Any) -> None:
    opened(cast, files=[file()])
    other = said(opened(cast, client="globex"))[0]
    (mine,) = kept()
    for sql in ("UPDATE tickets_attachment SET name = 'x'", "DELETE FROM tickets_attachment"):
        for person in (cast.ann, cast.ada):
            with pytest.raises(ProgrammingError, match="permission denied"), tenancy.user(person):
                connection.cursor().execute(sql)
    mine.pk, mine.key, mine.message_id = None, "x", other.pk
    with pytest.raises(IntegrityError, match="tickets_attachment_message_tenant"), tenancy.everyone():
        mine.save(force_insert=True)


def test_what_is_over_a_limit_is_refused_with_every_reason(cast: Any, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_FILES = 10, 2
    ticket, before = opened(cast), everything()
    for files, words in (
        ([file("big.bin", b"x" * 11)], "“big.bin” has 11"),
        ([file("nothing", b"")], "“nothing” is empty"),
        ([file(), file(), file()], "You chose 3 files; a message takes 2"),
    ):
        with pytest.raises(Refused, match=words):
            act(cast.ann, services.reply, ticket_id=ticket.pk, now=cast.now, body="Look.", files=files)
    assert everything() == before
    assert stored() == set()


def test_mails_name_files_and_hold_none(cast: Any) -> None:
    ticket = opened(cast, files=[file("first.txt")])
    act(
        cast.lea, services.reply, ticket_id=ticket.pk, now=cast.now, body="Here.", files=[file("été<b>.txt", b"SECRET")]
    )
    with tenancy.everyone():
        mails = [compose(one) for one in Delivery.objects.order_by("id")]
    texts = ["".join([str(mail.body), *(str(part.content) for part in mail.alternatives)]) for mail in mails]
    assert [sum(name in text for text in texts) for name in ("first.txt", "été<b>.txt", "été&lt;b&gt;.txt")] == [
        1,
        1,
        1,
    ]
    assert all(mail.attachments == [] and "SECRET" not in text for mail, text in zip(mails, texts, strict=True))
    assert sum(f"/tickets/{ticket.reference}/" in text for text in texts) == len(texts)


class TestRollback:
    """In real transactions."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def ticket(self, cast: Any) -> Ticket:
        return opened(cast)

    def test_what_commits_stays(self, cast: Any, ticket: Ticket) -> None:
        act(cast.ann, services.reply, ticket_id=ticket.pk, now=cast.now, body="Look.", files=[file()])
        assert stored() == {one.key for one in kept()} != set()

    def test_a_failure_later_in_the_request_leaves_no_file(self, cast: Any, ticket: Ticket) -> None:
        def request() -> None:
            with tenancy.user(cast.ann):
                services.reply(actor=cast.ann, ticket_id=ticket.pk, now=cast.now, body="Look.", files=[file()])
                assert len(stored()) == 1
                raise RuntimeError

        with pytest.raises(RuntimeError):
            request()
        assert (stored(), kept()) == (set(), [])

    def test_an_answer_of_500_leaves_no_file(self, cast: Any, ticket: Ticket) -> None:
        with tenancy.user(cast.ann):
            services.reply(actor=cast.ann, ticket_id=ticket.pk, now=cast.now, body="Look.", files=[file()])
            transaction.set_rollback(True)
        assert (stored(), kept()) == (set(), [])

    def test_a_refusal_that_the_page_survives_leaves_no_file(self, cast: Any, ticket: Ticket) -> None:
        with tenancy.user(cast.lea):
            services.note(actor=cast.lea, ticket_id=ticket.pk, now=cast.now, body="Stays.", files=[file("stays.txt")])
            with pytest.raises(Refused):  # the rule speaks after the answer, with its file, was written
                services.resolve(
                    actor=cast.lea, ticket_id=ticket.pk, now=cast.now.replace(year=2020), answer="So.", files=[file()]
                )
        assert [one.name for one in kept()] == ["stays.txt"]
        assert stored() == {one.key for one in kept()}

    def test_when_commit_itself_fails_the_sweep_decides(
        self, cast: Any, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def committed_and_cut_off(wrapper: Any) -> None:
            wrapper.connection.commit()
            raise OperationalError("the server closed the connection")

        monkeypatch.setattr(DatabaseWrapper, "_commit", committed_and_cut_off)
        with pytest.raises(OperationalError):
            act(cast.ann, services.reply, ticket_id=ticket.pk, now=cast.now, body="Look.", files=[file()])
        monkeypatch.undo()
        assert stored() == {one.key for one in kept()} != set()

    def test_the_sweep_takes_old_files_that_no_message_has(
        self, cast: Any, ticket: Ticket, worker: None, empty_store: Path
    ) -> None:
        act_files = [file("mine.txt"), file("gone.txt")]
        with tenancy.everyone():
            services.reply(actor=cast.ann, ticket_id=ticket.pk, now=cast.now, body="Look.", files=act_files)
        mine, gone = (one.key for one in kept())
        store().delete(gone)
        for name in ("old", "young"):
            store().save(f"{cast.northwind.pk}/{name}", file())
        for name in ("old", mine.split("/")[1]):
            os.utime(empty_store / str(cast.northwind.pk) / name, (1_000_000_000, 1_000_000_000))
        said, missing = StringIO(), StringIO()
        call_command("sweep_files", "--dry-run", stdout=said, stderr=missing)
        assert len(stored()) == 3
        assert said.getvalue().splitlines() == [f"would remove {cast.northwind.pk}/old", "1 orphans, 1 missing"]
        assert missing.getvalue() == f"missing {gone}\n"
        call_command("sweep_files", stdout=said, stderr=missing)
        assert stored() == {mine, f"{cast.northwind.pk}/young"}


def test_the_sweep_of_an_empty_store_finds_nothing(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)  # these tests are the app
    swept = sweep_files(now=cast.now)
    assert (swept.orphans, swept.missing) == ([], [])
