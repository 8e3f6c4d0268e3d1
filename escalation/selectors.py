"""What pages ask about escalations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from accounts.roles import StaffRole
from tickets.models import Ticket

from .models import EngineHeartbeat, Escalation, EscalationStep, LadderLevel

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Rung:
    """One level as the ticket page shows it. `state`: done (passed), current, or next (not reached)."""

    position: int
    title: str
    people: Sequence[User]
    acknowledge_minutes: int
    state: str
    step: EscalationStep | None = None
    acknowledged_by: User | None = None

    @property
    def name(self) -> str:
        """Who is there, or that nobody is."""
        return ", ".join(str(person) for person in self.people) or _("nobody for now")

    @property
    def detail(self) -> str:
        """What the level is, and how long its people have."""
        return _("%(title)s, %(minutes)d min of business time") % {
            "title": self.title,
            "minutes": self.acknowledge_minutes,
        }

    @property
    def current(self) -> bool:
        """Where the escalation stands."""
        return self.state == "current"

    @property
    def acknowledged(self) -> bool:
        """Taken by somebody, at this level."""
        return self.acknowledged_by is not None


@dataclass(frozen=True)
class LadderView:
    """A ticket's ladder, and its open escalation if there is one. No levels: the contract has no ladder."""

    levels: list[Rung] = field(default_factory=list)
    escalation: Escalation | None = None

    @property
    def acknowledged_by(self) -> User | None:
        """Who has taken it."""
        return self.escalation.acknowledged_by if self.escalation else None

    @property
    def update_by(self) -> datetime | None:
        """By when the client was promised to hear of us."""
        return self.escalation.update_by if self.escalation else None


def open_escalations(user: User) -> QuerySet[Escalation]:
    """Open escalations of tickets that this person sees, those that wait longest to be taken first."""
    visible: Any = Escalation.objects.visible_to(user)
    escalations: QuerySet[Escalation] = visible.open().filter(ticket__in=Ticket.objects.visible_to(user))
    return escalations.select_related("ticket__organization", "ticket__assignee", "acknowledged_by").order_by(
        "acknowledged_at", "acknowledge_by", "id"
    )


def escalation_by_id(user: User, pk: int) -> Escalation:
    """One escalation, open or over, if this person sees its ticket; Http404 otherwise."""
    visible = Escalation.objects.visible_to(user).filter(pk=pk, ticket__in=Ticket.objects.visible_to(user))
    escalation = visible.select_related("ticket__organization", "ticket__contract", "acknowledged_by").first()
    if escalation is None:
        raise Http404
    return escalation


def escalation_list(user: User, *, ticket: str = "", open: bool | None = None) -> QuerySet[Escalation]:
    """Escalations, open and over, of tickets that this person sees."""
    found = Escalation.objects.visible_to(user).filter(ticket__in=Ticket.objects.visible_to(user))
    if ticket:
        key, _dash, number = ticket.rpartition("-")
        found = found.filter(ticket__organization__key=key, ticket__number=int(number))
    if open is not None:
        found = found.filter(closed_at__isnull=open)
    return found.select_related("ticket__organization", "acknowledged_by")


def steps_of(user: User, escalation: Escalation) -> QuerySet[EscalationStep]:
    """The levels that an escalation reached, in order."""
    steps = EscalationStep.objects.visible_to(user).filter(organization_id=escalation.organization_id)
    return steps.filter(escalation=escalation).order_by("id")


def ladder_for(ticket: Ticket) -> LadderView:
    """The ladder of a ticket that the reader sees: its levels with their people, and where the escalation stands."""
    here = {"organization_id": ticket.organization_id}
    escalation = ticket.escalations.filter(**here, closed_at=None).select_related("acknowledged_by").first()
    steps = {step.level: step for step in escalation.steps.filter(**here)} if escalation else {}
    ladder = getattr(ticket.contract, "ladder", None)
    levels = ladder.levels.filter(**here).order_by("position").prefetch_related("people") if ladder else []
    return LadderView([_rung(level, ticket, escalation, steps) for level in levels], escalation)


def _rung(level: LadderLevel, ticket: Ticket, escalation: Escalation | None, steps: dict[int, EscalationStep]) -> Rung:
    people = [person for person in level.people.all() if person.is_active and not person.is_automatic]
    if level.includes_assignee and ticket.assignee and ticket.assignee.is_active and ticket.assignee not in people:
        people.insert(0, ticket.assignee)
    standing_at = escalation.level if escalation else 0
    current = level.position == standing_at
    return Rung(
        position=level.position,
        title=level.title,
        people=people,
        acknowledge_minutes=level.acknowledge_minutes,
        state="current" if current else "done" if level.position < standing_at else "next",
        step=steps.get(level.position),
        acknowledged_by=escalation.acknowledged_by if escalation and current else None,
    )


def may_take(user: User, escalation: Escalation, ladder: LadderView | None = None) -> bool:
    """Whether this person may take it: the people of the level where it stands, service leads and administrators.

    ladder: the ticket's, where it was read already.
    """
    if not may(user, "escalation.acknowledge", escalation.organization_id):
        return False
    if user.staff_role in {StaffRole.LEAD, StaffRole.ADMINISTRATOR}:
        return True
    levels = (ladder or ladder_for(escalation.ticket)).levels
    return any(user in rung.people for rung in levels if rung.position == escalation.level)


def engine_heartbeat() -> EngineHeartbeat | None:
    """The engine's last sign of life; None before the first tick."""
    return EngineHeartbeat.objects.first()
