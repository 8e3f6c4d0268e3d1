"""What a client may contest of a promise, and what may be answered (domain §5.7 and §5.8). A rule: plain Python.

One concept: a contest is of one thing that happened at one instant. While it is open, that is said beside the clock and
counted apart; nothing that was written changes by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slo.attainment import Outcome
from slo.clock import Verdict
from slo.fold import State


class About(StrEnum):
    """What is contested."""

    PRIORITY = "priority"  # corrected downwards
    PAUSE = "pause"
    VERDICT = "verdict"  # met, or void
    COVERAGE = "coverage"  # that nothing is promised


@dataclass(frozen=True, slots=True)
class Lowered:
    """A priority that was corrected downwards."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Contestable:
    """One thing that can be contested; `before` is the priority that a correction took."""

    about: About
    happened_at: datetime
    before: str = ""

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.about.value}:{self.happened_at.isoformat()}"


def contestable(
    state: State | None, lowered: Iterable[Lowered], opened_at: datetime, *, pauses: bool = True
) -> list[Contestable]:
    """All that can be contested of a promise, the newest first. Without a clock: that nothing is promised.

    A missed promise counts for the client as it is: neither it, nor what came before it, leaves anything to contest.
    """
    if state is None:
        return [Contestable(About.COVERAGE, opened_at)]
    if state.verdict is Verdict.MISSED:
        return []
    found = [Contestable(About.PRIORITY, one.at, one.before) for one in lowered]
    if pauses:
        found += [Contestable(About.PAUSE, one.since) for one in state.pauses]
    if state.verdict in {Verdict.MET, Verdict.VOID} and state.judged_at is not None:
        found.append(Contestable(About.VERDICT, state.judged_at))
    return sorted(found, key=lambda one: one.happened_at, reverse=True)


def outcomes(about: str, happened_at: datetime, state: State | None, *, can_raise: bool) -> list[Outcome]:
    """What may be answered now. `can_raise`: the priority can still be given back.

    Upheld: it stays as it is. Corrected: what was done is undone, while that is possible. Conceded: it can't be undone, or the
    verdict stands for ever, and the promise counts as not kept.
    """
    found = [Outcome.UPHELD]
    if about == About.PRIORITY and can_raise:
        found.append(Outcome.CORRECTED)
    if about == About.PAUSE and state is not None and state.paused is not None and state.paused.since == happened_at:
        found.append(Outcome.CORRECTED)
    if state is None or state.verdict is not Verdict.MISSED:
        found.append(Outcome.CONCEDED)
    return found


def contested_time(state: State, happened_at: datetime, now: datetime) -> timedelta:
    """The business time that a contested pause took out of the count, until it ended, or now: as its calendar would have counted."""
    for one in state.pauses:
        if one.since == happened_at:
            return state.course.between(one.since, max(one.since, one.until or now))
    return timedelta(0)
