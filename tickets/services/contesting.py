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
from tickets.models import Contest, Message, Ticket, TicketClock
from tickets.priority import Priority, is_higher
from tickets.workflow import FINAL

from .clocks import newest, owed, soonest
from .conversation import locked, say
from .handling import prioritize


@transaction.atomic
def contest(
    *, actor: User, ticket_id: int, objective: str, what: str, words: str, now: datetime, number: int | None = None
) -> Contest:
    """Contest one thing of a promise, by the key of what `contestable_of` lists; each once. `number`: which of the objective's
    clocks; the newest unless said.

    Refused: no words, a missed promise (it counts for the client as it is), what was contested before or never happened.
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "clock.contest", ticket.organization_id)
    running = newest(ticket, objective, number)
    if running is None and (objective != FIRST_RESPONSE or number is not None):
        raise Http404
    past = history_of(running.clock) if running else None
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
    number = running.number if running else None
    _told(actor, ticket, found, number, "clock.contested", message, notices.settlers(ticket), now)
    return found


@transaction.atomic
def withdraw_contest(*, actor: User, contest_id: int, reason: str, now: datetime) -> Contest:
    """Take back what the own side contests, before it is settled, with a reason that we read. It isn't contested again."""
    found, ticket = _open(actor, "clock.contest", contest_id)
    if not reason.strip():
        raise Refused(_("Say why you withdraw it: your service lead and account manager were asked, and read it."))
    return _closed(actor, ticket, found, Outcome.WITHDRAWN, reason, now)


@transaction.atomic
def settle_contest(*, actor: User, contest_id: int, outcome: str, reason: str, now: datetime) -> Contest:
    """Answer what a client contests: uphold what was done, correct it (the priority is given back, the pause ends), or concede
    that the promise counts as not kept. With a reason that the client reads; once."""
    found, ticket = _open(actor, "clock.settle", contest_id)
    if not reason.strip():
        raise Refused(_("Give a reason: the client reads it."))
    past = history_of(found.clock) if found.clock else None
    if outcome not in outcomes_of(actor, ticket, found, past.state if past else None):
        raise Refused(_("Choose how it is settled: what can’t be undone any more can be upheld or conceded."))
    if outcome == Outcome.CORRECTED:
        ticket = _corrected(actor, ticket, found, reason, now)
    return _closed(actor, ticket, found, Outcome(outcome), reason, now)


def _open(actor: User, permission: str, contest_id: int) -> tuple[Contest, Ticket]:
    """A contest that this person may end, with its request, both locked. Refused: somebody has ended it."""
    found = Contest.objects.visible_to(actor).filter(pk=contest_id).select_related("ticket").first()
    if found is None:
        raise Http404
    ticket = locked(actor, found.ticket_id)
    permissions.check(actor, permission, ticket.organization_id)
    rows = Contest.objects.select_for_update(of=("self",)).select_related("opened_by", "clock")
    found = rows.get(pk=found.pk)
    if found.outcome == Outcome.WITHDRAWN:
        raise Refused(_("This contest was withdrawn: there is nothing to settle any more."))
    if found.outcome:
        raise Refused(_("This contest is settled already: what was answered stands."))
    return found, ticket


def _closed(actor: User, ticket: Ticket, found: Contest, outcome: Outcome, reason: str, now: datetime) -> Contest:
    """With the last word, told to the other side."""
    found.answer = say(actor=actor, ticket=ticket, body=reason.strip(), now=now, kind=Message.Kind.REASON)
    found.outcome, found.settled_by, found.settled_at = outcome, actor, now
    found.save()
    link = TicketClock.objects.filter(organization_id=found.organization_id, clock=found.clock_id).first()
    withdrawn = outcome == Outcome.WITHDRAWN
    verb = "clock.contest_withdrawn" if withdrawn else "clock.contest_settled"
    people = notices.settlers(ticket) if withdrawn else [found.opened_by, ticket.requester]
    _told(actor, ticket, found, link.number if link else None, verb, found.answer, people, now)
    return found


def contestable_of(ticket: Ticket, past: History | None) -> list[Contestable]:
    """All that can be contested of a ticket's promise, the newest first, contested or not."""
    events = Event.objects.filter(
        organization_id=ticket.organization_id, subject_kind="ticket", subject_id=ticket.pk, verb="ticket.prioritized"
    ).order_by("id")
    ended = past.state.ended_at if past and past.clock.objective != FIRST_RESPONSE else None
    lowered = [
        Lowered(one.at, one.data["before"], one.data["after"])
        for one in events
        if is_higher(Priority(one.data["before"]), Priority(one.data["after"]))
        and (ended is None or one.at <= ended)  # later ones are of the clocks that follow it
    ]
    return contesting.contestable(past.state if past else None, lowered, ticket.opened_at)


def outcomes_of(actor: User, ticket: Ticket, found: Contest, state: State | None) -> list[Outcome]:
    """What this person may answer now."""
    lower = found.before and is_higher(Priority(found.before), Priority(ticket.priority))
    can_raise = bool(lower) and ticket.status not in FINAL
    can_raise = can_raise and permissions.may(actor, "ticket.prioritize", ticket.organization_id)
    return contesting.outcomes(found.about, found.happened_at, state, can_raise=can_raise)


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
    actor: User, ticket: Ticket, found: Contest, number: int | None, verb: str, message: Message, people: list[User],
    now: datetime,
) -> None:  # fmt: skip
    ticket.save(update_fields=["active_at"])
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb=verb, subject_kind="ticket", subject_id=ticket.pk,
        at=now, contest_id=found.pk, objective=found.objective, number=number, about=str(found.about), outcome=str(found.outcome),
        message_id=message.pk,
    )  # fmt: skip
    notices.tell(
        ticket=ticket, event=event, people=people, template="clock_contest", now=now, about=str(found.about),
        outcome=str(found.outcome), reason=message.body[:4000],
        path=notices.verdict_path(ticket, found.objective, number),
    )  # fmt: skip
