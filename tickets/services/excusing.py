"""Excusing a missed promise: a named person of each side, each in writing (domain §5.9). The rule is slo's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.services import record
from common.errors import Refused
from slo import services as slo
from slo.excusal import WAITING, Side
from slo.history import history_of
from slo.models import Clock
from tickets import notices
from tickets.models import Message, Ticket, TicketClock

from .clocks import newest
from .conversation import locked, say


@transaction.atomic
def propose_excusal(
    *, actor: User, ticket_id: int, objective: str, reason: str, now: datetime, number: int | None = None
) -> Clock:
    """Propose to the other side that a missed promise be excused, with a reason that both read. The verdict stays missed.
    `number`: which of the objective's clocks; the newest unless said.

    Refused: a promise that isn't missed, a proposal that waits already, one that both sides have excused, no reason.
    """
    ticket, running = _clock(actor, ticket_id, objective, number)
    if not reason.strip():
        raise Refused(_("Give a reason: the other side reads it before agreeing."))
    return _say(actor, ticket, running, "clock.excusal_proposed", reason, now)


@transaction.atomic
def answer_excusal(
    *, actor: User, ticket_id: int, objective: str, agreed: bool, now: datetime, reason: str = "",
    number: int | None = None,
) -> Clock:  # fmt: skip
    """Agree to what the other side proposed, or decline with a reason. Nobody agrees to what the own side proposed."""
    ticket, running = _clock(actor, ticket_id, objective, number)
    if not agreed and not reason.strip():
        raise Refused(_("Say why you decline: the other side reads it."))
    return _say(actor, ticket, running, "clock.excused" if agreed else "clock.excusal_declined", reason, now)


@transaction.atomic
def withdraw_excusal(
    *, actor: User, ticket_id: int, objective: str, reason: str, now: datetime, number: int | None = None
) -> Clock:
    """Take back what the own side proposed, before it is answered, with a reason that the other side reads. It may be proposed
    again. Refused: nothing waits, the other side's proposal, no reason."""
    ticket, running = _clock(actor, ticket_id, objective, number)
    if not reason.strip():
        raise Refused(_("Say why you withdraw it: the other side was asked, and reads it."))
    return _say(actor, ticket, running, "clock.excusal_withdrawn", reason, now)


def side_of(person: User) -> Side:
    """Whose a person is."""
    return Side.VALIANTYS if person.is_valiantys else Side.CLIENT


def _clock(actor: User, ticket_id: int, objective: str, number: int | None) -> tuple[Ticket, TicketClock]:
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "clock.excuse", ticket.organization_id)
    running = newest(ticket, objective, number)
    if running is None:
        raise Http404
    return ticket, running


def _say(actor: User, ticket: Ticket, running: TicketClock, verb: str, reason: str, now: datetime) -> Clock:
    message = None
    if reason.strip():
        message = say(actor=actor, ticket=ticket, body=reason.strip(), now=now, kind=Message.Kind.REASON)
    said: dict[str, Any] = {
        "clock_id": running.clock_id, "actor_id": actor.pk, "side": side_of(actor), "at": now,
        "message_id": message and message.pk,
    }  # fmt: skip
    if verb == "clock.excusal_proposed":
        clock = slo.propose_excusal(**said)
    elif verb == "clock.excusal_withdrawn":
        clock = slo.withdraw_excusal(**said)
    else:
        clock = slo.answer_excusal(**said, agreed=verb == "clock.excused")
    ticket.save(update_fields=["active_at"])
    words: dict[str, Any] = {"message_id": message.pk} if message else {}
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb=verb, subject_kind="ticket", subject_id=ticket.pk,
        at=now, objective=running.objective, number=running.number, side=side_of(actor).value, **words,
    )  # fmt: skip
    asks = (
        clock.excusal in WAITING or verb == "clock.excusal_withdrawn"
    )  # who was asked hears that it is withdrawn, too
    notices.tell(
        ticket=ticket, event=event, template="clock_excusal", now=now, standing=clock.excusal, reason=reason.strip()[:4000],
        people=notices.excusers(ticket, ours=not actor.is_valiantys) if asks else _concerned(ticket, clock),
        path=notices.verdict_path(ticket, running.objective, running.number),
    )  # fmt: skip
    return clock


def _concerned(ticket: Ticket, clock: Clock) -> list[User]:
    """Who proposed it, and who had asked."""
    excusal = history_of(clock).state.excusal
    by = [excusal.proposed.by] if excusal else []
    return [*User.objects.filter(pk__in=by), ticket.requester]
