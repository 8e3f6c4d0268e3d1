"""One page of the queue: open work, most urgent first, by groups."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet

from .filters import Filters
from .row import Row, midnight, rows
from .saved_views import conditions, totals, views
from .words import EMPTY, GROUPS, VIEWS

PER_PAGE = 50


@dataclass(frozen=True)
class Group:
    """Rows of one urgency that stand on a page; `count` is of all pages."""

    name: str
    label: str
    count: int
    rows: list[Row]


def search(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By reference or by words of the subject."""
    key, dash, number = words.rpartition("-")
    if dash and number.isascii() and number.isdigit() and len(number) < 10 and key.isalnum():
        return tickets.filter(organization__key=key.upper(), number=int(number))
    for word in words.split():
        tickets = tickets.filter(subject__icontains=word)
    return tickets


def compose(user: User, filters: Filters, now: datetime) -> dict[str, Any]:
    """What the queue shows of the work that this person serves, narrowed: its rows, its saved views, and the digest of both."""
    found = totals(user, now)
    shown, groups = page(user, filters, now, found)
    places = views(found, filters.view)
    return {
        "filters": filters.on_page(shown.number),
        "page": shown,
        "groups": groups,
        "views": places,
        "digest": digest(groups, places, now),
        "title": VIEWS[filters.view],
        "empty": EMPTY[filters.view],
    }


def page(user: User, filters: Filters, now: datetime, found: Mapping[str, int]) -> tuple[Page[Any], list[Group]]:
    """One page of the queue, and its rows by urgency, with chips and levels; `found` are its totals. Queries don't grow with
    rows."""
    tickets = Ticket.objects.visible_to(user).open().filter(conditions(user, now)[filters.view])
    if filters.client:
        tickets = tickets.filter(organization__key=filters.client)
    if filters.priority:
        tickets = tickets.filter(priority=filters.priority)
    if filters.scope:
        tickets = tickets.filter(scope=filters.scope)
    tickets = search(tickets, filters.words) if filters.words else tickets
    counts = _by_group(found) if filters.whole else _count_groups(tickets, now)
    paginator = Paginator(tickets.by_urgency().select_related("organization", "assignee"), PER_PAGE)
    paginator.count = sum(counts.values())  # counted above, with its parts
    one_page = paginator.get_page(filters.page)
    shown = rows(list(one_page.object_list), now)
    one_page.object_list = shown  # type: ignore[assignment]
    groups = [
        Group(name, str(label), counts[name], mine)
        for name, label in GROUPS.items()
        if (mine := [row for row in shown if row.group == name])
    ]
    return one_page, groups


def _by_group(found: Mapping[str, int]) -> dict[str, int]:
    """The groups of all open work, from what the views have counted already."""
    counts = {"missed": found["breached"], "today": found["today"], "none": found["none"]}
    return counts | {"later": found["urgent"] - sum(counts.values())}


def _count_groups(tickets: TicketQuerySet, now: datetime) -> dict[str, int]:
    end = midnight(now)
    return tickets.aggregate(
        missed=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=end)),
        later=Count("pk", filter=Q(due_at__gte=end)),
        none=Count("pk", filter=Q(due_at__isnull=True)),
    )


def digest(groups: list[Group], places: list[dict[str, Any]], now: datetime) -> str:
    """Changes when anything on the page does, other than minutes that tick by themselves."""
    seen: list[Any] = [timezone.localtime(now).date(), [place["count"] for place in places]]
    for group in groups:
        seen.append((group.name, group.count))
        for row in group.rows:
            one = row.ticket
            seen.append(
                (one.pk, one.subject, one.status, one.priority, one.assignee_id, one.active_at, one.due_at, row.level,
                 row.clock.state, row.clock.open)
            )  # fmt: skip
    return hashlib.blake2s(repr(seen).encode(), digest_size=12).hexdigest()
