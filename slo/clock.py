"""The rule of a clock: when it warns, when it is late, how it ends, and how a corrected priority moves it.

Only the first response is promised today (service guide §5): measured from submission to the first qualified
human response, met if and only if that comes at or before the due instant. Nothing here knows that objective,
so that a contract may add others. Every function takes instants with an offset (``NaiveInstantError``
otherwise) and answers in UTC; durations are business time of the calendar. Nothing here reads a clock:
``now`` is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from slo.calendar import as_utc

WARN_FRACTIONS = (Fraction(3, 4),)
"""The warnings of a contract that sets none: at three quarters of the target."""


class ClockRuleError(ValueError):
    """What was asked of a clock is against its rule."""


class BusinessTime(Protocol):
    """What a clock needs to know of a calendar: ``slo.calendar.Calendar``, or a timeline of its editions."""

    def add(self, start: datetime, duration: timedelta, /) -> datetime:
        """The earliest instant with that much business time since ``start``."""

    def between(self, a: datetime, b: datetime, /) -> timedelta:
        """The business time in ``[a, b)``."""


class StepName(StrEnum):
    """What a clock does on its way."""

    WARNING = "warning"
    BREACH = "breach"


class Verdict(StrEnum):
    """How a clock stands, or ended; void is written by whoever voids it, no rule gives it."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    VOID = "void"


class ClockState(StrEnum):
    """What a page says of a clock."""

    ON_TRACK = "on_track"
    SOON = "soon"
    MISSED = "missed"
    MET = "met"
    VOID = "void"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Step:
    """What a clock does once, after ``at`` (UTC); ``rank`` numbers the warnings of a clock from 1."""

    name: StepName
    at: datetime
    rank: int = 1

    @property
    def key(self) -> str:
        """What to remember a fired step by: "breach", "warning", and "warning-2" for a second warning."""
        return self.name.value if self.rank == 1 else f"{self.name.value}-{self.rank}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The steps to fire now, oldest first, and the instant after which to look again (None: never)."""

    fire: tuple[Step, ...]
    next_at: datetime | None


def due(calendar: BusinessTime, started_at: datetime, target: timedelta) -> datetime:
    """The last instant at which a response is in time: ``target`` of business time after ``started_at``.

    Service guide §5. A target that isn't positive is a ``ClockRuleError``.
    """
    if target <= timedelta(0):
        raise ClockRuleError(f"A target is a positive duration, not {target}.")
    return calendar.add(as_utc(started_at), target)


def steps(
    calendar: BusinessTime,
    started_at: datetime,
    target: timedelta,
    warn_fractions: Sequence[Fraction | float] = WARN_FRACTIONS,
) -> tuple[Step, ...]:
    """The steps of a clock of ``target``, in order: its warnings, then its breach at the due instant.

    A warning comes when that fraction of the target, between 0 and 1 and each once, has been used up in
    business time (to the microsecond). Service guide §5. Raises ``ClockRuleError``.
    """
    return _steps(calendar, as_utc(started_at), target, due(calendar, started_at, target), warn_fractions)


def steps_until(
    calendar: BusinessTime,
    started_at: datetime,
    due_at: datetime,
    warn_fractions: Sequence[Fraction | float] = WARN_FRACTIONS,
) -> tuple[Step, ...]:
    """The steps of a clock whose due instant is known: after a retarget, or a change of calendar.

    The fractions are of the business time between ``started_at`` and ``due_at``; without a retarget this
    gives the same as ``steps``. Service guide §5. Raises ``ClockRuleError``, ``NegativeDurationError``.
    """
    start, end = as_utc(started_at), as_utc(due_at)
    return _steps(calendar, start, calendar.between(start, end), end, warn_fractions)


