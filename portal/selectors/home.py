"""A client's home: what can be asked for, what is promised, what is left, and what waits for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Sum

from accounts.models import User
from accounts.permissions import may
from contracts.models import Contract, HoursAccount
from tickets.models import Ticket, WorkLog
from tickets.workflow import Status

from .queue import Row, rows, search


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
    """The reader's open requests, most urgent first, and how many there are."""
    tickets = Ticket.objects.visible_to(user).open()
    chosen = tickets.by_urgency().select_related("organization", "assignee")[:limit]
    return rows(list(chosen), now), tickets.count()


def waiting_for_me(user: User, limit: int = 6) -> list[Ticket]:
    """Questions to answer, and answers to confirm."""
    waiting = Ticket.objects.visible_to(user).filter(status__in=[Status.WAITING_CLIENT, Status.RESOLVED])
    return list(waiting.select_related("organization", "assignee").order_by("active_at")[:limit])


def hours(user: User) -> list[Hours]:
    """The live contracts' hours that this person's role may see."""
    contracts = [
        contract
        for contract in Contract.objects.visible_to(user)
        .filter(status=Contract.Status.ACTIVE)
        .select_related("organization")
        if may(user, "hours.view", contract.organization_id)
    ]
    accounts = {one.contract_id: one for one in HoursAccount.objects.visible_to(user).filter(contract__in=contracts)}
    awaiting = awaiting_minutes(user, contracts)
    return [hours_line(contract, accounts.get(contract.pk), awaiting.get(contract.pk, 0)) for contract in contracts]


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
