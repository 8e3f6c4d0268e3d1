"""Business time over a calendar's editions: each rules from its effective instant until the next one's (domain §5.2).

A clock is measured by such a timeline, and by nothing else: a pause, or a change to another calendar, gives another
timeline (``followed_by``, ``paused``), so that every instant is counted once, by what ruled at that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Any

from slo.calendar import Calendar, NegativeDurationError, OutsideHorizonError, as_utc
from slo.week import CalendarError

ZERO = timedelta(0)


class BeforeFirstEditionError(CalendarError):
    """The instant is before the first edition takes effect: nothing says whether the desk was open."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What rules from an instant on. ``calendar`` and ``number`` name it; while ``paused`` its open hours don't count."""

    effective_at: datetime
    rule: Calendar
    calendar: int = 0
    number: int = 1
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One line of a receipt: ``[starts_at, ends_at)`` in UTC, its kind (open, closed, holiday, paused), a holiday's name."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    label: str
    edition: Edition

    @property
    def counted(self) -> timedelta:
        """How much of it is business time."""
        return self.ends_at - self.starts_at if self.kind == "open" else ZERO


@dataclass(frozen=True, slots=True)
class Timeline:
    """Editions in the order in which they take effect; of several at one instant the last one rules.

    It answers like one calendar (``slo.clock.BusinessTime``). Every question about an instant before the first edition
    is refused (``BeforeFirstEditionError``, which names it); a timeline without editions is none (``CalendarError``).
    """

    editions: tuple[Edition, ...]

    def __post_init__(self) -> None:
        if not self.editions:
            raise CalendarError("A timeline needs an edition.")
        starts = [as_utc(one.effective_at) for one in self.editions]
        if any(later < sooner for sooner, later in pairwise(starts)):
            raise CalendarError("Editions come in the order in which they take effect.")
        ruling = {
            start: replace(one, effective_at=start) for start, one in zip(starts, self.editions, strict=True)
        }  # the last of an instant stays
        object.__setattr__(self, "editions", tuple(ruling.values()))

    def ruling(self, at: datetime) -> Edition:
        """The edition that rules at an instant."""
        return next(self._pieces(as_utc(at), None))[2]

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Business time in ``[a, b)``: the open instants, each by the edition that ruled then, pauses left out."""
        start, end = as_utc(a), as_utc(b)
        if end < start:
            raise NegativeDurationError(f"A span can't end ({b}) before it starts ({a}).")
        return sum(
            (one.rule.between(begins, until or end) for begins, until, one in self._pieces(start, end) if not one.paused),
            ZERO,
        )  # fmt: skip

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest ``t >= start``, in UTC, with ``between(start, t) >= duration``; zero gives ``start``."""
        at = as_utc(start)
        if duration < ZERO:
            raise NegativeDurationError(f"Can't add a negative duration: {duration}.")
        self.ruling(at)
        missing = duration
        for begins, until, one in self._pieces(at, None):
            if not missing:
                break
            if one.paused:
                continue
            here = one.rule.between(begins, until) if until else None
            if here is None or missing <= here:
                return one.rule.add(begins, missing)
            missing -= here
        if missing:
            raise OutsideHorizonError(f"It is paused with {missing} still to come, so it is never over.")
        return at

    def is_open(self, at: datetime) -> bool:
        """Whether business time runs at the instant."""
        one = self.ruling(at)
        return not one.paused and one.rule.is_open(at)

    def spans(self, a: datetime, b: datetime) -> list[Span]:
        """``[a, b)`` cut into the longest stretches of one kind, label and edition, in order, without gap or overlap.

        "paused" is what would have been open: closed hours within a pause stay closed, so that nothing is left out twice.
        """
        start, end = as_utc(a), as_utc(b)
        found = []
        for begins, until, one in self._pieces(start, end) if end > start else ():
            for line in one.rule.intervals(begins, until or end):
                kind = "paused" if one.paused and line.kind == "open" else line.kind
                found.append(Span(line.starts_at, line.ends_at, kind, line.label, one))
        return found

    def intervals(self, a: datetime, b: datetime) -> list[Span]:
        """The same for people: neighbours of one kind and label are one line, whichever editions ruled."""
        lines: list[Span] = []
        for span in self.spans(a, b):
            if lines and (lines[-1].kind, lines[-1].label) == (span.kind, span.label):
                lines[-1] = replace(lines[-1], ends_at=span.ends_at)
            else:
                lines.append(span)
        return lines

    def followed_by(self, at: datetime, other: Timeline) -> Timeline:
        """This one until an instant, and the other from it on."""
        instant = as_utc(at)
        before = [one for one in self.editions if one.effective_at < instant]
        first = replace(other.ruling(instant), effective_at=instant)
        after = [one for one in other.editions if one.effective_at > instant]
        return Timeline((*before, first, *after))

    def paused(self) -> Timeline:
        """The same hours, none of which counts."""
        return Timeline(tuple(replace(one, paused=True) for one in self.editions))

    def _pieces(self, start: datetime, end: datetime | None) -> Iterator[tuple[datetime, datetime | None, Edition]]:
        """What rules from ``start`` on, in order: ``[begins, until)`` and its edition; ``until`` None: for ever."""
        if start < self.editions[0].effective_at:
            raise BeforeFirstEditionError(
                f"The calendar begins at {self.editions[0].effective_at:%Y-%m-%d %H:%M} UTC: nothing is known of {start:%Y-%m-%d %H:%M}."
            )
        for one, following in zip_longest(self.editions, self.editions[1:]):
            until = following.effective_at if following else end
            if until is not None and until <= start and following is not None:
                continue
            begins = max(start, one.effective_at)
            if end is not None and begins >= end and begins > start:
                return
            yield begins, until if end is None or until is None else min(until, end), one


def timeline_of(editions: Iterable[Any], upto: int | None = None) -> Timeline:
    """The timeline of anything with ``effective_at``, ``number``, ``calendar_id`` and ``rule()``, up to an edition's number."""
    ordered = sorted(editions, key=lambda one: (one.effective_at, one.number))
    return Timeline(
        tuple(
            Edition(one.effective_at, one.rule(), one.calendar_id, one.number)
            for one in ordered
            if upto is None or one.number <= upto
        )
    )
