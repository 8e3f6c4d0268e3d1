"""A clock's life, generated: whatever happens to it, in whatever order, what was counted stays counted and the receipt holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from slo.clock import Verdict
from slo.fold import FoldError, Kind
from slo.verify_receipt import verify
from tests.slo.cases import ALWAYS, OFFICE, SPLIT
from tests.slo.living import BEGAN, Life

ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
WEEKS = [OFFICE, SPLIT, ALWAYS, {"2": [["10:00", "11:30"], ["13:00", "24:00"]]}]
MINUTES = st.integers(1, 60 * 40)


class ClockLife(RuleBasedStateMachine):
    """Time passes, things happen; what can't happen is refused and leaves no trace."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.now = BEGAN
        self.counted = timedelta(0)
        self.late = False
        self.over: dict[str, Any] = {}

    @initialize(zone=st.sampled_from(ZONES), days=st.integers(1, 700), minutes=MINUTES, which=st.integers(1, 2))
    def begins(self, zone: str, days: int, minutes: int, which: int) -> None:
        self.life = Life(zone)
        self.now = BEGAN + timedelta(days=days, minutes=7 * days, seconds=days)
        self.life.starts(self.now, minutes, which)

    @rule(minutes=st.integers(0, 60 * 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes, seconds=minutes % 60)

    @rule(hours=st.integers(1, 90))
    def pauses(self, hours: int) -> None:
        self.tries(self.life.pauses, self.now, self.now + timedelta(hours=hours))

    @rule(by=st.sampled_from(["person", "activity"]))
    def resumes(self, by: str) -> None:
        self.tries(self.life.resumes, self.now, by)

    @precondition(lambda self: self.paused_until() <= self.now)
    @rule()
    def resumes_by_its_date(self) -> None:
        self.tries(self.life.resumes, self.paused_until(), "date")

    @rule(minutes=MINUTES, upward=st.booleans(), which=st.integers(1, 2))
    def retargets(self, minutes: int, upward: bool, which: int) -> None:
        due = self.life.state().due_at
        after = self.tries(self.life.retargets, self.now, minutes, upward=upward, which=which)
        if after and due:
            assert (after.due_at <= due) if upward else (after.due_at >= due)

    @rule(week=st.sampled_from(WEEKS), which=st.integers(1, 2), hours=st.integers(0, 50))
    def publishes(self, week: Any, which: int, hours: int) -> None:
        """Never in the past. What is published changes nothing until the clock is told of it."""
        before = self.life.state()
        last = max(one.effective_at for one in self.life.rows if one.calendar == which)
        self.life.publish(which, week, {}, max(last, self.now + timedelta(hours=hours)))
        assert self.life.state() == before
        self.tries(self.life.moves, self.now, before.promise.calendar)

    @rule()
    def is_found_late(self) -> None:
        self.tries(self.life.happens, Kind.MISSED, self.now)

    @rule()
    def stops(self) -> None:
        self.tries(self.life.happens, Kind.STOPPED, self.now, 8)

    @rule()
    def is_withdrawn(self) -> None:
        self.tries(self.life.happens, Kind.VOIDED, self.now, 7, reason="cancelled")

    def paused_until(self) -> datetime:
        paused = self.life.state().paused if self.life.events else None
        return paused.resume_by if paused else self.now + timedelta(days=1)

    def tries(self, act: Any, *args: Any, **more: Any) -> Any:
        before = list(self.life.events)
        try:
            return act(*args, **more)
        except FoldError:
            assert self.life.events == before
            return None

    @invariant()
    def what_was_counted_stays_and_is_open_time(self) -> None:
        if not self.life.events:
            return
        state = self.life.state()
        counted = state.elapsed(self.now)
        assert counted >= self.counted or state.ended_at, (counted, self.counted)
        self.counted = counted
        spans = state.measure.spans(state.started_at, max(state.started_at, state.ended_at or self.now))
        assert sum((one.counted for one in spans), timedelta(0)) == counted
        assert counted <= self.now - state.started_at

    @invariant()
    def once_late_always_late_and_a_pause_holds_every_step(self) -> None:
        if not self.life.events:
            return
        state = self.life.state()
        assert (state.due_at is None) == (state.paused is not None) == (state.warn_at is None)
        if state.due_at and state.warn_at:
            assert state.started_at <= state.warn_at <= state.due_at
        late = state.is_late(state.ended_at or self.now)
        assert late or not self.late
        self.late = late

    @invariant()
    def a_verdict_is_written_once(self) -> None:
        if not self.life.events:
            return
        state = self.life.state()
        now = {"verdict": state.verdict, "judged_at": state.judged_at, "due_at": state.due_at}
        if self.over:
            assert now == self.over
        elif state.verdict is not Verdict.RUNNING:
            self.over = now
            assert (state.verdict is Verdict.MISSED) == (state.judged_at > state.due_at)  # type: ignore[operator]

    @invariant()
    def the_receipt_holds(self) -> None:
        if not self.life.events:
            return
        state, paper = self.life.state(), self.life.receipt(self.now)
        assert verify(paper) == []
        assert paper["sums"]["open"] == state.elapsed(self.now).total_seconds()


ClockLife.TestCase.settings = settings(
    max_examples=50, stateful_step_count=14, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
TestClockLife = ClockLife.TestCase
