"""What a ticket waits for: lines of its client's register of responsibilities (domain §7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Event
from audit.services import record
from common.errors import Refused
from contracts.models import Responsibility
from tickets import notices
from tickets.models import Blocking, Ticket
from tickets.workflow import FINAL

from .conversation import locked


@transaction.atomic
def block(*, actor: User, ticket_id: int, responsibility_id: int, now: datetime) -> Blocking:
    """Say that a ticket waits for a line of its own client's register; its requester and the line's owner are told.

    Another client's line doesn't exist: Http404. Refused: a line that is done or not applicable, or said already.
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.block", ticket.organization_id)
    if ticket.status in FINAL:
        raise Refused(_("This ticket is closed for good: it waits for nothing."))
    item = (
        Responsibility.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("owner")
        .filter(organization_id=ticket.organization_id, pk=responsibility_id)
        .first()
    )
    if item is None:
        raise Http404
    if not item.is_open:
        raise Refused(_("“%(title)s” is settled already: nothing waits for it.") % {"title": item})
    mine = {"organization_id": ticket.organization_id, "ticket": ticket, "responsibility": item}
    if Blocking.objects.filter(**mine, ended_at=None).exists():
        raise Refused(_("This ticket waits for “%(title)s” already.") % {"title": item})
    blocking = Blocking.objects.create(**mine, blocked_by=actor, at=now)
    event = _remember(actor, ticket, item, ("ticket.blocked", "responsibility.blocks"), now)
    people = [ticket.requester, *([item.owner] if item.owner else [])]
    notices.tell(
        ticket=ticket, event=event, people=people, template="ticket_blocked", now=now, item=item.title,
        due_on=item.due_on.isoformat() if item.due_on else "", whose=item.whose,
    )  # fmt: skip
    return blocking


@transaction.atomic
def unblock(*, actor: User, ticket_id: int, blocking_id: int, now: datetime) -> Blocking:
    """Say that the ticket no longer waits for it; the line itself stays as it is."""
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.block", ticket.organization_id)
    found = Blocking.objects.filter(organization_id=ticket.organization_id, ticket=ticket, pk=blocking_id)
    blocking = found.select_related("responsibility").first()
    if blocking is None:
        raise Http404
    if blocking.ended_at is not None:
        raise Refused(_("This ticket no longer waits for “%(title)s”.") % {"title": blocking.responsibility})
    blocking.ended_by, blocking.ended_at = actor, now
    blocking.save(update_fields=["ended_by", "ended_at"])
    _remember(actor, ticket, blocking.responsibility, ("ticket.unblocked", "responsibility.unblocks"), now)
    return blocking


def _remember(actor: User, ticket: Ticket, item: Responsibility, verbs: tuple[str, str], now: datetime) -> Event:
    """One fact in two histories: the ticket's and the line's; the ticket's is the one that is mailed."""
    both: dict[str, Any] = {"organization_id": ticket.organization_id, "actor_id": actor.pk, "at": now}
    record(**both, verb=verbs[1], subject_kind="responsibility", subject_id=item.pk, ticket_id=ticket.pk)
    ticket.active_at = now
    ticket.save(update_fields=["active_at"])
    return record(**both, verb=verbs[0], subject_kind="ticket", subject_id=ticket.pk, responsibility_id=item.pk)
