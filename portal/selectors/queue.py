"""The queue: open work, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from escalation.models import Escalation
from portal.clocks import Chip, chip
from slo.models import Clock
from tickets.models import Ticket, TicketClock
from tickets.models.ticket import TicketQuerySet
from tickets.workflow import Status

PER_PAGE = 50
VIEWS: Mapping[str, Any] = {
    "urgent": _("Most urgent"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "today": _("Due today"),
    "waiting": _("Waiting for client"),
    "breached": _("Missed"),
    "escalated": _("Escalated"),
}


@dataclass(frozen=True)
class Row:
    """A line of a list of tickets."""

    ticket: Ticket
    clock: Chip
    level: int | None
    group: str  # missed, today, later, none


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown words are ignored, so that a hand-made address still answers."""

    view: str = "urgent"
    words: str = ""
    client: str = ""
    priority: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        view = query.get("view", "urgent")
        return cls(
            view if view in VIEWS else "urgent",
            query.get("q", "").strip()[:100],
            query.get("client", "").strip()[:10],
            query.get("priority", "").strip()[:10],
        )


def _escalated() -> QuerySet[Escalation]:
    return Escalation.objects.filter(closed_at__isnull=True)


def _conditions(user: User, now: datetime) -> dict[str, Q]:
    midnight = timezone.make_aware(datetime.combine(timezone.localtime(now).date() + timedelta(days=1), time()))
    return {
        "urgent": Q(),
        "mine": Q(assignee=user),
        "unassigned": Q(assignee__isnull=True),
        "today": Q(due_at__gte=now, due_at__lt=midnight),
        "waiting": Q(status=Status.WAITING_CLIENT),
        "breached": Q(due_at__lt=now),
        "escalated": Q(pk__in=_escalated().values("ticket_id")),
    }


def counts(user: User, now: datetime) -> list[dict[str, Any]]:
    """The saved views with how much is in each, in one query."""
    conditions = _conditions(user, now)
    found = (
        Ticket.objects.visible_to(user)
        .open()
        .aggregate(
            **{
                name: Count("pk", filter=condition) if condition else Count("pk")
                for name, condition in conditions.items()
            }
        )
    )
    return [
        {"name": name, "label": VIEWS[name], "count": found[name], "alarm": name in {"breached", "escalated"}}
        for name in VIEWS
    ]


def search(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By reference or by words of the subject."""
    key, dash, number = words.rpartition("-")
    if dash and number.isascii() and number.isdigit() and len(number) < 10 and key.isalnum():
        return tickets.filter(organization__key=key.upper(), number=int(number))
    for word in words.split():
        tickets = tickets.filter(subject__icontains=word)
    return tickets


def page(user: User, filters: Filters, number: Any, now: datetime) -> Page[Any]:
    """One page of the queue; its rows carry chips and levels. Queries don't grow with rows."""
    tickets = Ticket.objects.visible_to(user).open().filter(_conditions(user, now)[filters.view])
    if filters.client:
        tickets = tickets.filter(organization__key=filters.client.upper())
    if filters.priority:
        tickets = tickets.filter(priority=filters.priority)
    tickets = search(tickets, filters.words) if filters.words else tickets
    found = Paginator(tickets.by_urgency().select_related("organization", "assignee"), PER_PAGE).get_page(number)
    found.object_list = rows(list(found.object_list), now)  # type: ignore[assignment]
    return found


def rows(tickets: list[Ticket], now: datetime) -> list[Row]:
    """Chips and levels for tickets that a person was allowed to see: two queries, however many."""
    clocks = clocks_of(tickets)
    levels = dict(_escalated().filter(ticket__in=tickets).values_list("ticket_id", "level")) if tickets else {}
    return [Row(one, (c := chip(clocks.get(one.pk), now)), levels.get(one.pk), _group(one, c, now)) for one in tickets]


def clocks_of(tickets: list[Ticket]) -> dict[int, Clock]:
    """Ticket id → its first response's clock, with the edition it is measured by."""
    links = TicketClock.objects.filter(
        ticket__in=tickets, organization_id__in={one.organization_id for one in tickets}
    ).select_related("clock__edition__calendar")
    return {link.ticket_id: link.clock for link in links} if tickets else {}


def _group(ticket: Ticket, clock: Chip, now: datetime) -> str:
    if ticket.due_at is None:
        return "none"
    if ticket.due_at < now:
        return "missed"
    return "today" if timezone.localtime(ticket.due_at).date() == timezone.localtime(now).date() else "later"


def clients(user: User) -> QuerySet[Organization]:
    """The clients that the filter offers."""
    return Organization.objects.visible_to(user).filter(is_historical=False).order_by("name")
