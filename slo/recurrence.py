"""The days of a yearly or monthly rule (RFC 5545, RRULE), looked for month by month up to a last day: it always ends.

What holidays need, and no more: BYMONTH, BYMONTHDAY, BYDAY with or without a number, BYSETPOS, INTERVAL, COUNT, UNTIL. Daily
and weekly rules are no holidays, but opening hours.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
FIRST_YEAR = 1900
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RuleError(ValueError):
    """A rule that isn't followed here."""


def days_of(rule: Mapping[str, Any], begins: date, last: date) -> list[date]:
    """The days on which something that begins on a day comes again by a rule, up to a last day; values are lists, as
    `icalendar` gives them. RuleError for a rule of another kind, or one that makes no sense."""
    try:
        frequency = str(rule["FREQ"][0]).upper()
        interval = int(rule.get("INTERVAL", [1])[0])
        count = int(rule["COUNT"][0]) if "COUNT" in rule else None
        until = rule["UNTIL"][0] if "UNTIL" in rule else last
        until = min(last, until.date() if isinstance(until, datetime) else until)
        parts = _Parts(rule, begins)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise RuleError(str(error)) from error
    if (
        frequency not in {"YEARLY", "MONTHLY"}
        or set(rule) - KNOWN
        or interval < 1
        or begins.year < FIRST_YEAR
        or 0 in parts.places
    ):
        raise RuleError(frequency)
    found = (day for number in _periods(frequency, begins, last, interval) for day in parts.days(frequency, *number))
    return list(islice(takewhile(lambda day: day <= until, (day for day in found if day >= begins)), count))


def _periods(frequency: str, begins: date, last: date, interval: int) -> Iterator[tuple[int, int]]:
    """(year, month) of each period; a year's month is 0."""
    if frequency == "YEARLY":
        yield from ((year, 0) for year in range(begins.year, last.year + 1, interval))
        return
    for month in range(begins.year * 12 + begins.month - 1, last.year * 12 + last.month, interval):
        yield month // 12, month % 12 + 1


class _Parts:
    """The parts of a rule that choose days within a period."""

    def __init__(self, rule: Mapping[str, Any], begins: date):
        self.begins = begins
        self.months = [int(one) for one in rule.get("BYMONTH", [])]
        self.numbers = [int(one) for one in rule.get("BYMONTHDAY", [])]
        self.places = [int(one) for one in rule.get("BYSETPOS", [])]
        self.weekdays = [
            (WEEKDAYS.index(str(one)[-2:].upper()), int(str(one)[:-2] or 0)) for one in rule.get("BYDAY", [])
        ]

    def days(self, frequency: str, year: int, month: int) -> list[date]:
        """The days of one year or month, in order."""
        if frequency == "MONTHLY":
            groups = [_month(year, month)] if not self.months or month in self.months else []
        elif self.months:
            groups = [_month(year, one) for one in sorted(set(self.months))]
        elif self.weekdays and not self.numbers:
            groups = [[day for one in range(1, 13) for day in _month(year, one)]]
        elif self.numbers:
            groups = [_month(year, one) for one in range(1, 13)]
        else:
            groups = [_month(year, self.begins.month)]
        found = [day for group in groups for day in group if self._chosen(day, group)]
        if not self.places:
            return found
        return sorted({found[n - 1 if n > 0 else n] for n in self.places if n and abs(n) <= len(found)})

    def _chosen(self, day: date, group: Sequence[date]) -> bool:
        if not self.numbers and not self.weekdays:
            return day.day == self.begins.day
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
    if not 1 <= month <= 12:
        return []
    return [date(year, month, 1) + timedelta(days=number) for number in range(monthrange(year, month)[1])]
