"""What another promise would do to an open clock: the fold of one event more, asked before that event is written (domain §5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slo.clock import Verdict
from slo.fold import Fact, FoldError, Kind
from slo.history import History
from slo.models import CalendarEdition


@dataclass(frozen=True)
class Foreseen:
    """Tighter, or looser; due before and after, or, of a clock that pauses, if it went on at that instant."""

    upward: bool
    before: datetime
    after: datetime
    pauses: bool


def promised(
    edition: CalendarEdition, priority: str, term: str, clause: dict[str, Any], target_minutes: int, warn_percent: int
) -> dict[str, Any]:
    """The data of an event that promises something: of `edition` the calendar counts, with all that is published of it."""
    return {
        "priority": priority, "term": term, "clause": clause, "target_minutes": target_minutes,
        "warn_percent": warn_percent, "calendar": edition.calendar_id, "edition": edition.published[-1].number,
    }  # fmt: skip


def foresee_retarget(
    past: History, *, priority: str, term_key: str, provenance: dict[str, Any], target_minutes: int, warn_percent: int,
    edition: CalendarEdition, at: datetime,
) -> Foreseen | None:  # fmt: skip
    """What `retarget_clock` would do with the same, tighter or looser as it turns out: looser if counted from submission, without
    the pauses, it ends later than what is promised. None for a clock that is over or late, or whose events contradict each other.
    """
    try:
        state = past.state
        at = max(at, state.moved_at or state.started_at)
        if state.ended_at is not None or state.verdict is Verdict.MISSED or state.is_late(at):
            return None
        said = promised(edition, priority, term_key, provenance, target_minutes, warn_percent)
        number, before = max((one.number for one in past.facts), default=0) + 1, state.due_if_it_ran(at)
        for upward in (False, True):
            fact = Fact(number, Kind.RETARGETED, at, {**said, "upward": upward})
            after = past.with_one_more(fact, edition.published)[0].due_if_it_ran(at)
            if after > before:
                break
    except FoldError:
        return None
    return Foreseen(upward, before, after, state.paused is not None)
