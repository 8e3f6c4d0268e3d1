"""Every mail there is, in both languages, and the demo's outbox that shows them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.mail import get_connection
from django.utils import translation

from notifications.mail import compose, thread_id
from notifications.models import Delivery

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
FOLDERS = sorted(folder.name for folder in (configured.BASE_DIR / "templates" / "mail").iterdir() if folder.is_dir())
WORDS = {
    "reference": "NW-12", "path": "/tickets/NW-12/", "subject": "Sync <b>fails</b> & more", "body": "Look:\n\n- *one*\n- <script>two</script>",
    "due_at": "2026-11-20T09:30:00+00:00", "priority": "high", "before": "low", "after": "high", "reason": "All are **blocked**.",
    "closes_at": "2026-12-01T23:00:00+00:00", "expires_at": "2026-12-01T23:00:00+00:00", "organization": "Northwind", "inviter": "Carl Berg",
    "client": "Northwind", "move": "climb", "level": 2, "title": "Service lead", "cause": "silence",
    "acknowledge_by": "2026-11-18T10:30:00+00:00", "by": "Léa Fontaine", "update_by": "2026-11-18T15:00:00+00:00",
    "expires_on": "2026-12-18", "effective_on": "2026-12-01", "outcome": "rejected",
    "minutes": 90, "summary": "Migration of the projects", "title_en": "Kickoff", "title_fr": "Lancement", "due_on": "2026-11-24",
    "commences_on": "2026-11-18", "renews_on": "2027-01-17", "ends_on": "2027-06-30", "days": 60,
}  # fmt: skip


def letter(template, language="en", zone="Europe/Paris", **words):
    return compose(
        Delivery(
            pk=7,
            organization_id=1,
            recipient_id=1,
            address="ann@example.com",
            language=language,
            time_zone=zone,
            template=template,
            context={**WORDS, **words},
            thread="ticket-1-12",
            queued_at=NOW,
        )
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("template", FOLDERS)
def test_every_mail_is_whole_in_both_forms(template, language):
    mail = letter(template, language)
    html = mail.alternatives[0][0]
    assert mail.subject.strip()
    assert "\n" not in mail.subject
    for text in (mail.subject, mail.body, html):
        assert not re.search(r"{[{%]|None|&amp;amp;", text), text
    assert f"{configured.SITE_URL}/tickets/NW-12/" in mail.body
    assert f'<html lang="{language}">' in html
    assert "<script>two" not in html
    assert "<b>fails</b>" not in html
    assert "&lt;" not in mail.body  # text is text
    assert mail.message().is_multipart()


@pytest.mark.parametrize("template", [name for name in FOLDERS if not name.startswith("clock_")])
def test_every_mail_is_whole_without_what_is_optional(template):
    mail = letter(
        template, due_at="", closes_at="", body="", reason="", acknowledge_by="", title="", move="no_ladder", level=None
    )
    assert not re.search(r"None|\n\n\n|by \.", mail.body), mail.body


@pytest.mark.parametrize("move", ["open", "climb", "alarm", "attach", "no_ladder"])
def test_the_call_of_a_level_says_what_it_is_about(move):
    bodies = {one: letter("escalation_level", move=one).body for one in ("climb", "alarm", "attach", "no_ladder")}
    assert letter("escalation_level", move=move).body in bodies.values()
    assert len(set(bodies.values())) == 4


def test_the_end_of_a_proposal_says_which_end_it_was():
    ends = [letter("amendment_closed", outcome=outcome) for outcome in ("rejected", "withdrawn", "expired")]
    assert len({end.subject for end in ends}) == len({end.body for end in ends}) == 3


def test_dates_are_in_the_readers_language():
    assert "18 Dec 2026" in letter("amendment_proposed").body
    assert "18" in letter("amendment_proposed", "fr").body


def test_instants_are_the_readers_own():
    assert "Fri 20 Nov 2026, 10:30 (Europe/Paris)" in letter("ticket_opened").body
    assert "Fri 20 Nov 2026, 04:30 (America/New_York)" in letter("ticket_opened", zone="America/New_York").body
    assert "Europe/Paris" in letter("ticket_opened", zone="Nowhere/Land").body
    with translation.override("en"):
        assert "20" in letter("ticket_opened", "fr").body
        assert translation.get_language() == "en"


def test_the_acknowledgement_says_that_it_answers_nothing():
    body = letter("ticket_opened").body
    assert "automatic acknowledgement: it answers nothing" in body
    assert "promises no answer time" in letter("ticket_opened", due_at="").body


def test_a_subject_cannot_add_a_header():
    mail = letter("ticket_replied", subject="Hello\nBcc: all@example.com")
    assert mail.subject == "[NW-12] Hello Bcc: all@example.com"
    assert thread_id("a b>\n<c") == f"<a-b---c@{thread_id('x').split('@')[1]}"


@pytest.fixture
def folder(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "notifications.files.MailFileBackend"
    settings.ROOT_URLCONF = "tests.notifications.urls"
    settings.DEV_MAIL_PAGES = True
    return Path(settings.MAIL_DIR)


def test_mails_become_whole_files_once_each(folder):
    assert get_connection().send_messages([letter("ticket_opened"), letter("ticket_opened")]) == 2
    [file] = folder.iterdir()
    assert file.name.startswith("delivery-7-")
    assert file.read_bytes().count(b"Content-Type: text/") == 2


def test_a_mail_that_cannot_be_written_leaves_nothing_behind(folder, monkeypatch):
    monkeypatch.setattr(Path, "replace", lambda *args: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        get_connection().send_messages([letter("ticket_opened")])
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_the_outbox_shows_them(folder, client):
    assert "No mail yet" in client.get("/dev/mail/").content.decode()
    get_connection().send_messages([letter("ticket_opened")])
    name = next(folder.iterdir()).stem
    assert f"/dev/mail/{name}/" in client.get("/dev/mail/").content.decode()
    page = client.get(f"/dev/mail/{name}/")
    assert "it answers nothing" in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = client.get(f"/dev/mail/{name}/html/")
    policy = frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert {"sandbox", "script-src 'none'", "form-action 'none'"} <= {part.strip() for part in policy.split(";")}
    assert "default-src 'none'" in policy


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nothing", ".hidden", "..%2fsecret", "a" * 300])
def test_what_is_not_there_is_404(folder, client, name):
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get(f"/dev/mail/{name}/html/").status_code == 404


@pytest.mark.django_db
def test_it_is_only_for_the_demo_and_only_at_this_machine(folder, client, settings):
    assert client.get("/dev/mail/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/dev/mail/", REMOTE_ADDR="::1").status_code == 200
    settings.DEV_MAIL_PAGES = False
    assert client.get("/dev/mail/").status_code == 404
