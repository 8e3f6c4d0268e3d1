"""Who of Valiantys serves which client."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from accounts import history
from accounts.models import Assignment, Organization, User
from accounts.roles import StaffRole
from accounts.selectors import assignments
from escalation.models import LadderLevel
from tickets.models import Ticket


@dataclass
class Client:
    """One client with who serves it, and its work."""

    organization: Organization
    consultants: list[User] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    open_tickets: int = 0
    unassigned: int = 0


@dataclass(frozen=True)
class Serving:
    """One assignment: since when, and what hangs on it."""

    assignment: Assignment
    since: datetime | None
    tickets: int
    levels: list[LadderLevel]


def clients(user: User, words: str, number: Any) -> Page[Any]:
    """The clients by name, historical ones apart; four queries a page."""
    rows = Organization.objects.visible_to(user).filter(is_historical=False)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(key__iexact=words))
    found = Paginator(rows.order_by("name", "id"), 50).get_page(number)
    lines = {one.pk: Client(one) for one in found.object_list}
    for assignment in (
        Assignment.objects.visible_to(user).filter(organization__in=lines).select_related("user").order_by("user__name")
    ):
        line = lines[assignment.organization_id]
        by_role = line.managers if assignment.user.staff_role == StaffRole.ACCOUNT_MANAGER else line.consultants
        by_role.append(assignment.user)
    for row in (
        Ticket.objects.visible_to(user)
        .open()
        .filter(organization__in=lines)
        .order_by()
        .values("organization_id")
        .annotate(n=Count("pk"), free=Count("pk", filter=Q(assignee__isnull=True)))
    ):
        lines[row["organization_id"]].open_tickets, lines[row["organization_id"]].unassigned = row["n"], row["free"]
    found.object_list = list(lines.values())  # type: ignore[arg-type]
    return found


def serving(user: User, organization: Organization) -> tuple[list[Serving], list[LadderLevel]]:
    """A client's assignments, and the levels of its ladders where nobody stands."""
    held = dict(
        Ticket.objects.visible_to(user)
        .open()
        .filter(organization=organization, assignee__isnull=False)
        .order_by()
        .values_list("assignee_id")
        .annotate(n=Count("pk"))
    )
    levels = (
        LadderLevel.objects.visible_to(user)
        .filter(organization=organization)
        .select_related("ladder__contract")
        .prefetch_related("people")
        .order_by("ladder__contract__reference", "position")
    )
    named: dict[int, list[LadderLevel]] = defaultdict(list)
    empty = []
    for level in levels:
        there = [person for person in level.people.all() if person.is_active]
        for person in there:
            named[person.pk].append(level)
        if not there and not level.includes_assignee:
            empty.append(level)
    since = history.serving_since(user, organization)
    lines = [
        Serving(one, since.get(one.user_id), held.get(one.user_id, 0), named[one.user_id])
        for one in assignments(user, organization)
    ]
    return lines, empty
