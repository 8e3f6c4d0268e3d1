"""Firing what is due, as the worker does: each step once, whoever ticks, however often, however late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from common import tenancy
from slo import services
from slo.models import Clock, ClockStep
from slo.services import FiredBatch
from tests.slo.cases import HOUR, MICROSECOND
from tests.slo.test_services_clocks import columns, start
from tests.tickets.acting import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WARNING, DUE = 3 * HOUR, 4 * HOUR


def tick(now: datetime, **more: Any) -> FiredBatch:
    with tenancy.engine():
        return services.fire_due(now=now, **more)


def steps(batch: FiredBatch) -> list[tuple[str, datetime]]:
    return [(one.step, one.at) for one in batch.fired]


def test_it_warns_then_breaches_each_once(cast: Any, worker: None) -> None:
    clock = start(cast)
    assert tick(cast.now + WARNING) == FiredBatch(0, [])  # at the instant itself it isn't past
    assert steps(tick(cast.now + WARNING + MICROSECOND)) == [("warning", clock.warn_at)]
    assert columns(clock)["next_at"] == clock.due_at
    assert tick(cast.now + DUE) == FiredBatch(0, [])
    batch = tick(cast.now + DUE + MICROSECOND)
    assert steps(batch) == [("breach", clock.due_at)]
    assert (batch.fired[0].clock_id, batch.fired[0].organization_id) == (clock.pk, cast.northwind.pk)
    kept = columns(clock)
    assert (kept["verdict"], kept["judged_at"], kept["next_at"]) == ("missed", cast.now + DUE + MICROSECOND, None)
    assert tick(cast.now + 99 * HOUR) == FiredBatch(0, [])
    with tenancy.engine():
        assert [(one.name, one.at, one.fired_at) for one in ClockStep.objects.order_by("id")] == [
            ("warning", clock.warn_at, cast.now + WARNING + MICROSECOND),
            ("breach", clock.due_at, cast.now + DUE + MICROSECOND),
        ]


def test_after_an_outage_all_that_came_due_fires_oldest_first(cast: Any, worker: None) -> None:
    early, late = start(cast), start(cast, started_at=cast.now + MICROSECOND)
    assert steps(tick(cast.now + 9 * HOUR)) == [
        ("warning", early.warn_at), ("warning", late.warn_at), ("breach", early.due_at), ("breach", late.due_at),
    ]  # fmt: skip


def test_many_ticks_at_once_fire_each_step_once(cast: Any, worker: None) -> None:
    clocks = [start(cast, started_at=cast.now + number * MICROSECOND) for number in range(20)]
    now = cast.now + 9 * HOUR
    batches = at_once(*[lambda: tick(now, limit=7)] * 6)
    rest = tick(now)
    fired = [(one.clock_id, one.step) for batch in [*batches, rest] for one in batch.fired]
    assert sorted(fired) == sorted((clock.pk, step) for clock in clocks for step in ("warning", "breach"))
    with tenancy.engine():
        assert ClockStep.objects.count() == 40
        Clock.objects.update(next_at=cast.now)  # as a restored backup might
    assert tick(now) == FiredBatch(20, [])
    with tenancy.engine():
        assert ClockStep.objects.count() == 40


def test_a_tick_that_fails_leaves_all_to_the_next(cast: Any, worker: None) -> None:
    clock = start(cast)

    def killed() -> None:
        with tenancy.engine():
            services.fire_due(now=cast.now + 9 * HOUR)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        killed()
    assert columns(clock)["verdict"] == "running"
    assert len(tick(cast.now + 9 * HOUR).fired) == 2


def test_a_stop_and_a_tick_at_once_agree_on_one_verdict(cast: Any, worker: None) -> None:
    for number in range(4):
        clock = start(cast, started_at=cast.now + number * MICROSECOND)
        now = clock.due_at + timedelta(seconds=1)

        def answer(clock: Clock = clock, now: datetime = now) -> None:
            with tenancy.everyone():
                services.stop_clock(clock_id=clock.pk, at=now)

        at_once(answer, lambda now=now: tick(now))
        tick(now)
        kept = columns(clock)
        assert (kept["verdict"], kept["judged_at"], kept["stopped_at"], kept["next_at"]) == ("missed", now, now, None)
    with tenancy.engine():
        assert ClockStep.objects.count() == 8


def test_it_passes_by_a_clock_that_somebody_holds_and_finds_it_the_next_time(cast: Any, worker: None) -> None:
    held, free = start(cast), start(cast)
    now = cast.now + 9 * HOUR

    def hurried() -> FiredBatch:
        with tenancy.engine(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            return services.fire_due(now=now)

    with tenancy.everyone():
        services.stop_clock(clock_id=held.pk, at=now)
        (batch,) = at_once(hurried)
    assert {one.clock_id for one in batch.fired} == {free.pk}
    assert {one.clock_id for one in tick(now).fired} == {held.pk}


def test_stopped_before_it_is_due_it_never_breaches(cast: Any, worker: None) -> None:
    clock = start(cast)
    tick(cast.now + WARNING + MICROSECOND)
    with tenancy.everyone():
        services.stop_clock(clock_id=clock.pk, at=cast.now + DUE)
    assert tick(cast.now + 9 * HOUR).claimed == 0
    assert columns(clock)["verdict"] == "met"


@pytest.mark.parametrize("end", ["met", "void"])
def test_a_wrong_hint_makes_no_breach_of_a_clock_that_is_over(cast: Any, worker: None, end: str) -> None:
    clock = start(cast)
    with tenancy.everyone():
        if end == "met":
            services.stop_clock(clock_id=clock.pk, at=cast.now + HOUR)
        else:
            services.void_clock(clock_id=clock.pk, reason="spam", at=cast.now + HOUR)
        Clock.objects.update(next_at=cast.now + HOUR)  # as a restored backup might
    assert tick(cast.now + 9 * HOUR) == FiredBatch(1, [])
    assert (columns(clock)["verdict"], columns(clock)["next_at"]) == (end, None)
    assert tick(cast.now + 9 * HOUR) == FiredBatch(0, [])


def test_live_ticks_leave_historical_clocks_alone_and_the_other_way_round(cast: Any, worker: None) -> None:
    live, old = start(cast), start(cast, historical=True)
    assert {one.clock_id for one in tick(cast.now + 9 * HOUR).fired} == {live.pk}
    assert {one.clock_id for one in tick(cast.now + 9 * HOUR, historical=True).fired} == {old.pk}


def test_one_clock_can_be_retried_by_itself(cast: Any, worker: None) -> None:
    one, other = start(cast), start(cast)
    assert {fired.clock_id for fired in tick(cast.now + 9 * HOUR, only=other.pk).fired} == {other.pk}
    assert columns(one)["verdict"] == "running"


def test_a_worker_without_a_scope_is_refused_and_a_clients_scope_ticks_only_its_own(cast: Any, worker: None) -> None:
    start(cast)
    with pytest.raises(DatabaseError, match="permission denied"):
        Clock.objects.count()
    with tenancy.organizations(cast.globex.pk):
        assert services.fire_due(now=cast.now + 9 * HOUR).claimed == 0


@pytest.mark.parametrize("sql", ["UPDATE slo_clockstep SET name = 'warning'", "DELETE FROM slo_clockstep"])
def test_a_step_is_for_ever(cast: Any, worker: None, sql: str) -> None:
    start(cast)
    tick(cast.now + 9 * HOUR)
    with pytest.raises(DatabaseError, match="permission denied"), tenancy.engine(), connection.cursor() as cursor:
        cursor.execute(sql)
