"""The days of a recurrence rule (RFC 5545, RRULE) of whole days, looked for period by period up to a last day: it always ends.

What closed days need, and no more: yearly, monthly, weekly and daily rules; BYMONTH, BYMONTHDAY, BYDAY with or without a number,
BYSETPOS, INTERVAL, COUNT, UNTIL, WKST. Not by `dateutil`, to which tests compare it: that one looks for a day that never comes
until the year 9999, and for each rule anew.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
FIRST_YEAR = 1900
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RuleError(ValueError):
    """A rule that isn't followed here."""


@dataclass(slots=True)
class Patience:
    """How many more days may be looked at, for all rules of a file together."""

    days: int

    def spend(self, days: int) -> None:
        """RuleError once there is none left."""
        self.days -= days
        if self.days < 0:
            raise RuleError("too much to look for")


def days_of(rule: Mapping[str, Any], begins: date, first: date, last: date, patience: Patience) -> list[date]:
    """The days, within (first, last), on which something that begins on a day comes again by a rule; values are lists, as
    `icalendar` gives them. RuleError for a rule of another kind, one that makes no sense, or that takes too long to follow."""
    try:
        frequency = str(rule["FREQ"][0]).upper()
        interval = int(rule.get("INTERVAL", [1])[0])
        count = min(int(rule["COUNT"][0]), patience.days) if "COUNT" in rule else None
        until = rule["UNTIL"][0] if "UNTIL" in rule else last
        until = min(last, until.date() if isinstance(until, datetime) else until)
        parts = _Parts(rule, begins)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise RuleError(str(error)) from error
    if (
        frequency not in {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
        or set(rule) - KNOWN
        or interval < 1
        or (count is not None and count < 1)
        or begins.year < FIRST_YEAR
        or not parts.fit(frequency)
    ):
        raise RuleError(frequency)
    numbers = _periods(parts, frequency, begins if count is not None else max(begins, first), last, interval)
    found = (day for number in numbers for day in parts.days(frequency, number, patience))
    coming = islice(takewhile(lambda day: day <= until, (day for day in found if day >= begins)), count)
    return [day for day in coming if day >= first]


def _periods(parts: _Parts, frequency: str, first: date, last: date, interval: int) -> range:
    """The numbers of the rule's periods, from the first one that reaches that day: those before need no looking at, unless
    they are counted."""
    begun = parts.number(frequency, parts.begins)
    skipped = max(0, parts.number(frequency, first) - begun) // interval
    return range(begun + skipped * interval, parts.number(frequency, last) + 1, interval)


class _Parts:
    """The parts of a rule that choose days within a period."""

    def __init__(self, rule: Mapping[str, Any], begins: date):
        self.begins = begins
        self.months = {int(one) for one in rule.get("BYMONTH", [])}
        self.numbers = {int(one) for one in rule.get("BYMONTHDAY", [])}
        self.places = {int(one) for one in rule.get("BYSETPOS", [])}
        self.week_begins = WEEKDAYS.index(str(rule.get("WKST", ["MO"])[0]).upper())
        self.weekdays = {
            (WEEKDAYS.index(str(one)[-2:].upper()), int(str(one)[:-2] or 0)) for one in rule.get("BYDAY", [])
        }

    def fit(self, frequency: str) -> bool:
        """Whether the standard knows such parts in a rule of this frequency."""
        numbered = any(number for _weekday, number in self.weekdays)
        if 0 in self.places or self.months - set(range(1, 13)) or (frequency == "WEEKLY" and self.numbers):
            return False
        return not (numbered and frequency in {"WEEKLY", "DAILY"})

    def number(self, frequency: str, day: date) -> int:
        """The year, month, week or day that a day is in, counted through."""
        if frequency == "YEARLY":
            return day.year
        if frequency == "MONTHLY":
            return day.year * 12 + day.month - 1
        return (day.toordinal() - 1 - self.week_begins) // 7 if frequency == "WEEKLY" else day.toordinal()

    def days(self, frequency: str, number: int, patience: Patience) -> list[date]:
        """The days of one period, in order."""
        groups = self._groups(frequency, number)
        patience.spend((1 + sum(map(len, groups))) * (1 + len(self.weekdays)) + len(self.places))
        if frequency in {"WEEKLY", "DAILY"} and self.months:
            groups = [[day for day in group if day.month in self.months] for group in groups]
        found = [day for group in groups for day in group if self._chosen(frequency, day, group)]
        if not self.places:
            return found
        return sorted({found[n - 1 if n > 0 else n] for n in self.places if abs(n) <= len(found)})

    def _groups(self, frequency: str, number: int) -> list[list[date]]:
        """The days of a period, in the groups within which weekdays are numbered."""
        if frequency == "DAILY":
            return [[date.fromordinal(number)]]
        if frequency == "WEEKLY":
            return [[date.fromordinal(number * 7 + 1 + self.week_begins + day) for day in range(7)]]
        if frequency == "MONTHLY":
            month = number % 12 + 1
            return [_month(number // 12, month)] if not self.months or month in self.months else []
        if self.months:
            return [_month(number, one) for one in sorted(self.months)]
        if self.weekdays and not self.numbers:
            return [[day for one in range(1, 13) for day in _month(number, one)]]
        if self.numbers:
            return [_month(number, one) for one in range(1, 13)]
        return [_month(number, self.begins.month)]

    def _chosen(self, frequency: str, day: date, group: Sequence[date]) -> bool:
        if not self.numbers and not self.weekdays:
            if frequency == "DAILY":
                return True
            return day.weekday() == self.begins.weekday() if frequency == "WEEKLY" else day.day == self.begins.day
        length = monthrange(day.year, day.month)[1]
        by_number = not self.numbers or day.day in self.numbers or day.day - length - 1 in self.numbers
        return by_number and (not self.weekdays or any(_is_the(day, *one, group) for one in self.weekdays))


def _is_the(day: date, weekday: int, number: int, group: Sequence[date]) -> bool:
    """Whether a day is such a weekday; with a number, the so-manieth of its group, from its end if negative."""
    if day.weekday() != weekday or not number:
        return day.weekday() == weekday
    edge = group[0] if number > 0 else group[-1]
    return abs((day - edge).days) // 7 + 1 == abs(number)


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, 1) + timedelta(days=number) for number in range(monthrange(year, month)[1])]
