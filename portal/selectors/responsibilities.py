"""The register of what a client provides, under the guide's seven heads, with the requests that wait for its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, User
from accounts.permissions import check, may
from audit.models import Event
from contracts.models import Responsibility
from contracts.selectors import day_of
from portal import timeline
from tickets.models import Blocking, Ticket

Head, State = Responsibility.Head, Responsibility.State
# What stands where a head has nothing yet: what belongs there.
TEACHES: Mapping[str, Any] = {
    Head.ACCESS: gettext_lazy("Accounts and rights that our consultants need on your platforms, and who grants them."),
    Head.COMMUNICATION: gettext_lazy("Who speaks for you, who decides, and how fast questions are answered."),
    Head.GOVERNANCE: gettext_lazy("Rules that our work has to keep: security, personal data, approvals, audits."),
    Head.ENVIRONMENTS: gettext_lazy("Test and production environments, and who keeps them up and up to date."),
    Head.PROCEDURES: gettext_lazy("Your standing procedures, the golden rules that every request has to follow."),
    Head.INTERCONNECTION: gettext_lazy("Connecting your own ticket system: its address, its fields, its contact."),
    Head.ONBOARDING: gettext_lazy(
        "VPN, workstations and steps that newcomers of ours have to go through at your place."
    ),
}


@dataclass(frozen=True)
class Line:
    """A line of the register, whether its day has passed, and the requests that wait for it, as far as the reader sees them."""

    item: Responsibility
    late: bool
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A head with its lines; `hidden` are those that are settled and not asked for."""

    head: Responsibility.Head
    teaches: Any
    lines: list[Line]
    hidden: int


def organization_of(user: User, key: str, action: str = "responsibility.view") -> Organization:
    """The client with this key, whose register this person may read, or write; Http404 for outsiders."""
    organization = Organization.objects.visible_to(user).filter(key=key.upper()).first()
    if organization is None:
        raise Http404
    check(user, action, organization.pk)
    return organization


def organizations(user: User, today: date) -> list[dict[str, Any]]:
    """The clients whose registers this person reads, each with how much is open and overdue."""
    rows = list(Organization.objects.visible_to(user).filter(is_historical=False).order_by("name", "id"))
    found = Responsibility.objects.visible_to(user).open().order_by().values("organization_id")
    counted = {
        row["organization_id"]: row for row in found.annotate(open=Count("pk"), late=Count("pk", Q(due_on__lt=today)))
    }
    nothing = {"open": 0, "late": 0}
    return [{"organization": one, **(counted.get(one.pk) or nothing)} for one in rows]


def register(user: User, organization: Organization, *, which: str, now: datetime) -> dict[str, Any]:
    """The seven sections, and what is open, overdue and done among all lines."""
    today = day_of(now)
    items = list(
        Responsibility.objects.visible_to(user)
        .filter(organization=organization)
        .select_related("owner")
        .order_by("due_on", "id")
    )
    waiting = _tickets(user, organization)
    lines = [Line(one, one.is_overdue(today), waiting.get(one.pk, [])) for one in items]
    return {
        "sections": [_section(head, [one for one in lines if one.item.head == head], which) for head in Head],
        "open": sum(1 for one in lines if one.item.is_open),
        "late": sum(1 for one in lines if one.late),
        "done": sum(1 for one in lines if one.item.state == State.DONE),
        "blocked": len({ticket.pk for one in lines if one.item.is_open for ticket in one.tickets}),
        "any": bool(lines),
    }  # fmt: skip


def _section(head: Responsibility.Head, lines: list[Line], which: str) -> Section:
    # Overdue first, then by day; what has no day comes last, and what is settled after all of it.
    lines.sort(key=lambda one: (not one.item.is_open, one.item.due_on or date.max, one.item.pk))
    shown = [one for one in lines if which == "all" or one.item.is_open]
    return Section(head, TEACHES[head], shown, len(lines) - len(shown))


def _tickets(user: User, organization: Organization) -> dict[int, list[Ticket]]:
    """Line → the requests that wait for it now, those that the reader may see."""
    found = Blocking.objects.visible_to(user).filter(
        organization_id=organization.pk, ended_at__isnull=True, ticket__in=Ticket.objects.visible_to(user)
    )
    waiting: dict[int, list[Ticket]] = {}
    for one in found.select_related("ticket").order_by("id"):
        one.ticket.organization = organization
        waiting.setdefault(one.responsibility_id, []).append(one.ticket)
    return waiting


def line_of(user: User, organization: Organization, pk: int) -> Responsibility:
    """One line of this client's register; Http404 for another's."""
    found = Responsibility.objects.visible_to(user).filter(organization=organization, pk=pk)
    item = found.select_related("organization", "owner").first()
    if item is None:
        raise Http404
    return item


def page(user: User, item: Responsibility, now: datetime) -> dict[str, Any]:
    """A line's own page: the requests that wait for it, and its history."""
    return {
        "item": item,
        "late": item.is_overdue(day_of(now)),
        "tickets": _tickets(user, item.organization).get(item.pk, []),
        "history": history(user, item),
        "may_edit": may(user, "responsibility.edit", item.organization_id),
        "may_settle": may(user, "responsibility.settle", item.organization_id),
    }  # fmt: skip


def history(user: User, item: Responsibility, limit: int = 50) -> list[dict[str, Any]]:
    """What happened to it, newest first."""
    found = Event.objects.visible_to(user).filter(
        organization_id=item.organization_id, subject_kind="responsibility", subject_id=item.pk
    )
    events = list(found.order_by("-id")[:limit])
    people = timeline.names(events, [user, item.owner])
    wanted = {one.data["ticket_id"] for one in events if "ticket_id" in one.data}
    tickets = Ticket.objects.visible_to(user).filter(pk__in=wanted).select_related("organization")
    references = {one.pk: one.reference for one in tickets} if wanted else {}
    return [{"at": one.at, "text": _sentence(one, people, references)} for one in events]


def _sentence(event: Event, people: dict[int, str], references: dict[int, str]) -> str:
    data = event.data
    words = {
        "who": people.get(event.actor_id or 0, _("Total Care")),
        "state": State(data["after"]).label if event.verb == "responsibility.state_changed" else "",
        "reference": references.get(data.get("ticket_id", 0), _("a request")),
    }
    sentences = {
        "responsibility.added": _("%(who)s added it"),
        "responsibility.edited": _("%(who)s edited it"),
        "responsibility.state_changed": _("State set by %(who)s: %(state)s"),
        "responsibility.blocks": _("%(who)s said that %(reference)s waits for it"),
        "responsibility.unblocks": _("%(who)s said that %(reference)s no longer waits for it"),
    }
    return sentences.get(event.verb, event.verb) % words