def decide(steps: Sequence[Step], fired: Collection[str], now: datetime) -> Decision:
    """Which steps of a running clock fire: those with ``at < now`` whose ``key`` is not among ``fired``.

    Strictly after, because a response at the due instant is in time (service guide §5): at that instant
    nothing is missed yet. So whoever claims clocks by ``next_at`` claims those with ``next_at < now``. After
    an outage all steps that came due fire at once, oldest first.
    """
    instant = as_utc(now)
    left = sorted((step for step in steps if step.key not in fired), key=lambda step: step.at)
    fire = tuple(step for step in left if step.at < instant)
    return Decision(fire=fire, next_at=left[len(fire)].at if len(fire) < len(left) else None)


def verdict(due_at: datetime, responded_at: datetime | None, now: datetime) -> Verdict:
    """Met if and only if the response came at or before the due instant (service guide §5).

    Missed if it came later, or hasn't come and ``now`` is past the due instant; running otherwise.
    """
    last = as_utc(due_at)
    if responded_at is not None:
        return Verdict.MET if as_utc(responded_at) <= last else Verdict.MISSED
    return Verdict.MISSED if as_utc(now) > last else Verdict.RUNNING


def retarget_up(
    calendar: BusinessTime,
    old_due: datetime,
    corrected_at: datetime,
    new_target: timedelta,
) -> datetime:
    """The due instant after a correction to a higher priority (service guide §5).

    The earlier of the old one and the new target counted from the correction, so that nothing becomes late by
    being corrected, and nothing gains time. Raises ``ClockRuleError`` for a target that isn't positive.
    """
    return min(as_utc(old_due), due(calendar, corrected_at, new_target))


def retarget_down(
    calendar: BusinessTime,
    started_at: datetime,
    new_target: timedelta,
    old_due: datetime,
    now: datetime,
) -> datetime:
    """The due instant after a correction to a lower priority: the new target, from submission (guide §5).

    Never before the old one: a clock that was corrected upwards meanwhile may be due later than that, and a
    lower priority must not make it late. Refused with ``ClockRuleError`` once missed, that is past the old
    due instant.
    """
    if as_utc(now) > as_utc(old_due):
        raise ClockRuleError("This clock is already missed: its priority can't be lowered any more.")
    return max(as_utc(old_due), due(calendar, started_at, new_target))


def time_left(calendar: BusinessTime, due_at: datetime, now: datetime) -> timedelta:
    """Business time from ``now`` to the due instant; negative once past it: late by that much business time.

    It is zero, too, in closed hours right before or after the due instant: ask ``verdict`` what is missed.
    """
    last, instant = as_utc(due_at), as_utc(now)
    return calendar.between(instant, last) if instant <= last else -calendar.between(last, instant)


def state_of(
    *,
    due_at: datetime,
    warn_at: datetime | None,
    responded_at: datetime | None,
    now: datetime,
    void: bool = False,
) -> ClockState:
    """What a page says of a clock: void if it is, else its verdict; while running, soon once it has warned.

    ``warn_at`` is the instant of the first warning (None: it has none), passed like a step: strictly. Service
    guide §5.
    """
    if void:
        return ClockState.VOID
    ruling = verdict(due_at, responded_at, now)
    if ruling is not Verdict.RUNNING:
        return ClockState(ruling.value)
    return ClockState.SOON if warn_at is not None and as_utc(warn_at) < as_utc(now) else ClockState.ON_TRACK


def _steps(
    calendar: BusinessTime,
    started_at: datetime,
    target: timedelta,
    due_at: datetime,
    warn_fractions: Sequence[Fraction | float],
) -> tuple[Step, ...]:
    fractions = sorted({Fraction(fraction) for fraction in warn_fractions})
    if len(fractions) < len(warn_fractions) or any(not 0 < fraction < 1 for fraction in fractions):
        raise ClockRuleError(f"Warnings come at different fractions between 0 and 1, not {warn_fractions}.")
    micros = target // timedelta(microseconds=1)
    warnings = (
        Step(StepName.WARNING, calendar.add(started_at, timedelta(microseconds=int(micros * fraction))), rank)
        for rank, fraction in enumerate(fractions, start=1)
    )
    return (*warnings, Step(StepName.BREACH, due_at))
