"""The queue: open work, most urgent first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, User
from escalation.models import Escalation
from portal.clocks import Chip, chip
from slo.models import CalendarEdition, Clock
from tickets.models import Ticket, TicketClock
from tickets.models.ticket import TicketQuerySet
from tickets.scoping import OUTSIDE, Scope
from tickets.words import PRIORITY, SCOPE
from tickets.workflow import Status

PER_PAGE = 50
VIEWS: Mapping[str, Any] = {
    "urgent": gettext_lazy("Most urgent"),
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "today": gettext_lazy("Due today"),
    "waiting": gettext_lazy("Waiting for client"),
    "breached": gettext_lazy("Missed"),
    "escalated": gettext_lazy("Escalated"),
}
# What stands where a view has nothing: what would be here, and when.
EMPTY: Mapping[str, tuple[Any, Any]] = {
    "urgent": (
        gettext_lazy("No open work"),
        gettext_lazy("What clients ask for appears here, whatever is due soonest on top."),
    ),
    "mine": (
        gettext_lazy("Nothing is yours"),
        gettext_lazy("Requests that you start, answer first or are given appear here."),
    ),
    "unassigned": (
        gettext_lazy("Everything has somebody"),
        gettext_lazy("New requests wait here until somebody starts or answers them."),
    ),
    "today": (
        gettext_lazy("No first answer is due today any more"),
        gettext_lazy("Requests whose first answer is due by midnight appear here."),
    ),
    "waiting": (
        gettext_lazy("No client owes us an answer"),
        gettext_lazy("Requests with a question to the client wait here, and leave with any answer."),
    ),
    "breached": (
        gettext_lazy("No first answer is late"),
        gettext_lazy("Requests that are still without an answer after their due time appear here."),
    ),
    "escalated": (
        gettext_lazy("No escalation is open"),
        gettext_lazy("Requests appear here when a first answer is late, or a client says that the problem persists."),
    ),
}
GROUPS: Mapping[str, Any] = {
    "missed": gettext_lazy("Missed"),
    "today": gettext_lazy("Due today"),
    "later": gettext_lazy("Due later"),
    "none": gettext_lazy("No first answer owed"),
}


@dataclass(frozen=True)
class Row:
    """A line of a list of tickets."""

    ticket: Ticket
    clock: Chip
    level: int | None
    group: str  # missed, today, later, none


@dataclass(frozen=True)
class Group:
    """Rows of one urgency that stand on a page; `count` is of all pages."""

    name: str
    label: str
    count: int
    rows: list[Row]


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown words are ignored, so that a hand-made address still answers."""

    view: str = "urgent"
    words: str = ""
    client: str = ""
    priority: str = ""
    scope: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        view, words = query.get("view", "urgent"), query.get("q", "").replace("\0", "")
        client, priority, scope = query.get("client", ""), query.get("priority", ""), query.get("scope", "")
        return cls(
            view if view in VIEWS else "urgent",
            words.strip()[:100],
            client.upper() if client.isascii() and client.isalnum() and len(client) <= 10 else "",
            priority if priority in PRIORITY else "",
            scope if scope in DOUBTED else "",
        )

    @property
    def narrowed(self) -> bool:
        """Whether more than the view decides what is shown."""
        return bool(self.words or self.client or self.priority or self.scope)

    @property
    def address(self) -> str:
        """The query of the address that asks for this."""
        names = {"view": "view", "words": "q", "client": "client", "priority": "priority", "scope": "scope"}
        said = {names[name]: value for name, value in asdict(self).items() if value and (name, value) != DEFAULT}
        return f"?{urlencode(said)}"

    @property
    def bare(self) -> str:
        """The address of the whole view."""
        return Filters(view=self.view).address

    def chips(self, clients: list[Organization]) -> list[dict[str, Any]]:
        """The filters in force, each with the address without it."""
        chips = []
        if self.client:
            name = next((one.name for one in clients if one.key == self.client), self.client)
            chips.append({"label": _("Client"), "value": name, "remove_url": replace(self, client="").address})
        if self.priority:
            words = str(PRIORITY[self.priority])  # type: ignore[index]
            chips.append({"label": _("Priority"), "value": words, "remove_url": replace(self, priority="").address})
        if self.scope:
            words = str(SCOPE[Scope(self.scope)])
            chips.append({"label": _("Scope"), "value": words, "remove_url": replace(self, scope="").address})
        if self.words:
            chips.append({"label": _("Words"), "value": self.words, "remove_url": replace(self, words="").address})
        return chips

    def choices(self, clients: list[Organization]) -> list[dict[str, Any]]:
        """What one may narrow by."""
        return [
            {
                "name": "client",
                "label": _("Client"),
                "options": [
                    {"value": one.key, "label": one.name, "selected": one.key == self.client} for one in clients
                ],
            },
            {
                "name": "priority",
                "label": _("Priority"),
                "options": [
                    {"value": one.value, "label": words, "selected": one == self.priority}
                    for one, words in PRIORITY.items()
                ],
            },
            {
                "name": "scope",
                "label": _("Scope"),
                "options": [
                    {"value": one.value, "label": SCOPE[one], "selected": one == self.scope} for one in DOUBTED
                ],
            },
        ]


