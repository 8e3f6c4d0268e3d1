"""Business time, slowly and obviously: look at every minute's wall clock, and count.

It shares nothing with ``slo``: no integers since an epoch, no stretches of constant offset, no bisection. It
knows whole minutes only, which is enough where offsets, their changes and all windows fall on whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def kind_at(data: dict[str, Any], at: datetime) -> tuple[str, str]:
    """What a calendar's JSON data makes of an instant: its kind, and its holiday's name."""
    local = at.astimezone(ZoneInfo(data["zone"]))
    today = f"{local.year:04}-{local.month:02}-{local.day:02}"
    if today in data["holidays"]:
        return "holiday", data["holidays"][today]
    time = f"{local.hour:02}:{local.minute:02}"
    windows = data["weekly"].get(str(local.weekday()), [])
    return ("open" if any(opens <= time < closes for opens, closes in windows) else "closed"), ""


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
