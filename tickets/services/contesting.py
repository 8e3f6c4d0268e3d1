"""What a client contests of a promise, and our answer: in words, once, and counted apart until it is settled (domain §5.7, §5.8)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Event
from audit.services import record
from common.errors import Refused
from slo import services as slo
from slo.attainment import Outcome
from slo.fold import Resumed, State
from slo.history import History, history_of
from slo.objectives import FIRST_RESPONSE
from tickets import contesting, notices
from tickets.contesting import About, Contestable, Lowered
from tickets.models import Contest, Message, Ticket
from tickets.priority import Priority, is_higher
from tickets.workflow import FINAL

from .clocks import newest, owed, soonest
from .conversation import locked, say
from .handling import prioritize


@transaction.atomic
def contest(*, actor: User, ticket_id: int, objective: str, what: str, words: str, now: datetime) -> Contest:
    """Contest one thing of a promise, by the key of what `contestable_of` lists; each once.

    Refused: no words, a missed promise (it counts for the client as it is), what was contested before or never happened.
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "clock.contest", ticket.organization_id)
    past = _history(ticket, objective)
    one = next((one for one in contestable_of(ticket, past) if one.key == what), None)
    if past is not None and past.state.verdict == "missed":
        raise Refused(
            _("This promise is missed, and counts as missed: there is nothing to contest. You can agree to excuse it.")
        )
    if one is None:
        raise Refused(_("Choose what you contest: a lowered priority, a pause, or the verdict once there is one."))
    if not words.strip():
        raise Refused(_("Say why, in your own words: whoever answers reads it first."))
    message = say(actor=actor, ticket=ticket, body=words.strip(), now=now, kind=Message.Kind.REASON)
    found = Contest(
        organization_id=ticket.organization_id, ticket=ticket, objective=objective, clock=past.clock if past else None,
        about=one.about, happened_at=one.happened_at, before=one.before, message=message, opened_by=actor, opened_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("This was contested before: the answer stands below, or is still to come.")) from error
    _told(actor, ticket, found, "clock.contested", message, notices.settlers(ticket), now)
    return found


@transaction.atomic
def settle_contest(*, actor: User, contest_id: int, outcome: str, reason: str, now: datetime) -> Contest:
    """Answer what a client contests: uphold what was done, correct it (the priority is given back, the pause ends), or concede
    that the promise counts as not kept. With a reason that the client reads; once."""
    found = Contest.objects.visible_to(actor).filter(pk=contest_id).select_related("ticket").first()
    if found is None:
        raise Http404
    ticket = locked(actor, found.ticket_id)
    permissions.check(actor, "clock.settle", ticket.organization_id)
    found = Contest.objects.select_for_update(of=("self",)).select_related("opened_by").get(pk=found.pk)
    if found.outcome:
        raise Refused(_("This contest is settled already: what was answered stands."))
    if not reason.strip():
        raise Refused(_("Give a reason: the client reads it."))
    past = _history(ticket, found.objective)
    if outcome not in outcomes_of(actor, ticket, found, past.state if past else None):
        raise Refused(_("Choose how it is settled: what can’t be undone any more can be upheld or conceded."))
    if outcome == Outcome.CORRECTED:
        ticket = _corrected(actor, ticket, found, reason, now)
    found.answer = say(actor=actor, ticket=ticket, body=reason.strip(), now=now, kind=Message.Kind.REASON)
    found.outcome, found.settled_by, found.settled_at = outcome, actor, now
    found.save()
    _told(actor, ticket, found, "clock.contest_settled", found.answer, [found.opened_by, ticket.requester], now)
    return found


def contestable_of(ticket: Ticket, past: History | None) -> list[Contestable]:
    """All that can be contested of a ticket's promise, the newest first, contested or not."""
    events = Event.objects.filter(
        organization_id=ticket.organization_id, subject_kind="ticket", subject_id=ticket.pk, verb="ticket.prioritized"
    ).order_by("id")
    lowered = [
        Lowered(one.at, one.data["before"], one.data["after"])
        for one in events
        if is_higher(Priority(one.data["before"]), Priority(one.data["after"]))
    ]
    return contesting.contestable(past.state if past else None, lowered, ticket.opened_at)


def outcomes_of(actor: User, ticket: Ticket, found: Contest, state: State | None) -> list[Outcome]:
    """What this person may answer now."""
    lower = found.before and is_higher(Priority(found.before), Priority(ticket.priority))
    can_raise = bool(lower) and ticket.status not in FINAL
    can_raise = can_raise and permissions.may(actor, "ticket.prioritize", ticket.organization_id)
    return contesting.outcomes(found.about, found.happened_at, state, can_raise=can_raise)


def _history(ticket: Ticket, objective: str) -> History | None:
    """What happened to the ticket's clock; None for a first answer that nothing promises, Http404 for another objective."""
    running = newest(ticket, objective)
    if running is None and objective != FIRST_RESPONSE:
        raise Http404
    return history_of(running.clock) if running else None


def _corrected(actor: User, ticket: Ticket, found: Contest, reason: str, now: datetime) -> Ticket:
    """What was done is undone, as far as the clock's rule goes."""
    if found.about == About.PRIORITY:
        return prioritize(actor=actor, ticket_id=ticket.pk, priority=found.before, reason=reason, now=now)
    assert found.clock_id is not None  # noqa: S101 - a pause is a clock's
    slo.resume_clock(clock_id=found.clock_id, by=Resumed.PERSON, at=now, actor_id=actor.pk)
    ticket.due_at = soonest(one.clock for one in owed(ticket))
    ticket.save(update_fields=["due_at"])
    return ticket


def _told(
    actor: User, ticket: Ticket, found: Contest, verb: str, message: Message, people: list[User], now: datetime
) -> None:
    ticket.save(update_fields=["active_at"])
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb=verb, subject_kind="ticket", subject_id=ticket.pk,
        at=now, contest_id=found.pk, objective=found.objective, about=str(found.about), outcome=str(found.outcome),
        message_id=message.pk,
    )  # fmt: skip
    notices.tell(
        ticket=ticket, event=event, people=people, template="clock_contest", now=now, about=str(found.about),
        outcome=str(found.outcome), reason=message.body[:4000],
        path=f"/tickets/{ticket.reference}/clocks/{found.objective}/verdict/",
    )  # fmt: skip
