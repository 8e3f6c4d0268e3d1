"""Business time: when a contract's clocks run, and how much of it lies between two instants.

The law (service guide §5). An instant is open if and only if its local wall-clock time, in the calendar's
zone, lies in a window ``[opens, closes)`` of its local weekday, and its local date is no holiday.
``between(a, b)`` measures the open instants in real seconds: the hour missing in spring doesn't count, the
one that comes twice in autumn counts twice. ``add(start, d)`` is the earliest ``t >= start`` with
``between(start, t) >= d``.

Every UTC year is compiled when it is first asked for (``slo.year``) and never changes afterwards, so threads
may race to compile one: they come to the same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from slo.week import (
    BadHolidayError,
    BadWindowError,
    CalendarError,
    Holidays,
    UnknownZoneError,
    Weekly,
    checked_holidays,
    checked_weekly,
    checked_zone,
    seconds_of,
)
from slo.year import Year, compile_year

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "BadHolidayError",
    "BadWindowError",
    "Calendar",
    "CalendarError",
    "Interval",
    "IntervalKind",
    "NaiveInstantError",
    "NegativeDurationError",
    "OutsideHorizonError",
    "UnknownZoneError",
    "as_utc",
    "calendar_from",
]

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The horizon: a calendar answers from the start of the first year to the end of the last, in UTC."""

