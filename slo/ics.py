"""Closed days from an ICS file (RFC 5545): events of whole days, those that come again by a rule among them.

Only what a list of holidays needs is read, and every loop has an end: so many events, so many days, so many years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from common.errors import Refused

from .recurrence import Patience, RuleError, days_of

MOST_BYTES = 512 * 1024
MOST_EVENTS = 2_000
MOST_DAYS = 2_000  # that one file may close, and that one event may last or come again
LONGEST = 31
MOST_TIMES = 800  # that one event comes again in those years: two days a week
MOST_LOOKED_AT = 500_000  # days, for all rules of a file: about a second of work
YEARS_AHEAD = 5
WHY = {
    "ics_large": gettext_lazy("This file is larger than 512 kB, or has more than 2,000 events: a list of holidays is shorter."),
    "ics_broken": gettext_lazy("This is no ICS file that can be read. Export the calendar again, as iCalendar (.ics)."),
    "ics_hours": gettext_lazy("An event of this file has hours: only events of whole days are holidays. Take it out, or make it all-day."),
    "ics_long": gettext_lazy("An event of this file lasts longer than 31 days, or ends before it begins."),
    "ics_often": gettext_lazy("An event of this file comes again too often, or by a rule that can’t be followed. Closed days come at most twice a week; opening hours are the calendar’s own."),
    "ics_empty": gettext_lazy("This file closes no day of last year, this year or the five next ones."),
}  # fmt: skip


class BadFile(Refused):
    """The file closes nothing; `code` is a key of WHY, `event` names the one that is wrong."""

    def __init__(self, code: str, event: str = ""):
        why = str(WHY[code])
        super().__init__(_("%(why)s It is “%(event)s”.") % {"why": why, "event": event} if event else why, code=code)


def closed_days(content: bytes, today: date) -> dict[str, str]:
    """ISO date → name, from last year's first day to the end of the fifth year from now; BadFile says what is wrong."""
    if len(content) > MOST_BYTES or content.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise BadFile("ics_large")
    try:
        events = [event for root in Calendar.from_ical(content, multiple=True) for event in root.walk("VEVENT")]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadFile("ics_broken") from error
    try:
        days = _closed(events, date(today.year - 1, 1, 1), date(today.year + YEARS_AHEAD, 12, 31))
    except BrokenCalendarProperty as error:
        raise BadFile("ics_broken") from error
    if not days:
        raise BadFile("ics_empty")
    return dict(sorted(days.items()))


def _closed(events: list[Component], first: date, last: date) -> dict[str, str]:
    moved = {(str(one.get("UID")), _day(one, "RECURRENCE-ID")) for one in events if "RECURRENCE-ID" in one}
    days: dict[str, str] = {}
    patience = Patience(MOST_LOOKED_AT)
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        name = " ".join(str(event.get("SUMMARY", "")).split())[:100] or _("Holiday")
        for begins in _begins(event, name, first, last, patience):
            if "RECURRENCE-ID" not in event and (str(event.get("UID")), begins) in moved:
                continue
            for day in _dates(event, name, begins):
                if first <= day <= last:
                    days.setdefault(day.isoformat(), name)
        if len(days) > MOST_DAYS:
            raise BadFile("ics_often", name)
    return days


def _begins(event: Component, name: str, first: date, last: date, patience: Patience) -> list[date]:
    """The days on which an event begins, as far as they matter."""
    begins = _day(event, "DTSTART", name)
    dropped = {day for value in _listed(event, "EXDATE") for day in _listed_days(value, name)}
    found = [begins, *(day for value in _listed(event, "RDATE") for day in _listed_days(value, name))]
    if "RRULE" in event:
        found += _again(event["RRULE"], name, begins, (first, last), patience)
    return [day for day in found if day not in dropped]


def _again(rule: Any, name: str, begins: date, within: tuple[date, date], patience: Patience) -> list[date]:
    """The days of a rule, as far as they matter."""
    try:
        if isinstance(rule, list):
            raise RuleError("several rules")
        found = days_of(rule, begins, *within, patience)
    except RuleError as error:
        raise BadFile("ics_often", name) from error
    if len(found) > MOST_TIMES:
        raise BadFile("ics_often", name)
    return found


def _dates(event: Component, name: str, begins: date) -> Iterator[date]:
    """The dates that an event covers; its end isn't one of them, unless it has none."""
    starts = _day(event, "DTSTART", name)
    length = timedelta(days=1)
    if "DTEND" in event:
        length = _day(event, "DTEND", name) - starts
    elif "DURATION" in event:
        length = getattr(event["DURATION"], "dt", length)
    if not timedelta(0) <= length <= timedelta(days=LONGEST):
        raise BadFile("ics_long", name)
    return (begins + timedelta(days=number) for number in range(max(1, length.days)))


def _day(event: Component, key: str, name: str = "") -> date:
    value = getattr(event.get(key), "dt", None)
    if isinstance(value, datetime):
        raise BadFile("ics_hours", name or " ".join(str(event.get("SUMMARY", "")).split())[:100])
    if not isinstance(value, date):
        raise BadFile("ics_broken", name)
    return value


def _listed(event: Component, key: str) -> list[Any]:
    value = event.get(key, [])
    return value if isinstance(value, list) else [value]


def _listed_days(value: Any, name: str) -> Iterable[date]:
    for one in getattr(value, "dts", ()):
        if isinstance(one.dt, datetime) or not isinstance(one.dt, date):
            raise BadFile("ics_hours", name)
        yield one.dt
