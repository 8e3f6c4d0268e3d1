"""What a calendar is made of: a zone, weekly windows, holidays. Read, refused or put in canonical form.

Canonical is: in order, tuples all the way, closed weekdays left out (service guide §5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Windows = tuple[tuple[str, str], ...]
Weekly = tuple[tuple[int, Windows], ...]


class HalfDay(NamedTuple):
    """A holiday with windows of its own, instead of its weekday's: "Christmas Eve", 09:00 to 12:00."""

    name: str
    windows: Windows


Holiday = str | HalfDay
"""What a calendar says of a date: a name closes it; a half day opens it in its own windows."""

Holidays = tuple[tuple[date, Holiday], ...]

_WALL_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
# Not places: zones with leap seconds, duplicates, and whatever this machine is set to.
_NOT_PLACES = ("right/", "posix", "localtime")


class CalendarError(ValueError):
    """A calendar, or a question put to it, makes no sense."""


class UnknownZoneError(CalendarError):
    """The zone is not a place of the tz database."""


class BadWindowError(CalendarError):
    """A weekly window is malformed, empty, closes before it opens, or overlaps another."""


class BadHolidayError(CalendarError):
    """A holiday is not a date with a name, or its own windows make no sense."""


def checked_zone(zone: Any) -> ZoneInfo:
    """The zone of that name; ``UnknownZoneError`` if the tz database has none."""
    try:
        if not isinstance(zone, str) or not zone or zone.startswith(_NOT_PLACES):
            raise ValueError(zone)
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(f"{zone!r} is not a zone, such as 'Europe/Paris'.") from error


def checked_weekly(weekly: Any) -> Weekly:
    """The canonical form of windows by weekday (Monday is 0, or "0"), or ``BadWindowError``."""
    if not isinstance(weekly, Mapping):
        raise BadWindowError("Weekly windows are a mapping from weekdays to windows.")
    days: dict[int, Windows] = {}
    for key, windows in weekly.items():
        weekday = int(key) if isinstance(key, str) and key in tuple("0123456") else key
        if type(weekday) is not int or not 0 <= weekday <= 6 or weekday in days:
            raise BadWindowError(f"{key!r} is not a weekday, or comes twice: Monday is 0, Sunday is 6.")
        days[weekday] = _checked_windows(windows)
    return tuple((weekday, days[weekday]) for weekday in sorted(days) if days[weekday])


def checked_holidays(holidays: Any) -> Holidays:
    """The canonical form of holidays by date (or "2026-12-25"), or ``BadHolidayError``.

    A holiday is a name, which closes the day, or ``{"name": …, "windows": [["09:00", "12:00"]]}``; without windows the
    latter is the former.
    """
    if not isinstance(holidays, Mapping):
        raise BadHolidayError("Holidays are a mapping from dates to names.")
    days: dict[date, Holiday] = {}
    for key, value in holidays.items():
        day = _date(key) if isinstance(key, str) else key
        if not isinstance(day, date) or isinstance(day, datetime) or day in days:
            raise BadHolidayError(f"{key!r}: {value!r} is not a date with a name, or comes twice.")
        days[day] = _checked_holiday(day, value)
    return tuple(sorted(days.items(), key=lambda pair: pair[0]))


def stored_holiday(holiday: Holiday) -> Any:
    """A canonical holiday as JSON: its name, or ``{"name": …, "windows": …}``."""
    if isinstance(holiday, str):
        return holiday
    return {"name": holiday.name, "windows": [list(window) for window in holiday.windows]}


def read_holiday(value: Any) -> HalfDay:
    """The name and the windows (none: closed) of a holiday as it is stored; for pages, which trust what is stored."""
    if isinstance(value, str):
        return HalfDay(value, ())
    return HalfDay(value["name"], tuple((opens, closes) for opens, closes in value["windows"]))


def seconds_of(wall_time: str) -> int:
    """Seconds from midnight to a checked "HH:MM"."""
    return int(wall_time[:2]) * 3600 + int(wall_time[3:]) * 60


def _checked_holiday(day: date, value: Any) -> Holiday:
    if isinstance(value, HalfDay):
        value = value._asdict()
    if isinstance(value, Mapping) and set(value) == {"name", "windows"}:
        try:
            windows = _checked_windows(value["windows"])
        except BadWindowError as error:
            raise BadHolidayError(f"{day}: {error}") from error
        value = HalfDay(value["name"], windows) if windows else value["name"]
    if not isinstance(value.name if isinstance(value, HalfDay) else value, str):
        raise BadHolidayError(f"{day.isoformat()!r}: {value!r} is not a date with a name.")
    checked: Holiday = value
    return checked


def _checked_windows(windows: Any) -> Windows:
    if not isinstance(windows, list | tuple):
        raise BadWindowError(f"{windows!r} is not a list of windows.")
    checked = sorted(_checked_window(window) for window in windows)
    for (opens, closes), (next_opens, next_closes) in pairwise(checked):
        if next_opens < closes:
            raise BadWindowError(f"Windows overlap: {opens} to {closes}, and {next_opens} to {next_closes}.")
    return tuple(checked)


def _checked_window(window: Any) -> tuple[str, str]:
    if not isinstance(window, list | tuple) or len(window) != 2:
        raise BadWindowError(f"{window!r} is not a window: an opening and a closing time.")
    opens, closes = window
    for time in window:
        if not isinstance(time, str) or not _WALL_TIME.fullmatch(time):
            raise BadWindowError(f"{time!r} is not a time from '00:00' to '24:00'.")
    if opens >= closes:
        raise BadWindowError(f"A window closes after it opens, on the same day: {opens} to {closes} doesn't.")
    return opens, closes


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise BadHolidayError(f"{text!r} is not a date such as '2026-12-25'.")
    return day
