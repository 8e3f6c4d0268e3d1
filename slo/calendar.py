"""Business time: when a contract's clocks run, and how much of it lies between two instants.

The law (service guide §5). An instant is open if and only if its local wall-clock time, in the calendar's
zone, lies in a window ``[opens, closes)`` of its local weekday, and its local date is no holiday.
``between(a, b)`` measures the open instants in real seconds: the hour missing in spring doesn't count, the
one that comes twice in autumn counts twice. ``add(start, d)`` is the earliest ``t >= start`` with
``between(start, t) >= d``.

A holiday closes its local date, or gives it windows of its own, in place of its weekday's (a half day).

Every UTC year is compiled when it is first asked for (``slo.year``), and years in a row are joined (``slo.compiled``).
What is compiled never changes, so threads may race: they come to the same result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from slo.compiled import EPOCH, ZERO, Compiled, NegativeDurationError, OutsideHorizonError
from slo.intervals import Interval, IntervalKind, cut
from slo.week import (
    BadHolidayError,
    BadWindowError,
    CalendarError,
    HalfDay,
    Holiday,
    Holidays,
    UnknownZoneError,
    Weekly,
    Windows,
    checked_holidays,
    checked_weekly,
    checked_zone,
    seconds_of,
    stored_holiday,
)
from slo.year import Year, compile_year

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "BadHolidayError",
    "BadWindowError",
    "Calendar",
    "CalendarError",
    "Compiled",
    "HalfDay",
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

_FAR = 10  # years between two tables that aren't joined
_HORIZON = f"from {FIRST_YEAR} to {LAST_YEAR}"


class NaiveInstantError(CalendarError):
    """A datetime without an offset names no instant."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """A week of windows in a zone, less holidays (service guide §5).

    ``weekly`` maps a weekday (Monday is 0) to windows such as ``("09:00", "18:00")``, up to "24:00"; they may
    touch, not overlap; a weekday without windows is closed. ``holidays`` maps local dates to names, or to a
    ``HalfDay``: a name and the windows of that date. Calendars of the same content are equal and hash alike. Raises
    ``UnknownZoneError``, ``BadWindowError`` or ``BadHolidayError``; all questions refuse an instant without an offset
    (``NaiveInstantError``) or outside 1970 to 2199 (``OutsideHorizonError``). All of these are ``ValueError``.
    """

    zone: str
    weekly: Mapping[int, Sequence[tuple[str, str]]]
    holidays: Mapping[date, Holiday]
    _key: tuple[str, Weekly, Holidays] = field(init=False, repr=False)
    _tz: ZoneInfo = field(init=False, repr=False)
    _years: dict[int, Year] = field(init=False, repr=False)
    _table: Compiled = field(
        init=False, repr=False
    )  # of some years in a row; replaced by a larger one when asked for more

    def __post_init__(self) -> None:
        weekly, holidays = checked_weekly(self.weekly), checked_holidays(self.holidays)
        values = {
            "weekly": MappingProxyType(dict(weekly)),
            "holidays": MappingProxyType(dict(holidays)),
            "_key": (self.zone, weekly, holidays),
            "_tz": checked_zone(self.zone),
            "_years": {},
            "_table": Compiled(ZERO, ZERO),
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
            "holidays": {day.isoformat(): stored_holiday(holiday) for day, holiday in holidays},
        }

    def windows_on(self, day: date) -> Windows:
        """The windows that rule a local date: its weekday's, or its holiday's own (none: closed all day)."""
        holiday = self.holidays.get(day)
        if holiday is None:
            return tuple(self.weekly.get(day.weekday(), ()))
        return holiday.windows if isinstance(holiday, HalfDay) else ()

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Open time in ``[a, b)``, to the microsecond (service guide §5).

        Raises ``NegativeDurationError`` if ``b`` is before ``a``.
        """
        try:
            start, end = a - EPOCH, b - EPOCH
        except TypeError:
            start, end = _span(a, b)
        table = self._table
        if not table.starts <= start <= end < table.ends:
            table = self._covering(*_span(a, b))
        return table.open_until(end) - table.open_until(start)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest ``t >= start``, in UTC, with ``between(start, t) >= duration`` (service guide §5).

        Time used up exactly at closing is due at closing; no time at all is due at ``start``, open or not.
        Raises ``NegativeDurationError``, or ``OutsideHorizonError`` if it doesn't open for so long until
        2199.
        """
        if duration <= ZERO:
            if duration < ZERO:
                raise NegativeDurationError(f"Can't add a negative duration: {duration}.")
            return EPOCH + _since(start)
        try:
            since = start - EPOCH
        except TypeError:
            since = _since(start)
        table = self._table
        if not table.starts <= since < table.ends:
            since = _since(start)
            table = self._covering(since, since)
        while (reached := table.reach(table.open_until(since) + duration)) is None:
            longer = self._longer(table)
            if longer is None:
                raise OutsideHorizonError(f"{self._name} opens for less than {duration} from {start} to {LAST_YEAR}.")
            table = longer
        return EPOCH + reached

    def is_open(self, at: datetime) -> bool:
        """Whether the instant is business time (service guide §5): yes at opening, no at closing."""
        since = _since(at)
        return self._covering(since, since).opening(since) == since

    def next_opening(self, at: datetime) -> datetime:
        """The earliest open instant that is not before ``at``, in UTC.

        Raises ``OutsideHorizonError`` if there is none until 2199.
        """
        since = _since(at)
        table: Compiled | None = self._covering(since, since)
        while table is not None:
            if (opening := table.opening(since)) is not None:
                return EPOCH + opening
            table = self._longer(table)
        raise OutsideHorizonError(f"{self._name} never opens from {at} to {LAST_YEAR}.")

    def intervals(self, a: datetime, b: datetime) -> list[Interval]:
        """``[a, b)`` cut into the longest intervals of one kind and label, in order, without gap or overlap.

        A local date that is a holiday is "holiday" from its first to its last instant, on any weekday, but for the
        windows of a half day: they are "open", and carry its name as well. The open intervals last ``between(a, b)``
        together. For the receipt of a clock (service guide §5); none if ``b == a``. Raises ``NegativeDurationError`` if
        ``b`` is before ``a``.
        """
        start, end = (EPOCH + since for since in _span(a, b))
        return cut([self._year(number).spans for number in range(start.year, end.year + 1)], start, end)

    def compiled(self, a: datetime, b: datetime) -> Compiled:
        """The open intervals of the UTC years from that of ``a`` to that of ``b`` (at least), for many questions at once.

        Raises ``NegativeDurationError`` if ``b`` is before ``a``.
        """
        return self._covering(*_span(a, b))

    @property
    def _name(self) -> str:
        return f"The calendar of {self.zone}"

    def _covering(self, start: timedelta, end: timedelta) -> Compiled:
        """A table in which both instants lie: the one that there is, or one of more years."""
        table = self._table
        if table.starts <= start and end < table.ends:
            return table
        first, last = (EPOCH + start).year, (EPOCH + end).year
        if table.ends:
            known = (EPOCH + table.starts).year, (EPOCH + table.ends).year - 1
            if (
                known[0] - _FAR < last and first < known[1] + _FAR
            ):  # otherwise decades that nobody asked for lie between
                first, last = min(first, known[0]), max(last, known[1])
        return self._compile(first, last)

    def _longer(self, table: Compiled) -> Compiled | None:
        """The table and as many years again, up to the horizon; None at its end, or if nothing ever opens."""
        first, end = (EPOCH + table.starts).year, (EPOCH + table.ends).year
        opens = self.weekly or any(isinstance(one, HalfDay) for one in self.holidays.values())
        return self._compile(first, min(LAST_YEAR, 2 * end - first - 1)) if opens and end <= LAST_YEAR else None

    def _compile(self, first: int, last: int) -> Compiled:
        opened = [ends for number in range(first, last + 1) for ends in self._year(number).opened()]
        table = Compiled.of(datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC), opened)
        object.__setattr__(self, "_table", table)
        return table

    def _year(self, number: int) -> Year:
        if (compiled := self._years.get(number)) is None:
            weekly = {day: _in_seconds(windows) for day, windows in self.weekly.items()}
            special = {
                day: (one.name, _in_seconds(one.windows)) if isinstance(one, HalfDay) else (one, [])
                for day, one in self.holidays.items()
                if abs(day.year - number) < 2
            }
            compiled = self._years[number] = compile_year(self._tz, number, weekly, special)
        return compiled


def calendar_from(
    zone: str,
    weekly: Mapping[str, Sequence[Sequence[str]]],
    holidays: Mapping[str, Any],
) -> Calendar:
    """The one calendar of this content in this process, so that a stored edition is compiled once.

    JSON-like: ``weekly`` is ``{"0": [["09:00", "18:00"]]}`` (Monday is "0"), ``holidays`` is
    ``{"2026-12-25": "Noël", "2026-12-24": {"name": "Réveillon", "windows": [["09:00", "12:00"]]}}``. Raises ``UnknownZoneError``, ``BadWindowError`` or ``BadHolidayError``.
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


def _since(at: datetime) -> timedelta:
    """An instant as time since the epoch; refused outside the horizon."""
    instant = as_utc(at)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise OutsideHorizonError(f"{at} is not an instant {_HORIZON}.")
    return instant - EPOCH


def _span(a: datetime, b: datetime) -> tuple[timedelta, timedelta]:
    start, end = _since(a), _since(b)
    if end < start:
        raise NegativeDurationError(f"A span can't end ({b}) before it starts ({a}).")
    return start, end


def _in_seconds(windows: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    return [(seconds_of(opens), seconds_of(closes)) for opens, closes in windows]
