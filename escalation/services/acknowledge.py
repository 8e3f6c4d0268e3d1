"""Somebody takes an escalation."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.services import record
from common.errors import Refused
from escalation import selectors
from escalation.models import Escalation
from tickets import notices
from tickets.models import Ticket


@transaction.atomic
def acknowledge(*, actor: User, escalation_id: int, update_by: datetime, now: datetime) -> Escalation:
    """Take it, and promise the client an update by an instant: until then it doesn't climb (domain §9.3).

    For the people of the level where it stands, service leads and administrators. The requester is told by when.
    """
    escalation = _locked(actor, escalation_id)
    ticket = escalation.ticket
    check_taker(actor, escalation)
    if escalation.closed_at is not None:
        raise Refused(_("This escalation is over: nobody needs to take it any more."))
    if escalation.acknowledged_at is not None:
        raise Refused(_("%(who)s has taken this escalation already.") % {"who": escalation.acknowledged_by})
    if update_by <= now:
        raise Refused(_("Promise the next update for a time to come."))
    escalation.acknowledged_at, escalation.acknowledged_by = now, actor
    escalation.update_by = escalation.next_at = update_by
    escalation.save(update_fields=["acknowledged_at", "acknowledged_by", "update_by", "next_at"])
    event = record(
        organization_id=ticket.organization_id,
        actor_id=actor.pk,
        verb="escalation.acknowledged",
        subject_kind="ticket",
        subject_id=ticket.pk,
        at=now,
        escalation_id=escalation.pk,
        level=escalation.level,
        update_by=update_by.isoformat(),
    )
    notices.tell(
        ticket=ticket,
        event=event,
        people=[ticket.requester],
        template="escalation_acknowledged",
        now=now,
        by=str(actor),
        update_by=update_by.isoformat(),
    )
    return escalation


def check_taker(actor: User, escalation: Escalation) -> None:
    """Return when this person may take it; Http404 for who is outside, PermissionDenied for who isn't of its level."""
    permissions.check(actor, "escalation.acknowledge", escalation.organization_id)
    if not selectors.may_take(actor, escalation):
        raise PermissionDenied(_("Only the people of its level and service leads can take this escalation."))


def _locked(actor: User, escalation_id: int) -> Escalation:
    """The escalation until COMMIT, if this person sees its ticket; else Http404."""
    visible = Escalation.objects.visible_to(actor).filter(pk=escalation_id, ticket__in=Ticket.objects.visible_to(actor))
    escalation = (
        visible.select_related("ticket__organization", "ticket__contract", "ticket__requester", "acknowledged_by")
        .select_for_update(of=("self",))
        .first()
    )
    if escalation is None:
        raise Http404
    return escalation
