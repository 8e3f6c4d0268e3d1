"""Lines of a list of tickets: each with its clock, and the level of its escalation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from escalation.models import Escalation
from portal.clocks import Chip, chip
from portal.objectives import leading
from slo import history
from slo.history import History
from slo.models import CalendarEdition, Clock, ClockEvent
from tickets.models import Ticket, TicketClock


@dataclass(frozen=True)
class Row:
    """A line of a list of tickets."""

    ticket: Ticket
    clock: Chip
    level: int | None
    group: str  # missed, today, later, none


def open_escalations() -> QuerySet[Escalation]:
    """Of tickets that a person was allowed to see: the caller narrows it to those."""
    return Escalation.objects.filter(closed_at__isnull=True)


def midnight(now: datetime) -> datetime:
    """The end of the reader's day."""
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date() + timedelta(days=1), time()))


def rows(tickets: list[Ticket], now: datetime) -> list[Row]:
    """Chips and levels for tickets that a person was allowed to see: two queries, however many."""
    clocks = clocks_of(tickets)
    levels = dict(open_escalations().filter(ticket__in=tickets).values_list("ticket_id", "level")) if tickets else {}
    end = midnight(now)
    return [
        Row(one, chip(clocks.get(one.pk), now, one.closed_at), levels.get(one.pk), _group(one, now, end))
        for one in tickets
    ]


def clocks_of(tickets: list[Ticket]) -> dict[int, Clock]:
    """Ticket id → the clock that speaks for it, with the edition it is measured by: each edition is read once."""
    if not tickets:
        return {}
    links = TicketClock.objects.filter(
        ticket__in=tickets, organization_id__in={one.organization_id for one in tickets}
    ).select_related("clock")
    every: dict[int, list[Clock]] = {}
    for link in links:
        every.setdefault(link.ticket_id, []).append(link.clock)
    clocks = {pk: first for pk, mine in every.items() if (first := leading(mine))}
    wanted = {clock.edition_id for clock in clocks.values()}
    editions = with_their_calendars(wanted) if wanted else {}
    for clock in clocks.values():
        clock.edition = editions[clock.edition_id]
    return clocks


def with_their_calendars(wanted: set[int]) -> dict[int, CalendarEdition]:
    """Edition id → it, with all editions of its calendar: one query."""
    theirs = CalendarEdition.objects.filter(pk__in=wanted).values("calendar_id")
    found = CalendarEdition.objects.filter(calendar_id__in=theirs).select_related("calendar")
    calendars: dict[int, list[CalendarEdition]] = {}
    for one in found.order_by("number"):
        calendars.setdefault(one.calendar_id, []).append(one)
    for mine in calendars.values():
        for one in mine:
            one.published = tuple(mine)
    return {one.pk: one for mine in calendars.values() for one in mine}


def histories_of(ticket: Ticket) -> list[History]:
    """What happened to a ticket's clocks, with the editions that they are counted by, oldest first: two queries."""
    mine = {"organization_id": ticket.organization_id}
    links = TicketClock.objects.filter(**mine, ticket=ticket)
    found = history.histories_in(ClockEvent.objects.filter(**mine, clock__in=links.values("clock")))
    return [found[pk] for pk in sorted(found)]


def _group(ticket: Ticket, now: datetime, end: datetime) -> str:
    if ticket.due_at is None:
        return "none"
    if ticket.due_at < now:
        return "missed"
    return "today" if ticket.due_at < end else "later"
