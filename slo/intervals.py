"""A span of time as a receipt tells it: open, closed, or closed for a holiday, line by line (service guide §5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from slo.compiled import EPOCH
from slo.year import Span

IntervalKind = Literal["open", "closed", "holiday"]


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a receipt: ``[starts_at, ends_at)`` in UTC, what it was, and the holiday's name (or "").

    On a half day the open hours are "open" under its name, and the rest of its date is "holiday" under its name.
    """

    starts_at: datetime
    ends_at: datetime
    kind: IntervalKind
    label: str = ""


def cut(years: Iterable[Sequence[Span]], start: datetime, end: datetime) -> list[Interval]:
    """``[start, end)`` in the longest intervals of one kind and label, in order, without gap or overlap.

    ``years`` are the spans of the years that it touches; what lies between spans is closed.
    """
    lines: list[Interval] = []
    reached = start
    first = (int((start - EPOCH).total_seconds()),)
    for spans in years:
        for span in spans[max(0, bisect_right(spans, first) - 1) :]:
            starts, ends = EPOCH + timedelta(seconds=span.starts), EPOCH + timedelta(seconds=span.ends)
            if starts >= end:
                break
            if ends > reached:
                _cover(lines, reached, starts, "closed", "")
                _cover(lines, max(starts, reached), min(ends, end), span.kind, span.label)
                reached = min(ends, end)
    _cover(lines, reached, end, "closed", "")
    return lines


def _cover(lines: list[Interval], starts: datetime, ends: datetime, kind: IntervalKind, label: str) -> None:
    """Append an interval if it isn't empty, to the last one if they are alike."""
    if starts >= ends:
        return
    if lines and (lines[-1].kind, lines[-1].label) == (kind, label):
        starts = lines.pop().starts_at
    lines.append(Interval(starts, ends, kind, label))
