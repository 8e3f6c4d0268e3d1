"""The rule of a clock: its steps, its verdict, its corrections, what a page says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo import clock
from slo.calendar import NaiveInstantError
from slo.clock import ClockRuleError, ClockState, Decision, Step, StepName, Verdict
from tests.slo.cases import ALWAYS, DAY, HOUR, MICROSECOND, MINUTE, at, calendar

OFFICE = calendar(holidays={"2026-12-25": "Noël"})
FRIDAY = at("2026-11-27T16:00")
NAIVE = datetime.fromisoformat("2026-11-27T16:00")


class TestSteps:
    def test_it_warns_at_three_quarters_of_the_business_time_and_breaches_when_due(self) -> None:
        warning, breach = clock.steps(OFFICE, FRIDAY, 4 * HOUR, [0.75])
        assert warning == Step(StepName.WARNING, at("2026-11-30T10:00"))
        assert breach == Step(StepName.BREACH, at("2026-11-30T11:00"))

    def test_the_warnings_are_whatever_the_contract_says(self) -> None:
        assert clock.steps(OFFICE, FRIDAY, HOUR, []) == (Step(StepName.BREACH, at("2026-11-27T17:00")),)
        several = clock.steps(OFFICE, FRIDAY, 2 * HOUR, [Fraction(9, 10), 0.5])
        assert [(step.key, step.at) for step in several] == [
            ("warning", at("2026-11-27T17:00")),
            ("warning-2", at("2026-11-27T17:48")),
            ("breach", at("2026-11-27T18:00")),
        ]

    def test_an_hour_used_up_at_closing_is_due_at_closing(self) -> None:
        assert clock.due(OFFICE, at("2026-11-27T17:00"), HOUR) == at("2026-11-27T18:00")
        assert clock.due(OFFICE, at("2026-11-28T12:00"), HOUR) == at("2026-11-30T10:00")

    def test_steps_until_a_known_due_instant(self) -> None:
        assert clock.steps_until(OFFICE, FRIDAY, at("2026-11-30T11:00"), [0.75]) == clock.steps(
            OFFICE, FRIDAY, 4 * HOUR, [0.75]
        )

    @pytest.mark.parametrize("fractions", [[0], [1], [1.5], [-0.5], [0.5, Fraction(1, 2)]])
    def test_warnings_outside_the_target_are_refused(self, fractions: Any) -> None:
        with pytest.raises(ClockRuleError, match="different fractions"):
            clock.steps(OFFICE, FRIDAY, HOUR, fractions)

    @pytest.mark.parametrize("target", [timedelta(0), -MINUTE])
    def test_a_target_that_is_not_positive_is_refused(self, target: timedelta) -> None:
        with pytest.raises(ClockRuleError, match="positive"):
            clock.due(OFFICE, FRIDAY, target)
        with pytest.raises(ClockRuleError, match="positive"):
            clock.steps(OFFICE, FRIDAY, target, [0.75])


class TestDecide:
    STEPS = clock.steps(OFFICE, FRIDAY, 4 * HOUR, (0.5, 0.75))
    HALF, MOST, DUE = at("2026-11-27T18:00"), at("2026-11-30T10:00"), at("2026-11-30T11:00")

    @pytest.mark.parametrize(
        ("fired", "now", "fire", "next_at"),
        [
            ([], FRIDAY, [], HALF),
            ([], HALF, [], HALF),  # at its instant a step doesn't fire yet
            ([], HALF + MICROSECOND, ["warning"], MOST),
            (["warning"], HALF + DAY, [], MOST),
            ([], MOST + MICROSECOND, ["warning", "warning-2"], DUE),
            (["warning", "warning-2"], DUE, [], DUE),  # a response now is in time
            (["warning", "warning-2"], DUE + MICROSECOND, ["breach"], None),
            ([], DUE + DAY, ["warning", "warning-2", "breach"], None),  # after an outage
            (["breach", "warning", "warning-2"], DUE + DAY, [], None),
            (["breach"], FRIDAY, [], HALF),
        ],
    )
    def test_a_step_fires_once_after_its_instant(
        self, fired: list[str], now: datetime, fire: list[str], next_at: datetime | None
    ) -> None:
        decision = clock.decide(self.STEPS, set(fired), now)
        assert [step.key for step in decision.fire] == fire
        assert decision.next_at == next_at

    def test_step_names_will_do_as_keys_of_a_clock_that_warns_once(self) -> None:
        steps = clock.steps(OFFICE, FRIDAY, HOUR, [0.75])
        assert clock.decide(steps, {StepName.WARNING, StepName.BREACH}, self.DUE) == Decision((), None)

    @settings(deadline=None)
    @given(st.lists(st.timedeltas(timedelta(0), timedelta(days=5)), max_size=8).map(sorted))
    def test_ticks_fire_every_step_once_in_order_and_never_early(self, ticks: list[timedelta]) -> None:
        fired: list[str] = []
        for tick in [*ticks, timedelta(days=9)]:
            now = FRIDAY + tick
            decision = clock.decide(self.STEPS, fired, now)
            assert all(step.at < now for step in decision.fire)
            assert decision.next_at is None or decision.next_at >= now
            fired += [step.key for step in decision.fire]
        assert fired == ["warning", "warning-2", "breach"]


class TestVerdict:
    DUE = at("2026-11-30T11:00")

    @pytest.mark.parametrize(
        ("responded_at", "now", "verdict"),
        [
            (None, DUE - DAY, Verdict.RUNNING),
            (None, DUE, Verdict.RUNNING),
            (None, DUE + MICROSECOND, Verdict.MISSED),
            (DUE - DAY, DUE - DAY, Verdict.MET),
            (DUE, DUE, Verdict.MET),
            (DUE, DUE + 30 * DAY, Verdict.MET),  # judged late, met in time
            (DUE + MICROSECOND, DUE + MICROSECOND, Verdict.MISSED),
        ],
    )
    def test_met_is_at_or_before_due(
        self,
        responded_at: datetime | None,
        now: datetime,
        verdict: Verdict,
    ) -> None:
        assert clock.verdict(self.DUE, responded_at, now) is verdict

    def test_a_repeated_hour_does_not_confuse_it(self) -> None:
        early = at("2026-10-25T02:45").astimezone(calendar()._tz)
        later = at("2026-10-25T02:30", fold=1).astimezone(calendar()._tz)
        assert later < early, "by their wall clocks, which is how Python compares them"
        assert clock.verdict(early, later, later) is Verdict.MISSED
        assert clock.verdict(later, early, later) is Verdict.MET

    def test_a_breach_fires_exactly_when_the_verdict_is_missed(self) -> None:
        steps = (Step(StepName.BREACH, self.DUE),)
        for now in (self.DUE - MICROSECOND, self.DUE, self.DUE + MICROSECOND):
            missed = clock.verdict(self.DUE, None, now) is Verdict.MISSED
            assert bool(clock.decide(steps, set(), now).fire) == missed


class TestCorrectedPriority:
    MONDAY = at("2026-11-23T09:00")

    def test_upwards_it_is_the_new_target_from_the_correction(self) -> None:
        old = clock.due(OFFICE, self.MONDAY, 18 * HOUR)
        assert clock.retarget_up(OFFICE, old, at("2026-11-23T15:00"), HOUR) == at("2026-11-23T16:00")

    def test_upwards_it_never_gains_time(self) -> None:
        old = at("2026-11-23T15:30")
        assert clock.retarget_up(OFFICE, old, at("2026-11-23T15:00"), HOUR) == old

    def test_downwards_it_is_the_new_target_from_submission(self) -> None:
        old = clock.due(OFFICE, self.MONDAY, HOUR)
        due = clock.retarget_down(OFFICE, self.MONDAY, 9 * HOUR, old, at("2026-11-23T09:30"))
        assert due == at("2026-11-23T18:00")

    def test_downwards_it_is_refused_once_missed(self) -> None:
        old = clock.due(OFFICE, self.MONDAY, HOUR)
        assert clock.retarget_down(OFFICE, self.MONDAY, 9 * HOUR, old, old) == at("2026-11-23T18:00")
        with pytest.raises(ClockRuleError, match="already missed"):
            clock.retarget_down(OFFICE, self.MONDAY, 9 * HOUR, old, old + MICROSECOND)

    def test_up_and_down_again_does_not_make_it_late(self) -> None:
        """Low at nine, critical at three (due at four), high at half past: four hours from nine are past."""
        low = clock.due(OFFICE, self.MONDAY, 18 * HOUR)
        critical = clock.retarget_up(OFFICE, low, at("2026-11-23T15:00"), HOUR)
        high = clock.retarget_down(OFFICE, self.MONDAY, 4 * HOUR, critical, at("2026-11-23T15:30"))
        assert high == critical == at("2026-11-23T16:00")


class TestTimeLeft:
    @pytest.mark.parametrize(
        ("now", "left"),
        [
            ("2026-11-27T16:00", 4 * HOUR),
            ("2026-11-28T12:00", 2 * HOUR),
            ("2026-11-30T11:00", timedelta(0)),
            ("2026-11-30T11:00:00.000001", -MICROSECOND),
            ("2026-11-30T20:00", -7 * HOUR),
            ("2026-12-01T09:30", -7.5 * HOUR),
        ],
    )
    def test_it_is_business_time_and_negative_when_late(self, now: str, left: timedelta) -> None:
        assert clock.time_left(OFFICE, at("2026-11-30T11:00"), at(now)) == left


class TestState:
    WARN, DUE = at("2026-11-30T10:00"), at("2026-11-30T11:00")

    @pytest.mark.parametrize(
        ("now", "responded_at", "state"),
        [
            (WARN, None, ClockState.ON_TRACK),
            (WARN + MICROSECOND, None, ClockState.SOON),
            (DUE, None, ClockState.SOON),
            (DUE + MICROSECOND, None, ClockState.MISSED),
            (DUE + DAY, WARN, ClockState.MET),
            (DUE + DAY, DUE + HOUR, ClockState.MISSED),
        ],
    )
    def test_what_a_page_says(self, now: datetime, responded_at: datetime | None, state: ClockState) -> None:
        said = {"due_at": self.DUE, "responded_at": responded_at, "now": now}
        assert clock.state_of(warn_at=self.WARN, **said) is state  # type: ignore[arg-type]
        assert clock.state_of(warn_at=self.WARN, void=True, **said) is ClockState.VOID  # type: ignore[arg-type]

    def test_without_a_warning_it_is_on_track_until_missed(self) -> None:
        state = clock.state_of(due_at=self.DUE, warn_at=None, responded_at=None, now=self.DUE)
        assert state is ClockState.ON_TRACK


def test_naive_instants_are_refused_everywhere() -> None:
    step = Step(StepName.BREACH, FRIDAY)
    for ask in (
        lambda: clock.due(OFFICE, NAIVE, HOUR),
        lambda: clock.steps(OFFICE, NAIVE, HOUR, [0.75]),
        lambda: clock.steps_until(OFFICE, FRIDAY, NAIVE, [0.75]),
        lambda: clock.decide([step], set(), NAIVE),
        lambda: clock.verdict(FRIDAY, NAIVE, FRIDAY),
        lambda: clock.verdict(NAIVE, FRIDAY, FRIDAY),
        lambda: clock.verdict(FRIDAY, None, NAIVE),
        lambda: clock.retarget_up(OFFICE, NAIVE, FRIDAY, HOUR),
        lambda: clock.retarget_down(OFFICE, FRIDAY, HOUR, FRIDAY, NAIVE),
        lambda: clock.time_left(OFFICE, FRIDAY, NAIVE),
    ):
        with pytest.raises(NaiveInstantError):
            ask()


@settings(deadline=None)
@given(
    st.sampled_from([OFFICE, calendar(weekly=ALWAYS), calendar("Australia/Lord_Howe")]),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.timedeltas(MICROSECOND, timedelta(hours=30)),
    st.lists(st.fractions(0, 1).filter(lambda part: 0 < part < 1), max_size=3, unique=True),
)
def test_steps_come_in_order_at_their_share_of_the_target(
    business: Any, since: timedelta, target: timedelta, parts: list[Fraction]
) -> None:
    start = FRIDAY + since
    steps = clock.steps(business, start, target, parts)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert [step.name for step in steps] == [StepName.WARNING] * len(parts) + [StepName.BREACH]
    assert len({step.key for step in steps}) == len(steps)
    for step, part in zip(steps, [*sorted(parts), Fraction(1)], strict=True):
        used = business.between(start, step.at)
        assert used <= target
        assert abs(used / MICROSECOND - float(part * (target // MICROSECOND))) <= 1
    assert clock.steps_until(business, start, steps[-1].at, parts) == steps
    assert clock.time_left(business, steps[-1].at, start) == target
