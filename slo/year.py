"""One UTC year of a calendar as integers: what ``slo.compiled`` joins and bisects (service guide §5).

A year is cut into stretches of constant UTC offset. Inside a stretch the local wall clock is UTC plus a
constant, so the local windows of every local date it touches become UTC by a subtraction, clipped to the
stretch. That alone gets right the missing hour, the repeated hour, shifts of half an hour or at midnight, and
a date that a zone skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400

SpanKind = Literal["open", "holiday"]
Windows = Sequence[tuple[int, int]]


class Span(NamedTuple):
    """``[starts, ends)`` in seconds since the epoch: open, or closed for a holiday; and the holiday's name (or "")."""

    starts: int
    ends: int
    kind: SpanKind = "open"
    label: str = ""


class Stretch(NamedTuple):
    """``[starts, ends)`` in seconds since the epoch; local time is UTC plus ``offset`` seconds."""

    starts: int
    ends: int
    offset: int


@dataclass(frozen=True, slots=True)
class Year:
    """What a year says of itself: its spans in order, apart; whatever lies between them is closed."""

    spans: tuple[Span, ...]

    def opened(self) -> list[tuple[int, int]]:
        """Open time, whatever its name: (opens, closes) in seconds since the epoch; spans that touch are one."""
        found: list[tuple[int, int]] = []
        for span in self.spans:
            if span.kind != "open":
                continue
            if found and found[-1][1] == span.starts:
                found[-1] = (found[-1][0], span.ends)
            else:
                found.append((span.starts, span.ends))
        return found


def compile_year(
    tz: ZoneInfo,
    year: int,
    weekly: Mapping[int, Windows],
    holidays: Mapping[date, tuple[str, Windows]],
) -> Year:
    """Compile one UTC year of a zone.

    ``weekly`` maps weekdays (Monday is 0) to sorted, disjoint windows in seconds of the local day, 86,400 at
    most; ``holidays`` maps local dates to a name and the windows that rule that date instead.
    """
    special = {day.toordinal() - _EPOCH_ORDINAL: holiday for day, holiday in holidays.items()}
    spans: list[Span] = []
    for starts, ends, offset in stretches(tz, year):
        for day in range((starts + offset) // _DAY, (ends + offset - 1) // _DAY + 1):
            midnight = day * _DAY - offset
            if day in special:
                pieces: Iterable[Span] = _holiday(*special[day])
            else:  # day 0, 1 January 1970, was a Thursday
                pieces = (Span(opens, closes) for opens, closes in weekly.get((day + 3) % 7, ()))
            for opens, closes, kind, label in pieces:
                _extend(spans, Span(max(starts, midnight + opens), min(ends, midnight + closes), kind, label))
    return Year(tuple(spans))


def _holiday(name: str, windows: Windows) -> Iterable[Span]:
    """A holiday's own date from its first to its last second: open in its windows, else closed, all under its name."""
    reached = 0
    for opens, closes in windows:
        yield Span(reached, opens, "holiday", name)
        yield Span(opens, closes, "open", name)
        reached = closes
    yield Span(reached, _DAY, "holiday", name)


@lru_cache(maxsize=2048)  # every edition of a zone asks for the same years
def stretches(tz: ZoneInfo, year: int) -> tuple[Stretch, ...]:
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
    return (*found, Stretch(starts, end, offset))


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
    """Append a span if it isn't empty, to the last one if they touch under the same kind and label."""
    if span.starts >= span.ends:
        return
    if spans and spans[-1].ends == span.starts and spans[-1][2:] == span[2:]:
        spans[-1] = span._replace(starts=spans[-1].starts)
    else:
        spans.append(span)
