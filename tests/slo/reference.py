"""Business time, slowly and obviously: look at every minute's wall clock, and count.

It shares nothing with ``slo``: no integers since an epoch, no stretches of constant offset, no bisection. It
knows whole minutes only, which is enough where offsets, their changes and all windows fall on whole minutes.
For spans of years it counts by local dates, and by minutes again on every date on or near which clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def rule_of(data: dict[str, Any], day: str, weekday: int) -> tuple[list[list[str]], str, bool]:
    """What a calendar's JSON data says of a local date: its windows, its name, and whether it is a holiday."""
    holiday = data["holidays"].get(day)
    if holiday is None:
        return data["weekly"].get(str(weekday), []), "", False
    if isinstance(holiday, str):
        return [], holiday, True
    return holiday["windows"], holiday["name"], True


def kind_at(data: dict[str, Any], at: datetime) -> tuple[str, str]:
    """What a calendar's JSON data makes of an instant: its kind, and its holiday's name."""
    return kind_of(data, *wall_clock(data["zone"], at))


def kind_of(data: dict[str, Any], day: str, weekday: int, time: str) -> tuple[str, str]:
    """The same, of a wall clock."""
    windows, name, holiday = rule_of(data, day, weekday)
    for opens, closes in windows:
        if opens <= time < closes:
            return "open", name
    return ("holiday" if holiday else "closed"), name


def wall_clock(zone: str, at: datetime) -> tuple[str, int, str]:
    """What a calendar and a clock on the wall show at an instant: "2026-11-23", 0 for Monday, "09:00"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.year:04}-{local.month:02}-{local.day:02}", local.weekday(), f"{local.hour:02}:{local.minute:02}"


@cache
def wall_clocks(zone: str, start: datetime, days: int) -> list[tuple[str, int, str]]:
    """The wall clock of every minute from an instant on."""
    return [wall_clock(zone, at) for at in minutes(start, start + days * DAY)]


def minutes(a: datetime, b: datetime) -> Iterator[datetime]:
    """The instants at which the minutes of ``[a, b)`` begin, in UTC."""
    at = a.astimezone(UTC)
    while at < b:
        yield at
        at += MINUTE


def open_minutes(data: dict[str, Any], a: datetime, b: datetime) -> int:
    """How many minutes of ``[a, b)`` are open."""
    return sum(kind_at(data, at)[0] == "open" for at in minutes(a, b))


def add(data: dict[str, Any], start: datetime, amount: int) -> datetime:
    """The earliest whole minute by which ``amount`` minutes have been open since ``start``."""
    at = start.astimezone(UTC)
    for _ in range(60 * 24 * 60):
        if amount <= 0:
            return at
        amount -= kind_at(data, at)[0] == "open"
        at += MINUTE
    raise AssertionError(f"the reference found no {amount} minutes within sixty days of {start}")


def open_minutes_by_dates(data: dict[str, Any], a: datetime, b: datetime) -> int:
    """``open_minutes`` for spans of years: UTC day by UTC day, each looked at closely only if clocks change around it.

    Where they don't, local time is UTC plus one offset, and a window's minutes within the day are those of two local
    dates that overlap it.
    """
    total, at = 0, a.astimezone(UTC)
    while at < b:
        midnight = datetime.combine(at.date(), time(), UTC)
        end = min(b, midnight + DAY)
        if at == midnight and end == midnight + DAY and (offset := _steady(data["zone"], midnight)) is not None:
            total += sum(_overlap(data, (midnight + offset), midnight.date() + day * DAY) for day in (-1, 0, 1))
        else:
            total += open_minutes(data, at, end)
        at = end
    return total


@cache
def _steady(zone: str, midnight: datetime) -> timedelta | None:
    """The offset that holds from a day before to a day after this UTC day, looked at every six hours; None if it changes."""
    looked = {(midnight + hours * timedelta(hours=6)).astimezone(ZoneInfo(zone)).utcoffset() for hours in range(-4, 9)}
    return looked.pop() if len(looked) == 1 else None


def _overlap(data: dict[str, Any], local_start: datetime, day: date) -> int:
    """Minutes of a local date's windows within the 24 hours from a local time on."""
    first = datetime.combine(day, time(), UTC)
    found = 0
    for opens, closes in rule_of(data, day.isoformat(), day.weekday())[0]:
        opening, closing = (first + timedelta(hours=int(wall[:2]), minutes=int(wall[3:])) for wall in (opens, closes))
        found += max(0, (min(closing, local_start + DAY) - max(opening, local_start)) // MINUTE)
    return found
