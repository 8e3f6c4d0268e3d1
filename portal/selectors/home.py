"""A client's home: what can be asked for, what is promised, what is left, and what waits for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Q, Sum, Value, When

from accounts.models import User
from accounts.permissions import may
from accounts.roles import ClientRole
from contracts.models import Contract, HoursAccount, Responsibility
from contracts.selectors import day_of
from tickets.models import RequestType, Ticket, WorkLog
from tickets.selectors import catalogue
from tickets.workflow import Status

from .queue import Row, rows, search
from .responsibilities import Line


@dataclass(frozen=True)
class Hours:
    """A contract's Reserved Hours, in minutes."""

    contract: Contract
    granted: int
    used: int
    free: int
    awaiting: int
    usage: int


def open_tickets(user: User, now: datetime, limit: int = 8) -> tuple[list[Row], int]:
    """The reader's open requests, most urgent first, and how many there are. A requester's own come before colleagues'."""
    tickets = Ticket.objects.visible_to(user).open()
    chosen = tickets.by_urgency().select_related("organization", "assignee", "requester")
    if set(user.roles.values()) == {ClientRole.REQUESTER}:
        own = Case(When(requester=user, then=Value(0)), default=Value(1))
        chosen = chosen.order_by(own, *chosen.query.order_by)
    return rows(list(chosen[:limit]), now), tickets.count()


def waiting_for_me(user: User, limit: int = 6) -> list[Ticket]:
    """Questions to answer, and answers to confirm: of the reader's own requests, or of those that we opened for the client."""
    waiting = Ticket.objects.visible_to(user).filter(status__in=[Status.WAITING_CLIENT, Status.RESOLVED])
    mine = waiting.filter(Q(requester=user) | ~Q(requester__staff_role=""))
    return list(mine.select_related("organization", "assignee").order_by("-status", "active_at")[:limit])


def responsibilities(user: User, now: datetime, limit: int = 4) -> list[Line]:
    """Lines of the register that wait for the reader: those he or she owns and, for who decides, those that are overdue."""
    deciding = [pk for pk, role in user.roles.items() if role in {ClientRole.APPROVER, ClientRole.CLIENT_ADMIN}]
    today = day_of(now)
    waiting = Responsibility.objects.visible_to(user).open()
    mine = waiting.filter(Q(owner=user) | Q(organization_id__in=deciding, due_on__lt=today))
    found = list(mine.select_related("organization").order_by(F("due_on").asc(nulls_last=True), "id")[:limit])
    return [Line(one, one.is_overdue(today)) for one in found]


def contracts_of(user: User) -> list[Contract]:
    """The contracts that go on, suspended ones too, by client, with their hours."""
    going_on = Contract.objects.visible_to(user).filter(status__in=[Contract.Status.ACTIVE, Contract.Status.SUSPENDED])
    return list(going_on.select_related("organization", "hours").order_by("organization__name", "reference"))


def to_approve(user: User, lines: list[Hours]) -> list[Hours]:
    """Contracts whose hours can't cover what was worked, where this person is the one to say yes (domain §10.5)."""
    return [one for one in lines if one.awaiting and user.role_in(one.contract.organization_id) == ClientRole.APPROVER]


def hours(user: User, among: list[Contract] | None = None) -> list[Hours]:
    """The live contracts' hours that this person's role may see; `among` those that are read already."""
    contracts = [
        contract
        for contract in (contracts_of(user) if among is None else among)
        if contract.status == Contract.Status.ACTIVE and may(user, "hours.view", contract.organization_id)
    ]
    awaiting = awaiting_minutes(user, contracts)
    return [
        hours_line(contract, getattr(contract, "hours", None), awaiting.get(contract.pk, 0)) for contract in contracts
    ]


def hours_line(contract: Contract, account: HoursAccount | None, awaiting: int) -> Hours:
    """One contract's figures; zeros while nothing was ever posted."""
    if account is None:
        return Hours(contract, 0, 0, 0, awaiting, 0)
    granted, used = account.granted_minutes, account.consumed_minutes
    return Hours(contract, granted, used, granted - used, awaiting, account.usage_minutes)


def awaiting_minutes(user: User, contracts: list[Contract]) -> dict[int, int]:
    """Contract id → billable minutes that nothing covers yet."""
    logs = WorkLog.objects.visible_to(user).filter(
        contract__in=contracts, reversed_at__isnull=True, billable_minutes__gt=F("covered_minutes")
    )
    sums = logs.order_by().values("contract_id").annotate(minutes=Sum(F("billable_minutes") - F("covered_minutes")))
    return {row["contract_id"]: row["minutes"] for row in sums}


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
