"""When a renewal is spoken of: 90, 60 and 30 days before its day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

REMINDERS = (90, 60, 30)
"""Days before the renewal, the earliest first."""


class Window(NamedTuple):
    """Renewals from `first` to `last`, both included, are reminded of with the reminder of so many `days`."""

    days: int
    first: date
    last: date


def windows(today: date) -> list[Window]:
    """Which renewals are reminded of today. Each day lies in one window at most; a renewal that has passed in none.

    Of several reminders whose time has passed only the latest is left, so that who runs late sends one mail and not three.
    """
    nearer = [days + 1 for days in REMINDERS[1:]] + [0]
    return [
        Window(days, today + timedelta(days=least), today + timedelta(days=days))
        for days, least in zip(REMINDERS, nearer, strict=True)
    ]
