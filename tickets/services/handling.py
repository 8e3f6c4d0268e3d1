"""Who has a ticket, and how urgent it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from tickets import notices
from tickets.models import Message, Ticket
from tickets.priority import Priority
from tickets.workflow import FINAL

from . import clocks
from .conversation import locked, say


@transaction.atomic
def assign(*, actor: User, ticket_id: int, assignee: User | None, now: datetime) -> Ticket:
    """Give a ticket to someone who serves its client, or to nobody."""
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.assign", ticket.organization_id)
    if ticket.status in FINAL:
        raise Refused(_("This ticket is closed for good: nobody needs to have it."))
    if assignee is not None:
        role = assignee.role_in(ticket.organization_id) if assignee.is_valiantys and assignee.is_active else None
        if role is None or not permissions.allows(role, "ticket.work"):
            raise Refused(_("%(who)s doesn't serve this client: choose someone who does.") % {"who": assignee})
    if ticket.assignee_id == (assignee and assignee.pk):
        return ticket
    before, ticket.assignee = ticket.assignee_id, assignee
    ticket.save(update_fields=["assignee"])
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.assigned", subject_kind="ticket",
        subject_id=ticket.pk, at=now, before=before, after=assignee and assignee.pk,
    )  # fmt: skip
    if assignee is not None:
        notices.tell(
            ticket=ticket, event=event, people=[assignee], template="ticket_assigned", now=now,
            due_at=ticket.due_at.isoformat() if ticket.due_at else "", answered=ticket.responded_at is not None,
        )  # fmt: skip
    return ticket


@transaction.atomic
def prioritize(*, actor: User, ticket_id: int, priority: str, reason: str, now: datetime) -> Ticket:
    """Correct the priority, with a reason that the client reads (domain §5.7).

    Upwards every promise is due by the earlier of the old instant and the new target from now; downwards by the new target
    from submission, refused once one is missed.
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.prioritize", ticket.organization_id)
    new = Priority(priority)
    if ticket.status in FINAL:
        raise Refused(_("This ticket is closed for good: its priority stays."))
    if new == ticket.priority:
        raise Refused(_("The ticket already has this priority."))
    if not reason.strip():
        raise Refused(_("Give a reason: the client reads it."))
    clocks.prioritized(actor, ticket, new, now)
    message = say(actor=actor, ticket=ticket, body=reason, now=now, kind=Message.Kind.REASON)
    before, ticket.priority = ticket.priority, new
    ticket.save()
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.prioritized", subject_kind="ticket",
        subject_id=ticket.pk, audience=Audience.CLIENT, at=now, before=before, after=new.value, message_id=message.pk,
    )  # fmt: skip
    notices.tell(
        ticket=ticket, event=event, people=[ticket.requester, *notices.handlers(ticket)], template="ticket_priority",
        now=now, before=before, after=new.value, reason=reason[:1000],
        due_at=ticket.due_at.isoformat() if ticket.due_at else "", answered=ticket.responded_at is not None,
    )  # fmt: skip
    return ticket
