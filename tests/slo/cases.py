"""What the tests of calendars and clocks share: zones whose clocks change, weeks, short forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slo.calendar import Calendar, calendar_from

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)

# A local date on which the zone's clocks changed, and by how many minutes.
CHANGES = [
    ("Europe/Paris", "2025-03-30", 60),
    ("Europe/Paris", "2025-10-26", -60),
    ("Europe/London", "2025-10-26", -60),
    ("Europe/Dublin", "2025-03-30", 60),  # its summer time is "standard", its winter time negative
    ("America/New_York", "2025-03-09", 60),
    ("America/New_York", "2025-11-02", -60),
    ("Australia/Lord_Howe", "2025-04-06", -30),
    ("Australia/Lord_Howe", "2025-10-05", 30),
    ("Pacific/Apia", "2011-12-30", 24 * 60),  # a Friday that never was
    ("Pacific/Kwajalein", "1993-08-21", 24 * 60),
    ("America/Sao_Paulo", "2017-10-15", 60),  # at midnight: the day begins at 01:00
    ("America/Sao_Paulo", "2018-02-18", -60),  # at midnight: 23:00 to 24:00 comes twice
    ("Asia/Beirut", "2022-03-27", 60),
    ("Asia/Beirut", "2022-10-30", -60),
    ("Africa/Cairo", "2024-04-26", 60),
    ("Africa/Cairo", "2024-11-01", -60),
    ("Africa/Casablanca", "2024-03-10", -60),  # Ramadan
    ("Africa/Casablanca", "2024-04-14", 60),
    ("America/St_Johns", "2010-03-14", 60),  # at 00:01
    ("America/St_Johns", "2010-11-07", -60),  # at 00:01, back over midnight
    ("Asia/Tehran", "2021-03-22", 60),
    ("Asia/Tehran", "2021-09-22", -60),
    ("Pacific/Chatham", "2025-04-06", -60),  # 12:45 ahead of UTC
    ("Pacific/Chatham", "2025-09-28", 60),
    ("Asia/Pyongyang", "2015-08-15", -30),
    ("America/Caracas", "2016-05-01", 30),
    ("Antarctica/Troll", "2025-03-30", 120),
    ("America/Havana", "2025-11-02", -60),
]

EVE = {"name": "Christmas Eve", "windows": [["09:00", "12:00"]]}
OFFICE = {str(day): [["09:00", "18:00"]] for day in range(5)}
ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}
_NIGHT = [["00:00", "00:30"], ["01:15", "02:10"], ["02:10", "03:30"], ["23:15", "24:00"]]
SPLIT = {str(day): _NIGHT for day in range(7)}


def calendar(
    zone: str = "Europe/Paris",
    weekly: Any = None,
    holidays: dict[str, str] | None = None,
) -> Calendar:
    return calendar_from(zone, OFFICE if weekly is None else weekly, holidays or {})


def at(text: str, zone: str = "Europe/Paris", fold: int = 0) -> datetime:
    """A local time as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def around(zone: str, day: str, before: int = 1, after: int = 2) -> tuple[datetime, datetime]:
    """Whole UTC days around a local date."""
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return noon - (before * 24 + 12) * HOUR, noon + (after * 24 - 12) * HOUR
