"""The client's "it persists"."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from escalation.ladder import Cause
from escalation.models import Escalation
from tickets import services as tickets
from tickets.models import Ticket
from tickets.workflow import OPEN

from .climb import Push, climb, locked_open
from .roster import Roster


@transaction.atomic
def persist(*, actor: User, ticket_id: int, reason: str, now: datetime) -> Escalation | None:
    """The client says that the problem persists: the ladder opens, or climbs one level; at the top it alarms (guide §8).

    The reason goes into the conversation too, as a reply: whoever answers reads it there. Returns the open escalation;
    None when the contract has no ladder, in which case the service leads are told.
    """
    ticket = _locked(actor, ticket_id)
    permissions.check(actor, "ticket.persist", ticket.organization_id)
    if ticket.status not in OPEN:
        raise Refused(
            _("This ticket is resolved or closed. Say that it isn't solved, or reply, and it is taken up again.")
        )
    if not reason.strip():
        raise Refused(_("Say what persists: whoever is called in reads it first."))
    tickets.reply(actor=actor, ticket_id=ticket_id, body=reason.strip(), now=now)
    standing = next(iter(locked_open([ticket])), None)
    push = Push(ticket, Cause.PERSISTS, standing, reason.strip(), actor.pk)
    climb([push], roster=Roster([ticket], now), now=now, historical=ticket.organization.is_historical)
    return next(iter(locked_open([ticket])), None)


def _locked(actor: User, ticket_id: int) -> Ticket:
    """The ticket until COMMIT. No key changes, so what only refers to it needn't wait."""
    visible = Ticket.objects.visible_to(actor).filter(pk=ticket_id).select_related("organization", "contract")
    ticket = visible.select_for_update(of=("self",), no_key=True).first()
    if ticket is None:
        raise Http404
    return ticket