DEFAULT = ("view", "urgent")
DOUBTED = (Scope.LOOKS_EXCLUDED, *OUTSIDE)  # what one looks for: the rest is the whole queue


def _escalated() -> QuerySet[Escalation]:
    return Escalation.objects.filter(closed_at__isnull=True)


def _midnight(now: datetime) -> datetime:
    """The end of the reader's day."""
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date() + timedelta(days=1), time()))


def _conditions(user: User, now: datetime) -> dict[str, Q]:
    return {
        "urgent": Q(),
        "mine": Q(assignee=user),
        "unassigned": Q(assignee__isnull=True),
        "today": Q(due_at__gte=now, due_at__lt=_midnight(now)),
        "waiting": Q(status=Status.WAITING_CLIENT),
        "breached": Q(due_at__lt=now),
        "escalated": Q(pk__in=_escalated().values("ticket_id")),
    }


def _count(conditions: Mapping[str, Q]) -> dict[str, Count]:
    return {name: Count("pk", filter=condition) if condition else Count("pk") for name, condition in conditions.items()}


def totals(user: User, now: datetime) -> dict[str, int]:
    """How much is in each saved view, and how much owes no first answer: one query, one scan of the index of counts."""
    conditions = {**_conditions(user, now), "none": Q(due_at__isnull=True)}
    return Ticket.objects.visible_to(user).open().aggregate(**_count(conditions))


def views(found: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    """The saved views with how much is in each."""
    return [
        {
            "name": name,
            "url": Filters(view=name).address,
            "label": label,
            "count": found[name],
            "tone": "missed" if name in {"breached", "escalated"} else "",
            "current": name == chosen,
        }
        for name, label in VIEWS.items()
    ]


def search(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By reference or by words of the subject."""
    key, dash, number = words.rpartition("-")
    if dash and number.isascii() and number.isdigit() and len(number) < 10 and key.isalnum():
        return tickets.filter(organization__key=key.upper(), number=int(number))
    for word in words.split():
        tickets = tickets.filter(subject__icontains=word)
    return tickets


def page(
    user: User, filters: Filters, number: Any, now: datetime, found: Mapping[str, int]
) -> tuple[Page[Any], list[Group]]:
    """One page of the queue, and its rows by urgency, with chips and levels; `found` are its totals. Queries don't grow with
    rows."""
    tickets = Ticket.objects.visible_to(user).open().filter(_conditions(user, now)[filters.view])
    if filters.client:
        tickets = tickets.filter(organization__key=filters.client)
    if filters.priority:
        tickets = tickets.filter(priority=filters.priority)
    if filters.scope:
        tickets = tickets.filter(scope=filters.scope)
    tickets = search(tickets, filters.words) if filters.words else tickets
    counts = _by_group(found) if filters == Filters() else _count_groups(tickets, now)
    paginator = Paginator(tickets.by_urgency().select_related("organization", "assignee"), PER_PAGE)
    paginator.count = sum(counts.values())  # counted above, with its parts
    one_page = paginator.get_page(number)
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
    midnight = _midnight(now)
    return tickets.aggregate(
        missed=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=midnight)),
        later=Count("pk", filter=Q(due_at__gte=midnight)),
        none=Count("pk", filter=Q(due_at__isnull=True)),
    )


def rows(tickets: list[Ticket], now: datetime) -> list[Row]:
    """Chips and levels for tickets that a person was allowed to see: two queries, however many."""
    clocks = clocks_of(tickets)
    levels = dict(_escalated().filter(ticket__in=tickets).values_list("ticket_id", "level")) if tickets else {}
    midnight = _midnight(now)
    return [
        Row(one, chip(clocks.get(one.pk), now, one.closed_at), levels.get(one.pk), _group(one, now, midnight))
        for one in tickets
    ]


def clocks_of(tickets: list[Ticket]) -> dict[int, Clock]:
    """Ticket id → its first response's clock, with the edition it is measured by: each edition is read once."""
    if not tickets:
        return {}
    links = TicketClock.objects.filter(ticket__in=tickets, organization_id__in={one.organization_id for one in tickets})
    if len(tickets) == 1:  # a ticket's page: one query less
        return {link.ticket_id: link.clock for link in links.select_related("clock__edition__calendar")}
    links = links.select_related("clock")
    clocks = {link.ticket_id: link.clock for link in links}
    wanted = {clock.edition_id for clock in clocks.values()}
    editions = CalendarEdition.objects.select_related("calendar").in_bulk(wanted) if wanted else {}
    for clock in clocks.values():
        clock.edition = editions[clock.edition_id]
    return clocks


def _group(ticket: Ticket, now: datetime, midnight: datetime) -> str:
    if ticket.due_at is None:
        return "none"
    if ticket.due_at < now:
        return "missed"
    return "today" if ticket.due_at < midnight else "later"


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


def clients(user: User) -> list[Organization]:
    """The clients that the filter offers."""
    return list(Organization.objects.visible_to(user).filter(is_historical=False).order_by("name"))
