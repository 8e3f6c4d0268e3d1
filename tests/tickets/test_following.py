"""Open requests follow a new edition of their calendar: once each, whoever is killed, whoever holds them meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from common import long_work, tenancy
from conftest import login_as
from escalation import services as escalation
from slo import services as slo
from slo.models import CalendarChange, Clock
from tests.tickets.acting import act, at_once, clock_of, events, fresh, opened
from tickets import services
from tickets.models import Ticket

LONG = {str(day): [["09:00", "10:30"]] for day in range(7)}  # of each day only an hour and a half
MOVED = "ticket.promise_moved"


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, cast: Any) -> Any:
    """The database's time stands still at `cast.now`, and the engine's scope is lent to the tests' role."""
    declare = tenancy.declare

    def declared(scope: tenancy.Scope) -> datetime:
        declare(scope)
        return cast.now

    monkeypatch.setattr(tenancy, "declare", declared)
    return cast


def publish(cast: Any, **more: Any) -> CalendarChange:
    """By Ada: read, counted, published."""
    calendar = cast.northwind_contract.calendar
    values = {"zone": "Europe/Paris", "weekly": LONG, "holidays": {}, "effective_at": None, "now": cast.now} | more
    change = act(cast.ada, slo.draft_change, calendar=calendar, **values)
    services.follow_calendars()
    change = fresh(change)
    return act(cast.ada, slo.publish_change, change=change, text_hash=change.text_hash, now=cast.now)


def due(ticket: Ticket) -> datetime:
    """The ticket's own due instant, which is its clock's."""
    ticket = fresh(ticket)
    assert ticket.due_at == clock_of(ticket).due_at
    return ticket.due_at


@pytest.mark.django_db
class TestFollowing:
    @pytest.fixture(autouse=True)
    def lent(self, still: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tenancy, "engine", tenancy.everyone)

    def test_clock_ticket_and_event_move_together_and_once(self, cast):
        ticket, globex = opened(cast), opened(cast, client="globex")
        before = due(ticket)
        change = publish(cast)
        assert due(ticket) == before  # by nobody's hand but the worker's
        assert services.follow_calendars() == 1
        assert services.follow_calendars() == 0
        assert due(ticket) > before
        [moved] = events(ticket, MOVED)
        assert moved.data == {
            "before": before.isoformat(), "after": due(ticket).isoformat(), "objective": "first_response"
        }  # fmt: skip
        assert (moved.actor_id, moved.audience) == (None, "client")
        assert fresh(change).result["moved"] == fresh(change).foreseen["moved"] == 1 + len(events(globex, MOVED))

    def test_answered_late_and_withdrawn_ones_stay(self, cast):
        answered, withdrawn, late = (opened(cast) for _n in range(3))
        act(cast.lea, services.reply, ticket_id=answered.pk, body="We look.", now=cast.now + timedelta(minutes=1))
        act(cast.ann, services.cancel, ticket_id=withdrawn.pk, reason="Solved.", now=cast.now)
        with tenancy.everyone():
            Clock.objects.filter(pk=clock_of(late).pk).update(
                started_at=cast.now - timedelta(hours=3), warn_at=cast.now - timedelta(hours=2),
                due_at=cast.now - timedelta(hours=1), next_at=cast.now - timedelta(hours=2),
            )  # fmt: skip
        kept = [clock_of(one).due_at for one in (answered, withdrawn, late)]
        publish(cast)
        services.follow_calendars()
        assert [clock_of(one).due_at for one in (answered, withdrawn, late)] == kept
        assert not any(events(one, MOVED) for one in (answered, withdrawn, late))

    def test_one_that_fails_in_the_middle_of_a_batch_leaves_nothing_of_it(self, cast, monkeypatch):
        tickets = [opened(cast) for _n in range(5)]
        publish(cast)
        monkeypatch.setattr(services.following, "MOVE_BATCH", 2)
        tell, told = services.following._tell, []

        def breaks(moved: Any, *more: Any) -> None:
            tell(moved, *more)
            told.append(len(moved))
            if len(told) == 2:
                raise RuntimeError("the plug was pulled")

        monkeypatch.setattr(services.following, "_tell", breaks)
        services.follow_calendars()
        assert [len(events(one, MOVED)) for one in tickets] == [1, 1, 0, 0, 0]
        with tenancy.everyone():
            CalendarChange.objects.update(leased_until=None)
        services.follow_calendars()
        assert [len(events(one, MOVED)) for one in tickets] == [1] * 5
        assert len({due(one) for one in tickets}) == 1


