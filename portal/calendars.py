"""Calendars and their changes, as an administrator's pages show them: what was said, what will be, what moves and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organization, User
from slo import lines, words
from slo.models import BusinessCalendar, CalendarChange, CalendarEdition
from tickets.models import TicketClock

MOST_CLIENTS, MOST_DAYS = 20, 8


@dataclass(frozen=True)
class Line:
    """A calendar in the list: what rules now, what comes, and the change that somebody works on."""

    calendar: BusinessCalendar
    hours: list[str]
    ruling: CalendarEdition | None
    coming: CalendarEdition | None
    change: CalendarChange | None


def listed(now: datetime) -> list[Line]:
    """Every calendar by name; three queries."""
    changes = {
        one.calendar_id: one
        for one in CalendarChange.objects.exclude(status=CalendarChange.Status.DISCARDED).order_by("pk")
        if one.status == CalendarChange.Status.DRAFTED or one.state != CalendarChange.State.DONE
    }
    return [
        _line(one, changes.get(one.pk), now)
        for one in BusinessCalendar.objects.order_by("name").prefetch_related("editions")
    ]


def _line(calendar: BusinessCalendar, change: CalendarChange | None, now: datetime) -> Line:
    editions = sorted(calendar.editions.all(), key=lambda one: one.number)
    begun = [one for one in editions if one.effective_at <= now]
    coming = [one for one in editions if one.effective_at > now]
    ruling = begun[-1] if begun else None
    return Line(calendar, words.week(ruling.weekly) if ruling else [], ruling, coming[-1] if coming else None, change)


@dataclass(frozen=True)
class Worst:
    """An open request whose first answer moves, the most tightened first."""

    reference: str
    subject: str
    before: datetime
    after: datetime

    @property
    def upward(self) -> bool:
        """Whether it is due sooner."""
        return self.after < self.before


@dataclass(frozen=True)
class Client:
    """How many of a client's open promises move."""

    name: str
    key: str
    moved: int
    sooner: int


def figures(user: User, change: CalendarChange, now: datetime) -> dict[str, Any]:
    """What the long work found so far: its figures, the clients by how many of theirs move, the ten worst."""
    found = change.result
    worst = found.get("worst", ())
    owners = TicketClock.objects.visible_to(user).filter(clock__in=[line[0] for line in worst])
    tickets = {one.clock_id: one.ticket for one in owners.select_related("ticket__organization")}
    clients = sorted(found.get("clients", {}).items(), key=lambda pair: (-pair[1][0], int(pair[0])))
    shown = {int(pk): figures for pk, figures in clients[:MOST_CLIENTS]}
    names = {one.pk: one for one in Organization.objects.visible_to(user).filter(pk__in=shown)}
    return {
        "change": change,
        "stalled": change.is_stalled(now),
        "moved": found.get("moved", 0), "sooner": found.get("sooner", 0), "later": found.get("later", 0),
        "newly_late": found.get("newly_late", 0),
        "worst": [
            Worst(tickets[clock].reference, tickets[clock].subject, datetime.fromisoformat(before), datetime.fromisoformat(after))
            for clock, _client, before, after in worst if clock in tickets
        ],
        "clients": [Client(names[pk].name, names[pk].key, *shown[pk]) for pk in shown if pk in names],
        "more_clients": max(0, len(clients) - MOST_CLIENTS),
        "draft": change.status == CalendarChange.Status.DRAFTED,
        "published": change.status == CalendarChange.Status.PUBLISHED,
    }  # fmt: skip


def compared(change: CalendarChange) -> dict[str, Any]:
    """What the change says beside what the calendar says without it."""
    editions = change.calendar.editions.order_by("-number")
    if change.edition is not None:
        editions = editions.filter(number__lt=change.edition.number)
    before = editions.first()
    old = before.holidays if before else {}
    gone = {day: said for day, said in old.items() if day not in change.holidays}
    new = {day: said for day, said in change.holidays.items() if old.get(day) != said}
    return {
        "before": before,
        "hours_before": words.week(before.weekly) if before else [],
        "hours_after": words.week(change.weekly),
        "days": [(_("Closed from now on:"), *_days(new, change)), (_("No longer closed:"), *_days(gone, change))],
    }


def _days(holidays: dict[str, Any], change: CalendarChange) -> tuple[list[tuple[date, str]], int]:
    """The days to come, each with what its line says of it, as people write it; and how many more there are."""
    since = (change.effective_at or change.drafted_at).date().isoformat()
    coming = [day for day in sorted(holidays) if day >= since]
    said = [(date.fromisoformat(day), lines.write_holidays({day: holidays[day]})[len(day) + 1 :]) for day in coming]
    return said[:MOST_DAYS], len(said) - len(said[:MOST_DAYS])
