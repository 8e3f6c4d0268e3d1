"""A client's home: what can be asked for, what is promised, what is left, and what waits for the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When, Window

from accounts.models import Organization, User
from accounts.permissions import may
from accounts.roles import ClientRole
from contracts.models import Contract, Responsibility
from contracts.selectors import day_of
from slo.excusal import Standing
from tickets.models import RequestType, Ticket, TicketClock
from tickets.selectors import catalogue
from tickets.workflow import Status

from .hours import Hours, hours_of
from .queue import Row, rows, search
from .responsibilities import Line


def open_tickets(user: User, now: datetime, limit: int = 8) -> tuple[list[Row], int]:
    """The reader's open requests, most urgent first, and how many there are. A requester's own come before colleagues'."""
    tickets = Ticket.objects.visible_to(user).open()
    chosen = tickets.by_urgency().select_related("organization", "assignee", "requester")
    if set(user.roles.values()) == {ClientRole.REQUESTER}:
        own = Case(When(requester=user, then=Value(0)), default=Value(1))
        chosen = chosen.order_by(own, *chosen.query.order_by)
    found = list(chosen.annotate(in_all=Window(Count("pk")))[:limit])  # one query for both
    return rows(found, now), found[0].in_all if found else 0  # type: ignore[attr-defined]


WAITING = [Status.WAITING_CLIENT, Status.RESOLVED]


def waiting_for_me(user: User, limit: int = 6) -> list[Ticket]:
    """Questions to answer, and answers to confirm: of the reader's own requests, or of those that we opened for the client;
    first, those with a missed promise whose excusal waits for the reader's word: `excuse` is its objective, else None."""
    mine = Q(status__in=WAITING) & (Q(requester=user) | ~Q(requester__staff_role=""))
    deciding = [pk for pk in user.organization_ids if may(user, "clock.excuse", pk)]
    asks = TicketClock.objects.visible_to(user).filter(  # a few rows of slo_clock_asks
        organization_id__in=deciding, clock__organization_id__in=deciding, clock__excusal=Standing.ASKS_CLIENT
    )
    found = Ticket.objects.visible_to(user).filter(mine | Q(pk__in=asks.values("ticket")) if deciding else mine)
    excuse: Any = (
        Subquery(asks.filter(ticket=OuterRef("pk")).values("objective")[:1]) if deciding else Value(None, CharField())
    )
    found = found.annotate(excuse=excuse).select_related("organization", "assignee")
    return list(found.order_by(F("excuse").asc(nulls_last=True), "-status", "active_at")[:limit])


def engagements(user: User) -> list[Contract]:
    """The contracts that go on or are being onboarded, each with its onboarding, by client."""
    status = Contract.Status
    found = Contract.objects.visible_to(user).filter(status__in=[status.ACTIVE, status.SUSPENDED, status.ONBOARDING])
    return list(found.select_related("organization", "onboarding").order_by("organization__name", "reference"))


def contracts_of(user: User, among: list[Contract] | None = None) -> list[Contract]:
    """The contracts that go on, suspended ones too, by client; `among` those that are read already."""
    found = engagements(user) if among is None else among
    return [one for one in found if one.status != Contract.Status.ONBOARDING]


def responsibilities(user: User, now: datetime, limit: int = 4) -> list[Line]:
    """Lines of the register that wait for the reader: those he or she owns and, for who decides, those that are overdue."""
    deciding = [pk for pk, role in user.roles.items() if role in {ClientRole.APPROVER, ClientRole.CLIENT_ADMIN}]
    today = day_of(now)
    waiting = Responsibility.objects.visible_to(user).open()
    mine = waiting.filter(Q(owner=user) | Q(organization_id__in=deciding, due_on__lt=today))
    found = list(mine.select_related("organization").order_by(F("due_on").asc(nulls_last=True), "id")[:limit])
    return [Line(one, one.is_overdue(today)) for one in found]


def to_approve(user: User, lines: list[Hours]) -> list[Hours]:
    """Contracts whose hours can't cover what was worked, where this person is the one to say yes (domain §10.5)."""
    return [one for one in lines if one.awaiting and user.role_in(one.contract.organization_id) == ClientRole.APPROVER]


def hours(user: User, now: datetime, among: list[Contract] | None = None) -> list[Hours]:
    """The live contracts' hours that this person's role may see; `among` those that are read already."""
    contracts = [
        contract
        for contract in (contracts_of(user) if among is None else among)
        if contract.status == Contract.Status.ACTIVE and may(user, "hours.view", contract.organization_id)
    ]
    return list(hours_of(user, contracts, now).values()) if contracts else []


def types_for(words: str, limit: int = 6) -> list[RequestType]:
    """Kinds of request whose name, category or products say all the words, for the one search box; names come first."""
    asked = words.casefold().split()
    if not asked:
        return []
    found = [
        one
        for category, types in catalogue()
        for one in types
        if all(word in f"{one.name} {one.description} {one.products} {category.name}".casefold() for word in asked)
    ]
    found.sort(key=lambda one: not all(word in one.name.casefold() for word in asked))
    return found[:limit]


def clients_for(user: User, words: str, limit: int = 4) -> list[Organization]:
    """Clients whose name says all the words, or whose key is the word, for Valiantys's people."""
    if not words or not user.is_valiantys:
        return []
    named = Q()
    for word in words.split():
        named &= Q(name__icontains=word)
    found = Organization.objects.visible_to(user).filter(named | Q(key__iexact=words))
    return list(found.order_by("name")[:limit])


def ticket_page(user: User, *, words: str, which: str, number: Any, now: datetime) -> Page[Any]:
    """The reader's requests, newest first: open, done or all, by words."""
    tickets = Ticket.objects.visible_to(user)
    if which == "open":
        tickets = tickets.open()
    elif which == "done":
        tickets = tickets.filter(status__in=[Status.RESOLVED, Status.CLOSED, Status.CANCELLED])
    if words:
        tickets = search(tickets, words)
    found = Paginator(
        tickets.select_related("organization", "assignee", "requester").order_by("-opened_at", "-id"), 30
    ).get_page(number)
    found.object_list = rows(list(found.object_list), now)  # type: ignore[assignment]
    return found
