"""Questions that pages ask about tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.models import User
from accounts.permissions import ACTIONS
from accounts.roles import StaffRole
from audit.models import Audience
from contracts.models import Responsibility
from tickets.models import Attachment, Blocking, Category, Message, RequestType, Ticket, TicketClock
from tickets.workflow import OPEN


def ticket_by_reference(user: User, reference: str, *also: str) -> Ticket:
    """NW-1042, if this person sees it; Http404 otherwise, whatever is wrong with it. `also`: what a page reads along."""
    key, dash, number = reference.rpartition("-")
    if not dash or not key.isalnum() or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Http404
    ticket = (
        Ticket.objects.visible_to(user)
        .filter(organization__key=key.upper(), number=int(number))
        .select_related("organization", "contract", "request_type__category", "requester", "assignee", "follows", *also)
        .first()
    )
    if ticket is None:
        raise Http404
    return ticket


def ticket_list(
    user: User,
    *,
    organization: str = "",
    open: bool | None = None,
    opened_after: datetime | None = None,
    opened_before: datetime | None = None,
    active_after: datetime | None = None,
    **same: Any,
) -> QuerySet[Ticket]:
    """The tickets this person sees, narrowed by what a list asks for; `same` are columns with their values."""
    tickets: Any = Ticket.objects.visible_to(user).filter(**same)
    if organization:
        tickets = tickets.filter(organization__key=organization)
    if open is not None:
        tickets = tickets.open() if open else tickets.exclude(status__in=OPEN)
    ranges = {"opened_at__gte": opened_after, "opened_at__lt": opened_before, "active_at__gte": active_after}
    found: QuerySet[Ticket] = tickets.filter(**{name: value for name, value in ranges.items() if value is not None})
    return found.select_related("organization", "request_type", "requester", "assignee")


def messages(user: User, ticket: Ticket) -> QuerySet[Message]:
    """What was said; without internal notes for people of clients."""
    found = Message.objects.visible_to(user).filter(organization_id=ticket.organization_id, ticket=ticket)
    return found if user.is_valiantys else found.filter(audience=Audience.CLIENT)


def conversation(user: User, ticket: Ticket) -> list[Message]:
    """The same, oldest first, with their authors and their `files`."""
    files = (
        Attachment.objects.visible_to(user)
        .filter(organization_id=OuterRef("organization_id"), message=OuterRef("pk"))
        .order_by("id")
        .values(file=JSONObject(id="id", name="name", size="size", content_type="content_type"))
    )
    said = messages(user, ticket).annotate(files=ArraySubquery(files))  # type: ignore[no-redef] # where Message declares it
    return list(said.select_related("author").order_by("id"))


def clock_list(
    user: User,
    *,
    ticket: str = "",
    verdict: str = "",
    due_before: datetime | None = None,
    due_after: datetime | None = None,
) -> QuerySet[TicketClock]:
    """The clocks of tickets this person sees."""
    found = TicketClock.objects.visible_to(user).filter(ticket__in=Ticket.objects.visible_to(user))
    if ticket:
        key, _dash, number = ticket.rpartition("-")
        found = found.filter(ticket__organization__key=key, ticket__number=int(number))
    asked = {"clock__verdict": verdict or None, "clock__due_at__lt": due_before, "clock__due_at__gte": due_after}
    found = found.filter(**{name: value for name, value in asked.items() if value is not None})
    return found.select_related("ticket__organization", "clock")


def attachment(user: User, ticket: Ticket, pk: int) -> Attachment:
    """A file of this ticket, if this person reads the message it came with; else Http404."""
    files = Attachment.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, pk=pk, message__ticket=ticket
    )
    if not user.is_valiantys:
        files = files.filter(audience=Audience.CLIENT)
    found = files.first()
    if found is None:
        raise Http404
    return found


def assignable(organization_id: int) -> QuerySet[User]:
    """People of Valiantys who may work on a client's tickets."""
    working = [role for role in StaffRole.values if role in ACTIONS["ticket.work"]]
    serving = Q(staff_role__in=[StaffRole.LEAD, StaffRole.ADMINISTRATOR]) | Q(
        assignments__organization_id=organization_id
    )
    people = User.objects.filter(serving, is_active=True, is_automatic=False, staff_role__in=working)
    return people.distinct().order_by("name", "id")


def assignable_among(organization_ids: set[int]) -> list[tuple[User, bool]]:
    """People of Valiantys who may work for one of these clients at least, by name, each with whether for all of them."""
    working = [role for role in StaffRole.values if role in ACTIONS["ticket.work"]]
    for_all = Q(staff_role__in=[StaffRole.LEAD, StaffRole.ADMINISTRATOR])
    among = Q(assignments__organization_id__in=organization_ids)
    people = User.objects.filter(is_active=True, is_automatic=False, staff_role__in=working)
    served = people.annotate(served=Count("assignments", filter=among)).filter(for_all | Q(served__gt=0))
    return [(one, one.serves_all or one.served == len(organization_ids)) for one in served.order_by("name", "id")]


def chosen(user: User, ticket_ids: list[int]) -> list[Ticket]:
    """Tickets that this person has chosen, most urgent first; Http404 when one of them is not in sight."""
    found: Any = Ticket.objects.visible_to(user).filter(pk__in=ticket_ids)
    tickets = list(found.select_related("organization", "assignee").by_urgency())
    if len(tickets) != len(ticket_ids):
        raise Http404
    return tickets


def catalogue() -> list[tuple[Category, list[RequestType]]]:
    """The categories with their request types, as offered: a category without any isn't. One query."""
    offered = RequestType.objects.filter(is_active=True, category__is_active=True).select_related("category")
    found: dict[int, tuple[Category, list[RequestType]]] = {}
    for one in offered.order_by("category__position", "category_id", "position", "id"):
        found.setdefault(one.category_id, (one.category, []))[1].append(one)
    return list(found.values())


def register_of(user: User, ticket: Ticket) -> list[Responsibility]:
    """The lines of the client's register that are open or that a ticket waits for; `waits` is the blocking's id, or None."""
    standing = Blocking.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, ticket=ticket, ended_at__isnull=True
    )
    lines = Responsibility.objects.visible_to(user).filter(organization_id=ticket.organization_id)
    waits = Subquery(standing.filter(responsibility=OuterRef("pk")).values("pk")[:1])
    found = lines.annotate(waits=waits).filter(Q(state__in=Responsibility.OPEN) | Q(waits__isnull=False))
    return list(found.select_related("owner").order_by("head", "due_on", "id"))


def blockable(user: User, ticket: Ticket) -> list[Responsibility]:
    """The lines that a ticket may be said to wait for: open, and not said yet."""
    return [one for one in register_of(user, ticket) if one.is_open and not getattr(one, "waits", None)]
