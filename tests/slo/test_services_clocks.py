"""One clock's life: started, stopped, void, retargeted; judged once."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import tenancy
from common.errors import Refused
from slo import services
from slo.models import Clock
from tests.slo import reference
from tests.slo.cases import DAY, HOUR, MICROSECOND, MINUTE, at


def start(cast: Any, minutes: int = 240, **more: Any) -> Clock:
    with tenancy.everyone():
        values: dict[str, Any] = {
            "organization_id": cast.northwind.pk, "objective": "first_response",
            "contract_ref": cast.northwind_contract.pk, "term_key": "slo.first_response.high",
            "provenance": {"source": "default"}, "priority": "high", "target_minutes": minutes, "warn_percent": 75,
            "edition": services.edition_at(cast.paris.pk, cast.now), "started_at": cast.now,
        }  # fmt: skip
        return services.start_clock(**values | more)


def stop(clock: Clock, when: datetime) -> Clock:
    with tenancy.everyone():
        return services.stop_clock(clock_id=clock.pk, at=when)


def void(clock: Clock, when: datetime) -> Clock:
    with tenancy.everyone():
        return services.void_clock(clock_id=clock.pk, reason="spam", at=when)


def retarget(cast: Any, clock: Clock, minutes: int, when: datetime, *, upward: bool) -> Clock:
    with tenancy.everyone():
        return services.retarget_clock(
            clock_id=clock.pk, priority="critical" if upward else "low", term_key="slo.first_response.critical",
            provenance={"source": "clause"}, target_minutes=minutes, warn_percent=75, edition=clock.edition, at=when,
            upward=upward,
        )  # fmt: skip


def columns(clock: Clock) -> dict[str, Any]:
    with tenancy.everyone():
        found: dict[str, Any] = Clock.objects.filter(pk=clock.pk).values().get()
    return found


def test_it_warns_and_is_due_in_business_time_and_looks_at_itself_first_when_it_warns(cast: Any) -> None:
    clock = start(cast, started_at=at("2026-11-20T16:00"))
    assert (clock.warn_at, clock.due_at, clock.next_at) == (
        at("2026-11-23T10:00"), at("2026-11-23T11:00"), at("2026-11-23T10:00"),
    )  # fmt: skip
    assert (clock.verdict, clock.judged_at, clock.historical) == ("running", None, False)


@pytest.mark.parametrize("percent", range(1, 100))
def test_every_percentage_warns_at_its_microsecond(cast: Any, percent: int) -> None:
    clock = start(cast, minutes=60, warn_percent=percent)
    assert clock.warn_at == cast.now + timedelta(seconds=int(Fraction(percent, 100) * 3600))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begin=st.integers(0, 7 * 1440), target=st.integers(1, 700), answer=st.integers(0, 4 * 1440))
def test_verdict_and_measure_are_those_of_a_count_by_minutes(cast: Any, begin: int, target: int, answer: int) -> None:
    started = cast.now + begin * MINUTE
    clock = start(cast, minutes=target, started_at=started)
    data = clock.edition.rule().to_data()
    used = reference.open_minutes(data, started, started + answer * MINUTE)
    due = reference.add(data, started, target)
    stopped = stop(clock, started + answer * MINUTE)
    assert (clock.due_at, stopped.business_seconds) == (due, used * 60)
    assert stopped.verdict == ("met" if started + answer * MINUTE <= due else "missed")


def test_a_second_stop_changes_nothing(cast: Any) -> None:
    clock = start(cast)
    stop(clock, cast.now + HOUR)
    before = columns(clock)
    stop(clock, cast.now + DAY)
    assert columns(clock) == before


def test_stopped_in_time_it_takes_no_step_any_more(cast: Any) -> None:
    stop(start(cast), cast.now + 4 * HOUR)
    with tenancy.everyone():
        assert services.fire_due(now=cast.now + DAY).claimed == 0


def test_void_is_counted_apart_and_final(cast: Any) -> None:
    clock = start(cast)
    void(clock, cast.now + HOUR)
    kept = columns(clock)
    assert (kept["verdict"], kept["void_reason"], kept["judged_at"]) == ("void", "spam", cast.now + HOUR)
    stop(clock, cast.now + 2 * HOUR)
    void(clock, cast.now + 3 * HOUR)
    retarget(cast, clock, 60, cast.now + 3 * HOUR, upward=True)
    assert columns(clock) == kept


@pytest.mark.parametrize(("late", "verdict"), [(timedelta(0), "void"), (MICROSECOND, "missed")])
def test_what_is_late_is_missed_and_not_void(cast: Any, late: timedelta, verdict: str) -> None:
    clock = start(cast)
    kept = void(clock, clock.due_at + late)
    assert (kept.verdict, kept.void_reason, kept.next_at) == (verdict, "spam" if verdict == "void" else "", None)


class TestRetarget:
    @pytest.mark.parametrize(
        ("minutes", "after", "due"),
        [
            (60, 1 * HOUR, 2 * HOUR),  # counted from the correction
            (60, 3 * HOUR, 4 * HOUR),  # the same instant
            (60, 3 * HOUR + MINUTE, 4 * HOUR),  # the old one is earlier
        ],
    )
    def test_up_is_the_earlier_of_the_old_due_and_the_new_target_from_now(
        self, cast: Any, minutes: int, after: timedelta, due: timedelta
    ) -> None:
        clock = retarget(cast, start(cast), minutes, cast.now + after, upward=True)
        assert (clock.due_at, clock.warn_at) == (cast.now + due, cast.now + due * 0.75)
        assert (clock.priority, clock.target_minutes, clock.provenance) == ("critical", 60, {"source": "clause"})

    def test_down_is_the_new_target_from_submission(self, cast: Any) -> None:
        clock = retarget(cast, start(cast), 480, cast.now + HOUR, upward=False)
        assert (clock.due_at, clock.warn_at) == (cast.now + 8 * HOUR, cast.now + 6 * HOUR)
        assert clock.next_at == clock.warn_at

    @pytest.mark.parametrize("ticked", [False, True])
    def test_down_is_refused_once_missed(self, cast: Any, ticked: bool) -> None:
        clock = start(cast)
        late = clock.due_at + MICROSECOND
        if ticked:
            with tenancy.everyone():
                services.fire_due(now=late)
        before = columns(clock)
        with pytest.raises(Refused, match="already late"):
            retarget(cast, clock, 480, late, upward=False)
        assert columns(clock) == before

    @pytest.mark.parametrize("ticked", [False, True])
    def test_up_once_missed_keeps_the_promise_it_was_judged_by(self, cast: Any, ticked: bool) -> None:
        clock = start(cast)
        late = clock.due_at + MICROSECOND
        if ticked:
            with tenancy.everyone():
                services.fire_due(now=late)
        before = columns(clock)
        retarget(cast, clock, 30, late, upward=True)
        assert columns(clock) == before

    def test_a_stopped_clock_keeps_all_it_had(self, cast: Any) -> None:
        clock = start(cast)
        stop(clock, cast.now + HOUR)
        before = columns(clock)
        for upward in (True, False):
            retarget(cast, clock, 30, cast.now + HOUR, upward=upward)
        assert columns(clock) == before
