"""What a new edition of a calendar does to an open clock: what has run stays as it was measured, the rest is counted anew.

A clock's due instant under editions that follow one another: until the new edition takes effect the old one counts, from then on
the new one (domain §5.2). The business time that was left at that instant is all one needs to know; so elapsed time never
falls, and no clock becomes late by the change itself. Service guide §5.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from slo.calendar import FIRST_YEAR, LAST_YEAR, Calendar, as_utc
from slo.clock import BusinessTime
from slo.compiled import EPOCH, NegativeDurationError, OutsideHorizonError
from slo.timeline import BeforeFirstEditionError, Timeline

if TYPE_CHECKING:
    from slo.compiled import Micros

MICROSECOND = timedelta(microseconds=1)
MORE_YEARS = (2, 10, 50, LAST_YEAR - FIRST_YEAR)


def carried(old: BusinessTime, new: BusinessTime, at: datetime, instant: datetime) -> datetime:
    """Where an instant that a clock waits for comes to lie when ``new`` takes over from ``old`` at ``at``.

    An instant that is past by then stays.
    """
    takes_over, awaited = as_utc(at), as_utc(instant)
    if awaited <= takes_over:
        return awaited
    return new.add(takes_over, old.between(takes_over, awaited))


def carried_many(old: Timeline, new: Timeline, at: Micros, instants: Micros) -> Micros:
    """``carried`` of many at once: int64 microseconds since 1970, each with its own instant of taking over."""
    import numpy as np

    moves = instants > at
    left = between_many(old, at[moves], instants[moves])
    out = instants.copy()
    out[moves] = add_many(new, at[moves], left)
    return np.where(moves, out, instants)


def between_many(timeline: Timeline, a: Micros, b: Micros) -> Micros:
    """``Timeline.between`` of many spans: int64 microseconds give int64 microseconds of business time."""
    import numpy as np

    if (b < a).any():
        raise NegativeDurationError("A span can't end before it starts.")
    _begun(timeline, a)
    total = np.zeros(len(a), dtype=np.int64)
    for one, following in zip_longest(timeline.editions, timeline.editions[1:]):
        begins = np.maximum(a, micros(one.effective_at))
        ends = np.minimum(b, micros(following.effective_at)) if following else b
        here = ends > begins
        if not one.paused and here.any():
            since, until = begins[here], ends[here]
            table = one.rule.compiled(instant(since.min()), instant(until.max()))
            total[here] += table.between_many(since, until)
    return total


def add_many(timeline: Timeline, starts: Micros, durations: Micros) -> Micros:
    """``Timeline.add`` of many: the earliest instant with so much business time since each start."""
    import numpy as np

    if (durations < 0).any():
        raise NegativeDurationError("Can't add a negative duration.")
    _begun(timeline, starts)
    out, missing = starts.copy(), durations.copy()
    for one, following in zip_longest(timeline.editions, timeline.editions[1:]):
        begins = np.maximum(starts, micros(one.effective_at))
        here = missing > 0
        if following:
            until = micros(following.effective_at)
            here &= begins < until
        if one.paused or not here.any():
            continue
        used_up = here
        if following:
            ends = np.full(int(here.sum()), until)
            table = one.rule.compiled(instant(begins[here].min()), following.effective_at)
            opened = np.zeros(len(starts), dtype=np.int64)
            opened[here] = table.between_many(begins[here], ends)
            used_up = here & (missing <= opened)
            missing -= np.where(here & ~used_up, opened, 0)
        if used_up.any():
            out[used_up] = _reached(one.rule, begins[used_up], missing[used_up])
            missing[used_up] = 0
    if missing.any():
        raise OutsideHorizonError("It is paused with time still to come, so it is never over.")
    return out


def _reached(rule: Calendar, starts: Micros, durations: Micros) -> Micros:
    """By a table of as many years as it takes."""
    first, last = instant(starts.min()), instant(starts.max())
    for years in MORE_YEARS:
        end = last.replace(year=min(LAST_YEAR, last.year + years), month=12, day=31)
        try:
            return rule.compiled(first, end).add_many(starts, durations)
        except OutsideHorizonError:
            if end.year == LAST_YEAR:
                raise
    raise AssertionError("the last of these years is the horizon")


def _begun(timeline: Timeline, starts: Micros) -> None:
    first = timeline.editions[0].effective_at
    if len(starts) and starts.min() < micros(first):
        raise BeforeFirstEditionError(f"The calendar begins at {first:%Y-%m-%d %H:%M} UTC: nothing is known before.")


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant(since: int) -> datetime:
    """The other way round, in UTC."""
    return EPOCH + timedelta(microseconds=int(since))
