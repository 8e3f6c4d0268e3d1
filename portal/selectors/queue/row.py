"""Lines of a list of tickets: each with its clock, and the level of its escalation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from escalation.models import Escalation
from portal.clocks import Chip, chip
from slo.models import CalendarEdition, Clock
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
    """Ticket id → its first response's clock, with the edition it is measured by: each edition is read once."""
    if not tickets:
        return {}
    links = TicketClock.objects.filter(
        ticket__in=tickets, organization_id__in={one.organization_id for one in tickets}
    ).select_related("clock")
    clocks = {link.ticket_id: link.clock for link in links}
    wanted = {clock.edition_id for clock in clocks.values()}
    editions = CalendarEdition.objects.select_related("calendar").in_bulk(wanted) if wanted else {}
    for clock in clocks.values():
        clock.edition = editions[clock.edition_id]
    return clocks


def clock_of(ticket: Ticket) -> Clock | None:
    """The first response's clock of a ticket alone, with its edition and calendar: one query."""
    links = TicketClock.objects.filter(ticket=ticket, organization_id=ticket.organization_id)
    link = links.select_related("clock__edition__calendar").first()
    return link.clock if link else None


def _group(ticket: Ticket, now: datetime, end: datetime) -> str:
    if ticket.due_at is None:
        return "none"
    if ticket.due_at < now:
        return "missed"
    return "today" if ticket.due_at < end else "later"
