"""The command that recomputes every receipt, and the events that a migration gave to older clocks."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common import tenancy
from slo import history, services
from slo.fold import fold
from slo.history import columns, edition_rules
from slo.models import Clock
from tests.slo.cases import DAY, HOUR, MICROSECOND
from tests.slo.test_services_clocks import retarget, start, stop, void
from tests.tickets.acting import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def lives(cast: Any) -> list[Clock]:
    """One of every kind of end, with and without corrections."""
    clocks = [start(cast) for _number in range(7)]
    _running, met, late, gone, raised, lowered, ticked = clocks
    stop(met, cast.now + HOUR)
    stop(late, cast.now + 5 * HOUR)
    void(gone, cast.now + HOUR)
    retarget(cast, raised, 60, cast.now + HOUR, upward=True)
    retarget(cast, lowered, 600, cast.now + HOUR, upward=False)
    with tenancy.everyone():
        services.fire_due(now=ticked.due_at + MICROSECOND, only=ticked.pk)  # type: ignore[operator]
        return list(Clock.objects.order_by("id").select_related("edition"))


def verify(**options: Any) -> str:
    out = io.StringIO()
    call_command("verify_receipts", stdout=out, **options)
    return out.getvalue()


def test_it_says_how_many_hold(cast: Any, worker: None) -> None:
    lives(cast)
    assert verify() == "7 receipts verified\n"
    assert verify(client="nw") == "7 receipts verified\n"
    assert json.loads(verify(client="GLX", json=True)) == {"clocks": 0, "broken": 0}
    with pytest.raises(CommandError, match="no client 'NOBODY'"):
        verify(client="nobody")


def test_it_fails_when_a_row_is_not_what_its_events_say(cast: Any, worker: None) -> None:
    clock = lives(cast)[1]
    with tenancy.engine():
        Clock.objects.filter(pk=clock.pk).update(verdict="missed")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 7 receipts do not hold"):
        call_command("verify_receipts", stdout=out)
    assert out.getvalue() == f"clock {clock.pk}: verdict: the row says missed, its events met\n"
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_receipts", json=True, stdout=out)
    assert [json.loads(line) for line in out.getvalue().splitlines()][1:] == [{"clocks": 7, "broken": 1}]


def test_it_needs_the_workers_role(cast: Any) -> None:
    with pytest.raises(CommandError, match="DATABASE_ROLE=worker"):
        verify()


def test_the_migration_gives_every_older_clock_events_that_say_what_its_row_says(cast: Any, worker: None) -> None:
    lived = import_module("slo.migrations.0008_events_of_old_clocks").lived
    for clock in lives(cast):
        with tenancy.engine():
            editions = history.published({clock.edition.calendar_id})
        rules = edition_rules(editions)
        facts = lived(clock, rules)
        said = columns(fold(facts, rules), editions)
        assert said == {name: getattr(clock, name) for name in said}, clock.pk
        assert ("carried" in {one.kind for one in facts}) == (clock.allowed_seconds != clock.target_minutes * 60)


def test_two_who_stop_and_withdraw_at_once_end_it_once(cast: Any, worker: None) -> None:
    clock = start(cast)
    at_once(lambda: stop(clock, cast.now + HOUR), lambda: void(clock, cast.now + HOUR))
    assert verify() == "1 receipts verified\n"
    with tenancy.engine():
        assert Clock.objects.get().verdict in {"met", "void"}
        assert Clock.objects.get().events.count() == 2
    stop(clock, cast.now + DAY)
    assert verify() == "1 receipts verified\n"
