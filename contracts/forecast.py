"""The rule of the forecast: on which day the hours run out, at the pace of late. Integer minutes, whole days.

The method. Look back over the last 20 business days of the contract's calendar, or over those since the hours began if
they are fewer. The pace is all minutes worked on the days of that window, closed days included and reversals taken off,
divided by its business days. Today isn't over: it counts as a business day only once something was worked on it. What is
free then goes down by the pace on each coming business day; the hours run out on the first one that the rest doesn't
outlast. Every step is exact (no rounding of the pace).

What it doesn't know, it says: fewer than ten business days of history, or work on fewer than three days of the window, is
not enough to tell. A window without any work has no pace. A date more than a year away isn't given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WINDOW = 20  # business days looked back over
ENOUGH_DAYS = 10  # business days of history below which nothing is said
ENOUGH_WORKED = 3  # days with work in the window below which nothing is said
HORIZON = 365  # days ahead
_DAY = timedelta(days=1)


class Outlook(StrEnum):
    """What can be said."""

    RUNS_OUT = "runs_out"
    GONE = "gone"  # nothing is left today
    IDLE = "idle"  # nothing was worked in the whole window
    LATER = "later"  # not within a year
    UNKNOWN = "unknown"  # not enough data


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outlook, and what it was reckoned from: `minutes` worked over `days` business days. `on`: the day of RUNS_OUT."""

    outlook: Outlook
    free: int
    minutes: int
    days: int
    on: date | None = None

    @property
    def pace(self) -> int:
        """Minutes a business day, to the nearest minute, for telling; the reckoning itself doesn't round."""
        return round(self.minutes / self.days) if self.days else 0

    @property
    def tells(self) -> bool:
        """Whether there is a pace to go by."""
        return self.outlook in {Outlook.RUNS_OUT, Outlook.LATER}

    def left_after(self, days: int) -> int:
        """Free minutes at the end of the n-th business day from now, at the pace, never below zero."""
        return max(0, self.free - self.minutes * days // self.days) if self.days else self.free


def forecast(
    *, free: int, worked: Mapping[date, int], began_on: date, today: date, is_open: Callable[[date], bool]
) -> Forecast:
    """The outlook of `free` minutes. `worked`: minutes by day worked, less what was taken back; days without may be absent.

    `began_on`: the first day from which the work is known. `is_open`: whether a date is a business day. ValueError if free < 0.
    """
    if free < 0:
        raise ValueError("free minutes can't be negative")
    days, first = _window(worked, began_on, today, is_open)
    within = [worked[day] for day in worked if first <= day <= today]
    minutes = max(0, sum(within))
    if free == 0:
        return Forecast(Outlook.GONE, free, minutes, days)
    if days < ENOUGH_DAYS:
        return Forecast(Outlook.UNKNOWN, free, minutes, days)
    if minutes == 0:
        return Forecast(Outlook.IDLE, free, minutes, days)
    if sum(1 for one in within if one > 0) < ENOUGH_WORKED:
        return Forecast(Outlook.UNKNOWN, free, minutes, days)
    needed = -(-free * days // minutes)  # business days that the rest lasts, rounded up
    on = next((day for n, day in enumerate(business_days(today, is_open), start=1) if n == needed), None)
    return Forecast(Outlook.RUNS_OUT if on else Outlook.LATER, free, minutes, days, on)


def business_days(after: date, is_open: Callable[[date], bool], until: date | None = None) -> Iterator[date]:
    """The business days after a day, in order, to a last one or to the horizon."""
    last = until or after + timedelta(days=HORIZON)
    for n in range(1, (last - after).days + 1):
        day = after + timedelta(days=n)
        if is_open(day):
            yield day


def _window(
    worked: Mapping[date, int], began_on: date, today: date, is_open: Callable[[date], bool]
) -> tuple[int, date]:
    """How many business days are looked back over, and the first day of the window."""
    days = 1 if worked.get(today, 0) and is_open(today) else 0
    day = today
    while days < WINDOW and day > began_on and (today - day).days < HORIZON:
        day -= _DAY
        days += is_open(day)
    return days, day
