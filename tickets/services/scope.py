"""Deciding whether Reserved Hours pay for a ticket (domain §4). The portal doubts, a consultant decides, and may take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.services import record
from common.errors import Refused
from contracts.models import Exclusion
from tickets import notices
from tickets.models import Message, ScopeDecision, Ticket
from tickets.scoping import DECIDED, Scope, names_exclusion
from tickets.workflow import FINAL

from .conversation import locked, say


@transaction.atomic
def decide_scope(
    *, actor: User, ticket_id: int, scope: str, reason: str, now: datetime, exclusion: Exclusion | None = None
) -> ScopeDecision:
    """Say that a ticket is in scope, excluded or to be quoted, with a reason that the client reads.

    Time logged before stays, to be reversed by whoever may. Refused: no reason, no exclusion for a ticket that is outside,
    the decision that stands already.
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.scope", ticket.organization_id)
    if ticket.status in FINAL:
        raise Refused(_("This ticket is closed for good: its scope stays as it was decided."))
    if scope not in DECIDED:
        raise Refused(_("Choose in scope, out of scope or to be quoted."))
    if names_exclusion(scope) and exclusion is None:
        raise Refused(_("Name the exclusion that it falls under: the client reads what it says."))
    if not reason.strip():
        raise Refused(_("Give a reason: the client reads it."))
    named = exclusion if names_exclusion(scope) else None
    if exclusion is not None and not exclusion.is_active:
        raise Refused(_("This exclusion is no longer in force: choose another."))
    standing = standing_decision(ticket)
    if standing and standing.scope == scope and standing.exclusion_id == (named and named.pk):
        raise Refused(_("That is decided already."))
    message = say(actor=actor, ticket=ticket, body=reason, now=now, kind=Message.Kind.REASON)
    decision = ScopeDecision.objects.create(
        organization_id=ticket.organization_id, ticket=ticket, scope=scope, exclusion=named, message=message,
        matched=standing.matched if standing and standing.exclusion_id == (named and named.pk) else [],
        decided_by=actor, at=now,
    )  # fmt: skip
    before, ticket.scope = ticket.scope, scope
    ticket.save()
    _tell(actor, ticket, "ticket.scope_decided", decision, before, now, reason)
    return decision


@transaction.atomic
def take_back_scope(*, actor: User, ticket_id: int, now: datetime) -> Ticket:
    """Undo the last decision that stands: what was before it holds again, the portal's doubt included."""
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.scope", ticket.organization_id)
    decision = standing_decision(ticket)
    if ticket.status in FINAL:
        raise Refused(_("This ticket is closed for good: its scope stays as it was decided."))
    if decision is None or decision.decided_by_id is None:
        raise Refused(_("Nobody has decided about this ticket’s scope, so there is nothing to take back."))
    decision.taken_back_by, decision.taken_back_at = actor, now
    decision.save(update_fields=["taken_back_by", "taken_back_at"])
    again = standing_decision(ticket)
    before, ticket.scope = ticket.scope, again.scope if again else Scope.UNDECIDED
    ticket.active_at = now
    ticket.save(update_fields=["scope", "active_at"])
    _tell(actor, ticket, "ticket.scope_taken_back", decision, before, now, "")
    return ticket


def standing_decision(ticket: Ticket) -> ScopeDecision | None:
    """The newest that wasn't taken back."""
    found = ScopeDecision.objects.filter(organization_id=ticket.organization_id, ticket=ticket, taken_back_at=None)
    return found.order_by("-id").first()


def _tell(
    actor: User, ticket: Ticket, verb: str, decision: ScopeDecision, before: str, now: datetime, reason: str
) -> None:
    said: dict[str, Any] = {"message_id": decision.message_id} if reason else {}
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb=verb, subject_kind="ticket",
        subject_id=ticket.pk, at=now, before=str(before), after=str(ticket.scope), exclusion_id=decision.exclusion_id,
        decision_id=decision.pk, **said,
    )  # fmt: skip
    named = decision.exclusion if reason else None
    notices.tell(
        ticket=ticket, event=event, people=[ticket.requester], template="ticket_scope", now=now, after=str(ticket.scope),
        reason=reason[:4000], exclusion_en=named.name_en if named else "", exclusion_fr=named.name_fr if named else "",
        explanation_en=named.explanation_en if named else "", explanation_fr=named.explanation_fr if named else "",
    )  # fmt: skip
