"""The engine's silence is noticed by whoever lives, told once, and told to be over once."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import ProgrammingError, connection, transaction

from common import tenancy
from conftest import login_as
from escalation import services
from escalation.models import EngineHeartbeat, EngineMinute, EngineOutage
from escalation.services import Look
from totalcare import vigil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cast")]
LEADS = ["ada@example.com", "nadia@example.com"]


@pytest.fixture(autouse=True)
def letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ENGINE_ALARM_AFTER = 120


def seen(seconds_ago):
    """The engine's last sign of life came so long ago."""
    login_as("worker")
    with tenancy.engine() as now:
        services.heartbeat._leave_sign(now - timedelta(seconds=seconds_ago), 0, 0)
        EngineHeartbeat.objects.update(seen_at=now - timedelta(seconds=seconds_ago))
    login_as("app")


def to():
    return sorted(address for letter in mail.outbox for address in letter.to)


def test_a_living_engine_is_no_news():
    seen(10)
    assert services.look_after_engine() is Look.WELL
    assert mail.outbox == []


def test_a_silence_is_told_once_and_its_end_once():
    seen(70)
    assert services.look_after_engine() is Look.SILENT  # too short for a mail
    assert mail.outbox == []
    seen(130)
    with tenancy.everyone() as now:
        EngineOutage.objects.update(began_at=now - timedelta(seconds=130))
    assert [services.look_after_engine() for _look in range(3)] == [Look.TOLD, Look.SILENT, Look.SILENT]
    assert to() == LEADS
    assert "no sign of life since" in mail.outbox[0].subject
    assert "catches up" in mail.outbox[0].body
    assert "/engine/" in mail.outbox[0].body
    mail.outbox.clear()
    seen(1)
    assert [services.look_after_engine() for _look in range(2)] == [Look.RETURNED, Look.WELL]
    assert to() == LEADS
    assert "works again" in mail.outbox[0].subject
    assert "2 minutes" in mail.outbox[0].body


def test_a_short_silence_tells_nobody_that_it_is_over():
    seen(70)
    services.look_after_engine()
    seen(1)
    assert services.look_after_engine() is Look.RETURNED
    assert mail.outbox == []


def test_an_engine_that_never_began_is_told_of_too():
    assert services.look_after_engine() is Look.SILENT
    with tenancy.everyone() as now:
        EngineOutage.objects.update(began_at=now - timedelta(minutes=3))
    assert services.look_after_engine() is Look.TOLD
    assert to() == LEADS


def test_each_reads_it_in_the_own_language(cast):
    with tenancy.everyone():
        cast.nadia.language = "fr"
        cast.nadia.save()
    seen(300)
    services.look_after_engine()
    bodies = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert "moteur" in bodies["nadia@example.com"]
    assert "engine" in bodies["ada@example.com"]


def test_the_settings_may_name_other_addresses(settings):
    settings.ENGINE_ALARM_TO = ["watch@valiantys.example"]
    seen(300)
    assert services.look_after_engine() is Look.TOLD
    assert to() == ["watch@valiantys.example"]


def test_while_no_mail_leaves_it_is_tried_again_under_the_same_name(settings):
    seen(300)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert [services.look_after_engine() for _look in range(2)] == [Look.UNTOLD, Look.UNTOLD]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert services.look_after_engine() is Look.TOLD
    with tenancy.everyone():
        (outage,) = EngineOutage.objects.all()
    assert {letter.extra_headers["Message-ID"] for letter in mail.outbox} == {
        f"<engine_stopped-{outage.pk}-{number}@localhost>" for number in range(2)
    }


def test_two_who_look_at_once_tell_once():
    seen(300)
    start, looks = threading.Barrier(4), []

    def look():
        start.wait(10)
        looks.append(services.look_after_engine())
        connection.close()

    threads = [threading.Thread(target=look) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(looks) == 4
    assert looks.count(Look.TOLD) == 1
    assert set(looks) <= {Look.TOLD, Look.SILENT, Look.BUSY}
    assert to() == LEADS


def test_a_clients_scope_writes_neither_minutes_nor_outages(cast):
    for table in ("escalation_engineoutage", "escalation_engineminute"):
        scope = tenancy.organizations(cast.northwind.pk)
        with pytest.raises(ProgrammingError), transaction.atomic(), scope, connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET at = now()" if "minute" in table else f"UPDATE {table} SET told_at = now()"
            )


def test_the_web_looks_by_itself_and_survives_what_it_finds(monkeypatch):
    found, over = [], threading.Event()

    def look():
        found.append(1)
        if len(found) == 3:
            over.set()
        raise RuntimeError("no database")

    monkeypatch.setattr(services, "look_after_engine", look)
    monkeypatch.setattr(vigil, "EVERY", 0.01)
    thread = vigil.begin(over)
    thread.join(10)
    assert not thread.is_alive()
    assert len(found) == 3


def test_minutes_are_counted_and_two_hours_of_them_kept(cast, open_ticket):
    open_ticket(assignee=cast.lea)
    login_as("worker")
    with tenancy.engine() as now:
        EngineMinute.objects.create(at=now - timedelta(hours=3), ticks=6, steps_fired=1)
    services.tick_and_tell(now=cast.now + timedelta(hours=3))
    services.tick_and_tell(now=cast.now + timedelta(hours=3))
    with tenancy.engine():
        rows = EngineMinute.objects.all()
        assert sum(row.steps_fired for row in rows) == 2
        assert sum(row.ticks for row in rows) == 2
        assert all(row.at > now - timedelta(hours=1) for row in rows)
    login_as("app")