IntervalKind = Literal["open", "closed", "holiday"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HORIZON = f"from {FIRST_YEAR} to {LAST_YEAR}"


class NaiveInstantError(CalendarError):
    """A datetime without an offset names no instant."""


class NegativeDurationError(CalendarError):
    """Less than no time was to be added, or a span ends before it starts."""


class OutsideHorizonError(CalendarError):
    """The instant is outside 1970 to 2199, or the calendar doesn't open (for long enough) within them."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a receipt: ``[starts_at, ends_at)`` in UTC, what it was, and the holiday's name (or "")."""

    starts_at: datetime
    ends_at: datetime
    kind: IntervalKind
    label: str = ""


@dataclass(frozen=True, eq=False)
class Calendar:
    """A week of windows in a zone, less holidays (service guide §5).

    ``weekly`` maps a weekday (Monday is 0) to windows such as ``("09:00", "18:00")``, up to "24:00"; they may
    touch, not overlap; a weekday without windows is closed. ``holidays`` maps local dates to names. Calendars
    of the same content are equal and hash alike. Raises ``UnknownZoneError``, ``BadWindowError`` or
    ``BadHolidayError``; all questions refuse an instant without an offset (``NaiveInstantError``) or outside
    1970 to 2199 (``OutsideHorizonError``). All of these are ``ValueError``.
    """

    zone: str
    weekly: Mapping[int, Sequence[tuple[str, str]]]
    holidays: Mapping[date, str]
    _key: tuple[str, Weekly, Holidays] = field(init=False, repr=False)
    _tz: ZoneInfo = field(init=False, repr=False)
    _years: dict[int, Year] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weekly, holidays = checked_weekly(self.weekly), checked_holidays(self.holidays)
        values = {
            "weekly": MappingProxyType(dict(weekly)),
            "holidays": MappingProxyType(dict(holidays)),
            "_key": (self.zone, weekly, holidays),
            "_tz": checked_zone(self.zone),
            "_years": {},
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Calendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __reduce__(self) -> tuple[Any, ...]:
        return Calendar.from_data, (self.to_data(),)

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> Calendar:
        """The calendar of a stored ``{"zone": …, "weekly": …, "holidays": …}``; see ``calendar_from``."""
        if not isinstance(data, Mapping) or set(data) != {"zone", "weekly", "holidays"}:
            raise CalendarError("A stored calendar has exactly these keys: zone, weekly, holidays.")
        return calendar_from(data["zone"], data["weekly"], data["holidays"])

    def to_data(self) -> dict[str, Any]:
        """The canonical JSON form, in order and without closed weekdays; ``from_data`` reads it back."""
        _, weekly, holidays = self._key
        return {
            "zone": self.zone,
            "weekly": {str(weekday): [list(window) for window in windows] for weekday, windows in weekly},
            "holidays": {day.isoformat(): name for day, name in holidays},
        }

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Open time in ``[a, b)``, to the microsecond (service guide §5).

        Raises ``NegativeDurationError`` if ``b`` is before ``a``.
        """
        start, end = _span(a, b)
        first, last = _year_of(start), _year_of(end)
        before_last = sum(self._year(year).total for year in range(first, last))
        open_time = before_last + self._year(last).open_until(end) - self._year(first).open_until(start)
        return timedelta(microseconds=open_time)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest ``t >= start``, in UTC, with ``between(start, t) >= duration`` (service guide §5).

        Time used up exactly at closing is due at closing; no time at all is due at ``start``, open or not.
        Raises ``NegativeDurationError``, or ``OutsideHorizonError`` if it doesn't open for so long until
        2199.
        """
        if duration < timedelta(0):
            raise NegativeDurationError(f"Can't add a negative duration: {duration}.")
        at, missing = _micros(start), duration // timedelta(microseconds=1)
        if not missing:
            return _instant(at)
        for number, year in enumerate(self._years_from(at)):
            if not number:
                missing += year.open_until(at)
            if missing <= year.total:
                return _instant(year.reach(missing))
            missing -= year.total
        raise OutsideHorizonError(f"{self._name} opens for less than {duration} from {start} to {LAST_YEAR}.")

    def is_open(self, at: datetime) -> bool:
        """Whether the instant is business time (service guide §5): yes at opening, no at closing."""
        instant = _micros(at)
        return self._year(_year_of(instant)).opening(instant) == instant

    def next_opening(self, at: datetime) -> datetime:
        """The earliest open instant that is not before ``at``, in UTC.

        Raises ``OutsideHorizonError`` if there is none until 2199.
        """
        instant = _micros(at)
        for year in self._years_from(instant):
            if (opening := year.opening(instant)) is not None:
                return _instant(opening)
        raise OutsideHorizonError(f"{self._name} never opens from {at} to {LAST_YEAR}.")

    def intervals(self, a: datetime, b: datetime) -> list[Interval]:
        """``[a, b)`` cut into the longest intervals of one kind and label, in order, without gap or overlap.

        A local date that is a holiday is "holiday" from its first to its last instant, on any weekday. The
        open intervals last ``between(a, b)`` together. For the receipt of a clock (service guide §5); none
        if ``b == a``. Raises ``NegativeDurationError`` if ``b`` is before ``a``.
        """
        start, end = _span(a, b)
        pieces: list[tuple[int, int, IntervalKind, str]] = []
        for year in map(self._year, range(_year_of(start), _year_of(end) + 1)):
            pieces += [(*ends, "open", "") for ends in zip(year.opens, year.closes, strict=True)]
            pieces += [(span.starts, span.ends, "holiday", span.label) for span in year.holidays]
        lines: list[Interval] = []
        reached = start
        within = sorted(piece for piece in pieces if piece[0] < end and piece[1] > start)
        for starts, ends, kind, label in within:
            _cover(lines, reached, starts, "closed", "")
            _cover(lines, max(starts, start), min(ends, end), kind, label)
            reached = min(ends, end)
        _cover(lines, reached, end, "closed", "")
        return lines

    @property
    def _name(self) -> str:
        return f"The calendar of {self.zone}"

    def _year(self, year: int) -> Year:
        if (compiled := self._years.get(year)) is None:
            weekly = {
                day: [(seconds_of(opens), seconds_of(closes)) for opens, closes in windows]
                for day, windows in self.weekly.items()
            }
            compiled = self._years[year] = compile_year(self._tz, year, weekly, self.holidays)
        return compiled

    def _years_from(self, at: int) -> Iterator[Year]:
        """The years from that of ``at`` to the horizon: none if no weekday has a window."""
        return map(self._year, range(_year_of(at), LAST_YEAR + 1 if self.weekly else 0))


def calendar_from(
    zone: str,
    weekly: Mapping[str, Sequence[Sequence[str]]],
    holidays: Mapping[str, str],
) -> Calendar:
    """The one calendar of this content in this process, so that a stored edition is compiled once.

    JSON-like: ``weekly`` is ``{"0": [["09:00", "18:00"]]}`` (Monday is "0"), ``holidays`` is
    ``{"2026-12-25": "Noël"}``. Raises ``UnknownZoneError``, ``BadWindowError`` or ``BadHolidayError``.
    """
    checked_zone(zone)
    return _one(zone, checked_weekly(weekly), checked_holidays(holidays))


def as_utc(at: datetime) -> datetime:
    """The same instant in UTC; ``NaiveInstantError`` without an offset.

    Compare instants only so: two datetimes of one zone compare by wall clock, wrongly in a repeated hour.
    """
    if at.utcoffset() is None:
        raise NaiveInstantError(f"{at} has no UTC offset, so it names no instant.")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise OutsideHorizonError(f"{at} is not an instant {_HORIZON}.") from error


@lru_cache(maxsize=256)
def _one(zone: str, weekly: Weekly, holidays: Holidays) -> Calendar:
    return Calendar(zone, dict(weekly), dict(holidays))


def _micros(at: datetime) -> int:
    """Microseconds since the epoch, of an instant within the horizon."""
    instant = as_utc(at)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise OutsideHorizonError(f"{at} is not an instant {_HORIZON}.")
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _year_of(micros: int) -> int:
    return _instant(micros).year


def _span(a: datetime, b: datetime) -> tuple[int, int]:
    start, end = _micros(a), _micros(b)
    if end < start:
        raise NegativeDurationError(f"A span can't end ({b}) before it starts ({a}).")
    return start, end


def _cover(lines: list[Interval], starts: int, ends: int, kind: IntervalKind, label: str) -> None:
    """Append an interval if it isn't empty, to the last one if they are alike."""
    if starts >= ends:
        return
    starts_at = _instant(starts)
    if lines and (lines[-1].kind, lines[-1].label) == (kind, label):
        starts_at = lines.pop().starts_at
    lines.append(Interval(starts_at, _instant(ends), kind, label))
