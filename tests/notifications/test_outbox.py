"""The outbox: told once, sent at least once, under one id."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import connection

from audit.services import record
from common import tenancy
from conftest import login_as
from notifications import services
from notifications.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tell(cast):
    """Queue "a new answer" for some people, Ann alone unless others are named."""

    def queued(*people, template="ticket_replied", event=None, **context):
        with tenancy.everyone():
            event = event or record(
                organization_id=cast.northwind.pk,
                verb="ticket.replied",
                subject_kind="ticket",
                subject_id=1,
                at=cast.now,
            )
            words = {
                "reference": "NW-1",
                "path": "/tickets/NW-1/",
                "subject": "The sync fails",
                "body": "It was **us**.",
                **context,
            }
            services.queue(
                event=event,
                recipients=people or [cast.ann],
                template=template,
                context=words,
                thread="ticket-1-1",
                now=cast.now,
            )
            return event

    return queued


@pytest.fixture
def send(cast):
    """Send as the worker does."""

    def sent(now=cast.now, **options):
        login_as("worker")
        try:
            return services.send_all(now=now, **options)
        finally:
            login_as("app")

    return sent


def deliveries():
    with tenancy.everyone():
        return list(Delivery.objects.order_by("id"))


def test_a_fact_is_told_once_to_each(cast, tell):
    event = tell(cast.ann, cast.rosa)
    tell(cast.ann, cast.carl, cast.carl, event=event, template="ticket_resolved")
    rows = [(row.address, row.template) for row in deliveries()]
    assert rows == [(f"{who}@example.com", "ticket_replied") for who in ("ann", "rosa")] + [
        ("carl@example.com", "ticket_resolved")
    ]


def test_nobody_inactive_and_no_machine_is_told_but_a_bare_address_is(cast, tell):
    cast.rosa.is_active, cast.carl.is_automatic = False, True
    invitee = SimpleNamespace(pk=0, email="new@example.com", language="fr", time_zone="", is_active=True)
    tell(cast.rosa, cast.carl, invitee)
    assert [(row.address, row.recipient_id, row.language, row.time_zone) for row in deliveries()] == [
        ("new@example.com", 0, "fr", "Europe/Paris")
    ]


def test_a_mail_goes_out_in_two_forms_threaded_and_marked(cast, tell, send, settings):
    settings.SITE_URL = "https://care.example.com"
    tell()
    assert (send(), send()) == (1, 0)
    [row], [letter] = deliveries(), mail.outbox
    assert (row.sent_at, row.next_at, row.attempts) == (cast.now, None, 1)
    assert (letter.to, letter.subject) == (["ann@example.com"], "[NW-1] The sync fails")
    assert letter.from_email == "Total Care <no-reply@totalcare.example>"
    message = letter.message()
    assert message["Message-ID"] == f"<delivery-{row.pk}@care.example.com>"
    assert message["References"] == message["In-Reply-To"] == "<ticket-1-1@care.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "https://care.example.com/tickets/NW-1/" in letter.body
    assert "It was **us**." in letter.body
    assert "Nobody reads replies" in letter.body
    html, kind = letter.alternatives[0]
    assert (kind, "<strong>us</strong>" in html, "https://care.example.com/tickets/NW-1/" in html) == (
        "text/html",
        True,
        True,
    )


def test_many_senders_send_each_mail_once(cast, tell):
    for _number in range(20):
        tell()
    login_as("worker")

    def sender(_number):
        try:
            return services.send_due(now=cast.now, limit=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(sender, range(12)))
    login_as("app")
    assert (taken, len(mail.outbox)) == (20, 20)
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 20


def test_killed_between_sending_and_marking_it_goes_out_again_under_the_same_id(cast, tell, send, monkeypatch):
    tell()

    def killed(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(services, "_mark", killed)
        with pytest.raises(SystemExit):
            send()
    assert send(cast.now + services.LEASE - MINUTE) == 0  # the lease holds
    assert send(cast.now + services.LEASE + MINUTE) == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert (deliveries()[0].attempts, deliveries()[0].next_at) == (2, None)


def test_a_failure_waits_longer_each_time_then_gives_up_and_keeps_its_error(cast, tell, send, monkeypatch):
    def refuse(self, messages):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    tell()
    now, waits = cast.now, []
    while (row := deliveries()[0]).next_at is not None:
        now = row.next_at
        assert send(now) == 1
        if later := deliveries()[0].next_at:
            waits.append((later - now) // MINUTE)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert (row.attempts, row.sent_at, row.error) == (10, None, "OSError: no route to host")


def test_one_that_cannot_be_written_holds_nobody_up(cast, tell, send):
    tell(cast.ann, template="no_such_template")
    tell(cast.rosa)
    send()
    assert [letter.to for letter in mail.outbox] == [["rosa@example.com"]]
    assert "TemplateDoesNotExist" in deliveries()[0].error


def test_without_a_server_all_wait_at_once(cast, tell, send, monkeypatch):
    def no_server(self):
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr("django.core.mail.backends.base.BaseEmailBackend.open", no_server)
    for _number in range(3):
        tell()
    send()
    assert [(row.attempts, row.next_at) for row in deliveries()] == [(1, cast.now + MINUTE)] * 3


def test_what_patience_leaves_is_given_back(cast, tell, send, monkeypatch):
    tell()
    with monkeypatch.context() as patch:
        patch.setattr(services, "PATIENCE", -1)
        send()
    assert (deliveries()[0].attempts, deliveries()[0].next_at, mail.outbox) == (0, cast.now, [])
    assert send() == 1


def test_only_a_worker_may_send(cast):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError):
        services.send_due(now=cast.now)


class Inbox:
    """A mail server that keeps what it is given, and may refuse a recipient."""

    def __init__(self):
        self.mails, self.refused = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "450 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def test_over_smtp_to_a_real_server(cast, tell, send, settings):
    inbox = Inbox()
    inbox.refused = {"rosa@example.com"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
        settings.EMAIL_PORT = port
        tell(cast.ann, cast.rosa, cast.carl)
        send()
        assert [to for to, _content in inbox.mails] == [["ann@example.com"], ["carl@example.com"]]
        assert f"<delivery-{deliveries()[0].pk}@" in inbox.mails[0][1]
        waiting = deliveries()[1]
        assert (waiting.sent_at, waiting.next_at) == (None, cast.now + MINUTE)
        assert "450" in waiting.error
        inbox.refused = set()
        send(cast.now + 2 * MINUTE)
        assert inbox.mails[-1][0] == ["rosa@example.com"]
    finally:
        server.stop()