# A worker that has written all of a batch, says so, and never comes to COMMIT.
WORKER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from tickets import services
services.following.MOVE_BATCH = 2
tell, batches = services.following._tell, []
def held(*args):
    tell(*args)
    batches.append(1)
    if len(batches) == 2:
        print("written", flush=True)
        time.sleep(60)
services.following._tell = held
services.follow_calendars()
"""


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    """With the worker's own login, and transactions that commit."""

    @pytest.fixture
    def real(self, cast: Any) -> Iterator[Any]:
        """The database's own time, minutes after the tickets were opened."""
        with tenancy.everyone() as now:
            cast.now = now
        yield cast
        login_as("app")

    def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_repeats_nothing(self, real):
        tickets = [opened(real, priority="low") for _n in range(7)]
        login_as("worker")
        change = self.published(real)
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]], env={**os.environ, "DATABASE_ROLE": "worker"},
            cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert worker.stdout.readline() == "written\n"
            assert services.follow_calendars() == 0  # it is its own while it lives
            worker.send_signal(signal.SIGKILL)
            assert worker.wait(10) == -signal.SIGKILL
        finally:
            worker.kill()
            worker.wait()
            worker.stdout.close()
        with tenancy.engine() as now:
            row = CalendarChange.objects.get(pk=change.pk)  # as soon as the server has noticed: the row was locked
            assert (row.state, row.done) == ("running", 2)
            assert row.leased_until > now
            CalendarChange.objects.filter(pk=change.pk).update(leased_until=now)  # its lease ends
        assert services.follow_calendars() == 1
        assert [len(self.moves(one)) for one in tickets] == [1] * 7
        assert self.state(change) == ("done", 7)

    def test_two_at_once_move_each_clock_once(self, real, monkeypatch):
        tickets = [opened(real, priority="low") for _n in range(9)]
        login_as("worker")
        change = self.published(real)
        monkeypatch.setattr(services.following, "MOVE_BATCH", 2)
        done = at_once(services.follow_calendars, services.follow_calendars)
        assert sorted(done)[0] == 0
        assert [len(self.moves(one)) for one in tickets] == [1] * 9
        assert self.state(change) == ("done", 9)

    def test_a_request_that_somebody_holds_is_moved_once_it_is_free(self, real):
        mine, free = opened(real, priority="low"), opened(real, priority="low")
        login_as("worker")
        change = self.published(real)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SET LOCAL ROLE totalcare_engine")
                cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR NO KEY UPDATE", [mine.pk])
                services.follow_calendars()
                assert (len(self.moves(mine)), len(self.moves(free))) == (0, 1)
                assert self.state(change)[0] == "running"
                cursor.execute("COMMIT")
        finally:
            other.close()
        with tenancy.engine() as now:
            CalendarChange.objects.filter(pk=change.pk).update(leased_until=now)
        services.follow_calendars()
        assert len(self.moves(mine)) == 1
        assert self.state(change)[0] == "done"

    def test_a_tick_goes_on_meanwhile(self, real):
        opened(real, priority="low")
        login_as("worker")
        self.published(real)
        row = long_work.take(CalendarChange)
        with tenancy.engine() as now:
            services.following._batch(row, now)
            done = at_once(lambda: escalation.tick(now=now).failed)
        assert done == [[]]

    @staticmethod
    def published(cast: Any) -> CalendarChange:
        """As publish(), in transactions of their own."""
        with tenancy.engine():
            change = slo.draft_change(
                actor=cast.ada, calendar=cast.northwind_contract.calendar, zone="Europe/Paris", weekly=LONG, holidays={},
                effective_at=None, now=cast.now,
            )  # fmt: skip
        services.follow_calendars()
        with tenancy.engine() as now:
            change.refresh_from_db()
            return slo.publish_change(actor=cast.ada, change=change, text_hash=change.text_hash, now=now)

    @staticmethod
    def moves(ticket: Ticket) -> list[Any]:
        from audit.models import Event

        with tenancy.engine():
            return list(Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk, verb=MOVED))

    @staticmethod
    def state(change: CalendarChange) -> tuple[str, int]:
        with tenancy.engine():
            row = CalendarChange.objects.get(pk=change.pk)
        return row.state, row.done
