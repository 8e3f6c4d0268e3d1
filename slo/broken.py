"""A clock whose record contradicts itself: what its row says holds, so that it can be read, answered and withdrawn all the same.

No service leaves one behind. It would be our mistake, or somebody's who wrote past them; nobody else shall wait for its repair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from slo.clock import Verdict
from slo.fold import Fact, Kind, Pause, Promise, Reason, State
from slo.models import Clock
from slo.timeline import ZERO, Timeline
from slo.week import CalendarError

MISTAKES = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)
"""What events raise that are none: FoldError, a calendar's refusal, a field that isn't there or holds something else."""
WARN_PERCENT = 75


def by_its_row(clock: Clock, facts: Sequence[Fact]) -> State:
    """The state that a clock's row tells of, measured by the newest edition that it names; of the facts only its end is taken."""
    edition = clock.edition
    course = measure = edition.known
    pauses: tuple[Pause, ...] = ()
    left = ZERO
    if clock.paused_at is not None and clock.resume_by is not None:
        pauses = (Pause(clock.paused_at, Reason.CLIENT, clock.resume_by),)
        left = _left(clock, course)
        measure = _held(course, clock.paused_at)
    return State(
        clock.started_at,
        Promise(
            clock.priority, clock.term_key, clock.provenance, clock.target_minutes, _warn_percent(facts),
            edition.calendar_id, edition.number,
        ),
        course, measure, clock.due_at, clock.warn_at, left=left, pauses=pauses, stopped_at=clock.stopped_at,
        ended_at=clock.stopped_at or _withdrawn(facts), verdict=Verdict(clock.verdict), judged_at=clock.judged_at,
        void_reason=clock.void_reason, furthest=clock.due_at, dues=(clock.due_at,) * len(facts),
    )  # fmt: skip


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The columns that an event changed: of a broken clock nothing else is written anew."""
    return {name: value for name, value in after.items() if before[name] != value}


def _left(clock: Clock, course: Timeline) -> timedelta:
    allowed = timedelta(seconds=clock.allowed_seconds or 0)
    try:
        return max(ZERO, allowed - course.between(clock.started_at, clock.paused_at or clock.started_at))
    except CalendarError:
        return ZERO


def _held(course: Timeline, since: datetime) -> Timeline:
    try:
        return course.followed_by(since, course.paused())
    except CalendarError:
        return course


def _warn_percent(facts: Iterable[Fact]) -> int:
    said = [fact.data.get("warn_percent") for fact in facts]
    return next((one for one in reversed(said) if isinstance(one, int) and 0 < one < 100), WARN_PERCENT)


def _withdrawn(facts: Iterable[Fact]) -> datetime | None:
    return next((fact.at for fact in facts if fact.kind == Kind.VOIDED), None)
