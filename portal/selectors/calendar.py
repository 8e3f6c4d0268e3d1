"""A calendar's year at a glance: every day by the edition that rules it, what is out of the ordinary, when clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from accounts.models import User
from contracts.models import Contract
from contracts.selectors import calendar_for, day_of, effective_terms
from slo.calendar import FIRST_YEAR, LAST_YEAR, Calendar, HalfDay
from slo.models import BusinessCalendar, CalendarEdition, CalendarFeed
from slo.words import failure, hours, week
from slo.year import stretches

AHEAD = 5  # years that can be looked at, besides those of the editions
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A date: `open`, `short` (a holiday with hours of its own), `holiday`, `closed`, or `unknown` before the first edition."""

    on: date
    kind: str
    name: str = ""
    hours: str = ""
    today: bool = False

    @property
    def anchor(self) -> str:
        """Its line among the days out of the ordinary."""
        return f"day-{self.on.isoformat()}"


@dataclass(frozen=True)
class Change:
    """Clocks change: `before` becomes `after` on the wall; what that day's hours are then, and would have been."""

    at: datetime
    on: date
    before: str
    after: str
    minutes: int  # forward, or back
    opened: int  # business minutes of that date
    usual: int


def calendar_year(user: User, pk: int, asked: str, now: datetime) -> dict[str, Any] | None:
    """The page's context; None for a calendar that doesn't exist, or that none of this person's contracts counts by."""
    found = BusinessCalendar.objects.filter(pk=pk).first()
    contracts = [] if found is None else _counted_by(user, found, now)
    if found is None or not (user.is_valiantys or contracts):
        return None
    editions = list(CalendarEdition.objects.filter(calendar=found).order_by("effective_at", "number"))
    ruling = next((one for one in reversed(editions) if one.effective_at <= now), editions[0] if editions else None)
    if ruling is None:
        return {"calendar": found, "editions": [], "contracts": contracts}
    today = now.astimezone(ZoneInfo(ruling.zone)).date()
    first = max(FIRST_YEAR, min(editions[0].effective_at.year, today.year))
    last = min(LAST_YEAR, today.year + AHEAD)
    year = min(max(int(asked), first), last) if asked.isascii() and asked.isdigit() and len(asked) < 5 else today.year
    days = list(_days(editions, year, today))
    feed = CalendarFeed.objects.filter(calendar=found).first() if user.is_valiantys else None
    return {
        "calendar": found,
        "contracts": contracts,
        "weekdays": weekday_names(),
        "year": year,
        "before": year - 1 if year > first else None,
        "after": year + 1 if year < last else None,
        "months": [_month(days, number) for number in range(1, 13)],
        "special": [one for one in days if one.kind in {"short", "holiday"}],
        "counts": {kind: sum(one.kind == kind for one in days) for kind in ("open", "short", "holiday", "closed")},
        "ruling": ruling,
        "week": week(ruling.weekly),
        "changes": list(_changes(ruling, now)),
        "editions": [
            {"edition": one, "rules": one == ruling, "coming": one.effective_at > now, "week": week(one.weekly)}
            for one in reversed(editions)
        ],
        "feed": feed,
        "why": failure(feed.failure) if feed and feed.failure else "",
    }


def _counted_by(user: User, calendar: BusinessCalendar, now: datetime) -> list[Contract]:
    """The person's contracts that count by a calendar, by their own choice or by a clause's."""
    found = list(Contract.objects.visible_to(user).select_related("organization").order_by("reference"))
    chosen = [one for one in found if calendar.pk in {one.calendar_id, one.critical_calendar_id}]
    if chosen or user.is_valiantys:
        return chosen
    return [
        one
        for one in found
        if calendar.pk
        in {calendar_for(one, effective_terms(one, day_of(now)), which) for which in ("high", "critical")}
    ]


def _days(editions: list[CalendarEdition], year: int, today: date) -> Iterator[Day]:
    """Every date of a year; an edition that begins during a date rules it if it does so by noon."""
    rules = [(one.effective_at, one.rule(), ZoneInfo(one.zone)) for one in editions]
    on = date(year, 1, 1)
    while on.year == year:
        rule: Calendar | None = None
        for effective_at, candidate, zone in rules:
            if effective_at <= datetime.combine(on, time(12), zone):
                rule = candidate
        yield _day(rule, on, on == today)
        on += DAY


def _day(rule: Calendar | None, on: date, today: bool) -> Day:
    if rule is None:
        return Day(on, "unknown", today=today)
    holiday, windows = rule.holidays.get(on), rule.windows_on(on)
    if isinstance(holiday, HalfDay):
        return Day(on, "short", holiday.name, hours(windows), today)
    if holiday is not None:
        return Day(on, "holiday", holiday, today=today)
    return Day(on, "open" if windows else "closed", hours=hours(windows), today=today)


def _month(days: list[Day], number: int) -> dict[str, Any]:
    """Its first day, and its weeks from Monday to Sunday, padded with None."""
    mine = [one for one in days if one.on.month == number]
    cells: list[Day | None] = [*([None] * mine[0].on.weekday()), *mine]
    cells += [None] * (-len(cells) % 7)
    return {
        "first": mine[0].on,
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "open": sum(one.kind in {"open", "short"} for one in mine),
    }


def _changes(edition: CalendarEdition, now: datetime) -> Iterator[Change]:
    """The next two changes of clocks in the edition's zone, within two years."""
    rule, zone = edition.rule(), ZoneInfo(edition.zone)
    found = 0
    for year in range(now.year, now.year + 3):
        for before, after in zip(stretches(zone, year), stretches(zone, year)[1:], strict=False):
            at = datetime.fromtimestamp(after.starts, UTC)
            if at > now and found < 2:
                found += 1
                yield _change(rule, zone, at, before.offset, after.offset)


def _change(rule: Calendar, zone: ZoneInfo, at: datetime, before: int, after: int) -> Change:
    old, new = (at + timedelta(seconds=offset) for offset in (before, after))
    on = min(old, new).date() if old.date() != new.date() else old.date()
    midnight, next_midnight = (datetime.combine(day, time(), zone) for day in (on, on + DAY))
    usual = sum(_minutes(closes) - _minutes(opens) for opens, closes in rule.windows_on(on))
    opened = rule.between(midnight, next_midnight) // timedelta(minutes=1)
    return Change(at, on, f"{old:%H:%M}", f"{new:%H:%M}", (after - before) // 60, opened, usual)


def _minutes(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:])


def weekday_names() -> list[tuple[str, str]]:
    """Monday first: (short, whole), in the reader's language."""
    return [(str(WEEKDAYS_ABBR[day]), str(WEEKDAYS[day])) for day in range(7)]
