"""A calendar as people write it, line by line: "Mon-Fri 09:00-12:30, 14:00-18:00", "2026-12-25 Christmas" (closed) and
"2026-12-24 Christmas Eve 09:00-12:00" (open in those hours)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from .week import read_holiday

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FRENCH_DAYS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
NAMES = {name.lower(): day for names in (DAYS, FRENCH_DAYS) for day, name in enumerate(names)}
WEEK_LINE = re.compile(r"^(\w{3})\w*\.?(?:\s*[-–]\s*(\w{3})\w*\.?)?\s*:?\s+(.+)$")
WINDOW = re.compile(r"^(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})$")
HOURS = r"\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}"
HOLIDAY_LINE = re.compile(rf"^(\d{{4}}-\d{{2}}-\d{{2}})\s+(\S.*?)(?:\s+({HOURS}(?:\s*,\s*{HOURS})*))?$")


class LineError(ValueError):
    """A line that can't be read; the line itself is the only argument."""


def read_weekly(text: str) -> dict[str, list[list[str]]]:
    """Weekday ("0" is Monday) → [[opens, closes], …]; LineError names the line. Whether hours make sense is the rule's affair."""
    weekly: dict[str, list[list[str]]] = {}
    for line in _lines(text):
        matched = WEEK_LINE.match(line)
        first = NAMES.get(matched[1].lower()) if matched else None
        last = NAMES.get((matched[2] or matched[1]).lower()) if matched else None
        if matched is None or first is None or last is None or last < first:
            raise LineError(line)
        windows = read_windows(matched[3], line)
        for day in range(first, last + 1):
            weekly.setdefault(str(day), []).extend(list(window) for window in windows)
    return weekly


def read_windows(text: str, line: str = "") -> list[list[str]]:
    """ "09:00-12:30, 14:00-18:00" → [[opens, closes], …]; LineError names the line that they stand in."""
    windows = [WINDOW.match(part.strip()) for part in text.split(",")]
    if not all(windows):
        raise LineError(line or text)
    return [[window[1].zfill(5), window[2].zfill(5)] for window in windows if window]


def write_windows(windows: Sequence[Sequence[str]]) -> str:
    """The same, back."""
    return ", ".join("-".join(window) for window in windows)


def write_weekly(weekly: Mapping[str, Sequence[Sequence[str]]], days: Sequence[str] = DAYS) -> str:
    """The same, back: days in a row with the same hours share a line; `days` are the names from Monday."""
    written = [(day, write_windows(weekly.get(str(day), ()))) for day in range(7)]
    lines = []
    for hours, group in groupby(written, key=lambda pair: pair[1]):
        numbers = [day for day, _ in group]
        if hours:
            names = days[numbers[0]] + (f"-{days[numbers[-1]]}" if len(numbers) > 1 else "")
            lines.append(f"{names} {hours}")
    return "\n".join(lines)


def read_holidays(text: str) -> dict[str, Any]:
    """ISO date → its holiday as it is stored; LineError names the line."""
    days: dict[str, Any] = {}
    for line in _lines(text):
        matched = HOLIDAY_LINE.match(line)
        if matched is None:
            raise LineError(line)
        days[matched[1]] = stored(matched[2], read_windows(matched[3], line) if matched[3] else [])
    return days


def stored(name: str, windows: Sequence[Sequence[str]]) -> Any:
    """A holiday as it is stored: a name closes the day, windows make it a half day."""
    return {"name": name, "windows": [list(window) for window in windows]} if windows else name


def write_holidays(holidays: Mapping[str, Any]) -> str:
    """The same, back, by date."""
    days = [(day, *read_holiday(value)) for day, value in sorted(holidays.items())]
    return "\n".join(f"{day} {name} {write_windows(windows)}".rstrip() for day, name, windows in days)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
