"""One UTC year of a calendar as integers: what ``slo.calendar`` bisects (service guide §5).

A year is cut into stretches of constant UTC offset. Inside a stretch the local wall clock is UTC plus a
constant, so the local windows of every local date it touches become UTC by a subtraction, clipped to the
stretch. That alone gets right the missing hour, the repeated hour, shifts of half an hour or at midnight, and
a date that a zone skipped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400
_SECOND = 1_000_000


class Span(NamedTuple):
    """``[starts, ends)`` in integers since the epoch, and the name of its holiday (or "")."""

    starts: int
    ends: int
    label: str = ""


class Stretch(NamedTuple):
    """``[starts, ends)`` in seconds since the epoch; local time is UTC plus ``offset`` seconds."""

    starts: int
    ends: int
    offset: int


@dataclass(frozen=True, slots=True)
class Year:
    """Open intervals of a year (sorted, apart) with their running sums, and its holidays; in microseconds."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    sums: tuple[int, ...]  # sums[i]: open time from the year's first instant to closes[i]
    holidays: tuple[Span, ...]

    @property
    def total(self) -> int:
        """Open time of the whole year."""
        return self.sums[-1] if self.sums else 0

    def open_until(self, at: int) -> int:
        """Open time from the year's first instant to ``at``."""
        index = bisect_right(self.opens, at) - 1
        return self.sums[index] - max(0, self.closes[index] - at) if index >= 0 else 0

    def reach(self, amount: int) -> int:
        """The first instant with ``open_until`` of ``amount``, which must be in ``(0, total]``."""
        index = bisect_left(self.sums, amount)
        return self.closes[index] - (self.sums[index] - amount)

    def opening(self, at: int) -> int | None:
        """The first open instant that is not before ``at``, or None."""
        index = bisect_right(self.closes, at)
        return max(at, self.opens[index]) if index < len(self.opens) else None


def compile_year(
    tz: ZoneInfo,
    year: int,
    weekly: Mapping[int, Sequence[tuple[int, int]]],
    holidays: Mapping[date, str],
) -> Year:
    """Compile one UTC year of a zone.

    ``weekly`` maps weekdays (Monday is 0) to sorted, disjoint windows in seconds of the local day, 86,400 at
    most; ``holidays`` maps local dates to names.
    """
    names = {day.toordinal() - _EPOCH_ORDINAL: name for day, name in holidays.items()}
    opened: list[Span] = []
    closed: list[Span] = []
    for starts, ends, offset in stretches(tz, year):
        for day in range((starts + offset) // _DAY, (ends + offset - 1) // _DAY + 1):
            midnight = day * _DAY - offset
            if day in names:
                _extend(closed, Span(max(starts, midnight), min(ends, midnight + _DAY), names[day]))
                continue
            for opens, closes in weekly.get((day + 3) % 7, ()):  # day 0, 1 January 1970, was a Thursday
                _extend(opened, Span(max(starts, midnight + opens), min(ends, midnight + closes)))
    return Year(
        opens=tuple(span.starts * _SECOND for span in opened),
        closes=tuple(span.ends * _SECOND for span in opened),
        sums=tuple(accumulate((span.ends - span.starts) * _SECOND for span in opened)),
        holidays=tuple(Span(span.starts * _SECOND, span.ends * _SECOND, span.label) for span in closed),
    )


def stretches(tz: ZoneInfo, year: int) -> list[Stretch]:
    """The UTC year cut where the zone's offset changes, to the second.

    The offset is looked at once a day, and a change found by bisection: two changes within one day that
    cancel out would go unseen (the tz database has none since 1970).
    """
    first, end = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    found: list[Stretch] = []
    starts, offset = first, _offset(tz, first)
    for day in range(first, end, _DAY):
        next_day = min(day + _DAY, end - 1)
        while _offset(tz, next_day) != offset:
            change = _change(tz, max(starts, day), next_day, offset)
            found.append(Stretch(starts, change, offset))
            starts, offset = change, _offset(tz, change)
    return [*found, Stretch(starts, end, offset)]


def _change(tz: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The first second in ``(before, after]`` without ``offset``, which holds at ``before``."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(tz, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(tz: ZoneInfo, at: int) -> int:
    wall_clock = datetime.fromtimestamp(at, tz).replace(tzinfo=UTC)
    return int(wall_clock.timestamp()) - at


def _extend(spans: list[Span], span: Span) -> None:
    """Append a span if it isn't empty, to the last one if they touch under the same label."""
    if span.starts >= span.ends:
        return
    if spans and spans[-1].ends == span.starts and spans[-1].label == span.label:
        spans[-1] = Span(spans[-1].starts, span.ends, span.label)
    else:
        spans.append(span)
