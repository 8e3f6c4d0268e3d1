"""Moving a ticket through its life, as the table of domain §3 allows."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from contracts.selectors import day_of, effective_terms
from slo import services as slo
from slo.fold import Reason
from slo.objectives import NEXT_RESPONSE
from tickets import notices, workflow
from tickets.models import Message, Ticket
from tickets.workflow import Need, Party, Refusal, Status

from . import clocks
from .attaching import Files
from .conversation import locked, say

REFUSALS = {
    Refusal.FINAL: lambda: _("This ticket is closed for good. A reply opens a new one that follows it."),
    Refusal.NOT_FROM_HERE: lambda: _("That can't follow the ticket's present status."),
    Refusal.NOT_YOURS: lambda: _("Your side can't make this change."),
    Refusal.NEEDS_QUESTION: lambda: _("Ask the client a question: they must know what we wait for."),
    Refusal.NEEDS_ANSWER: lambda: _("Answer the client before you resolve: no ticket ends without a public answer."),
    Refusal.NEEDS_REASON: lambda: _("Give a reason."),
}


def _party(actor: User | None) -> Party:
    if actor is None:
        return Party.ENGINE
    return Party.STAFF if actor.is_valiantys else Party.CLIENT


def _move(
    actor: User | None, ticket: Ticket, status: Status, now: datetime, *, has: frozenset[Need] = frozenset(),
    verb: str = "ticket.status_changed", message: Message | None = None,
) -> None:  # fmt: skip
    """Check the table, set the status with what follows from it, and remember it."""
    try:
        workflow.check(ticket.status, status, by=_party(actor), has=has)
    except workflow.WorkflowError as error:
        raise Refused(REFUSALS[error.refusal]()) from error
    before, ticket.status, ticket.active_at = ticket.status, status, now
    ticket.resolved_at = now if status == Status.RESOLVED else (ticket.resolved_at if status == Status.CLOSED else None)
    ticket.closes_at = _closes_at(ticket, now) if status == Status.RESOLVED else None
    if status in workflow.FINAL:
        ticket.closed_at = now
    clocks.moved(actor, ticket, before, now)
    ticket.save()
    record(
        organization_id=ticket.organization_id, actor_id=actor.pk if actor else None, verb=verb, subject_kind="ticket",
        subject_id=ticket.pk, at=now, before=str(before), after=status.value, message_id=message and message.pk,
    )  # fmt: skip


def _closes_at(ticket: Ticket, now: datetime) -> datetime | None:
    """When it closes by itself: after the contract's business days (domain §3); historical tickets wait for their log."""
    if ticket.organization.is_historical:
        return None
    days = int(effective_terms(ticket.contract, day_of(now))["ticket.closes_after"].value)
    return slo.close_of_business_day(slo.edition_at(ticket.contract.calendar_id, now), now, days)


def _work(actor: User, ticket_id: int, action: str = "ticket.work") -> Ticket:
    ticket = locked(actor, ticket_id)
    permissions.check(actor, action, ticket.organization_id)
    return ticket


def _need_words(body: str, files: Files) -> None:
    """Files are of a message: without one they would be dropped, and nobody told."""
    if files and not body.strip():
        raise Refused(_("Write something with your files."))


@transaction.atomic
def take(*, actor: User, ticket_id: int, now: datetime) -> Ticket:
    """Begin work; whoever begins has it, unless somebody already does. No clock stops."""
    ticket = _work(actor, ticket_id)
    if ticket.assignee_id is None:
        ticket.assignee = actor
    _move(actor, ticket, Status.IN_PROGRESS, now)
    return ticket


@transaction.atomic
def wait_for_client(
    *, actor: User, ticket_id: int, question: str, now: datetime, files: Files = (), reason: str = Reason.CLIENT,
    resume_on: date | None = None,
) -> Ticket:  # fmt: skip
    """Ask the client, publicly, and wait. The question is a reply: it stops a response's clock.

    What may pause does so until the client does anything, somebody takes up the work, or `resume_on` comes (domain §5.8);
    refused without that date where something would pause, and with one where nothing does.
    """
    ticket = _work(actor, ticket_id)
    has = frozenset({Need.QUESTION}) if question.strip() else frozenset()
    message = say(actor=actor, ticket=ticket, body=question, now=now, files=files) if has else None
    _move(actor, ticket, Status.WAITING_CLIENT, now, has=has, message=message)
    clocks.pause(actor, ticket, message, reason=reason, resume_on=resume_on, now=now)
    ticket.save(update_fields=["due_at"])
    _tell_client(actor, ticket, message, now, files)
    return ticket


def _tell_client(actor: User, ticket: Ticket, message: Message | None, now: datetime, files: Files) -> None:
    if message is None:
        return
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.replied", subject_kind="ticket",
        subject_id=ticket.pk, at=now, message_id=message.pk,
    )  # fmt: skip
    notices.tell(
        ticket=ticket,
        event=event,
        people=[ticket.requester],
        template="ticket_replied",
        now=now,
        **notices.words(message, files),
    )


@transaction.atomic
def wait_for_third_party(*, actor: User, ticket_id: int, now: datetime) -> Ticket:
    """Somebody outside has to move first."""
    ticket = _work(actor, ticket_id)
    _move(actor, ticket, Status.WAITING_THIRD_PARTY, now)
    return ticket


@transaction.atomic
def resolve(
    *, actor: User, ticket_id: int, now: datetime, answer: str = "", files: Files = (), bulk: bool = False
) -> Ticket:
    """Resolve, with a last answer or after one: nobody resolves without a public human reply (domain §5.6)."""
    ticket = _work(actor, ticket_id)
    _need_words(answer, files)
    message = say(actor=actor, ticket=ticket, body=answer, now=now, files=files, bulk=bulk) if answer.strip() else None
    open_question = any(one.objective == NEXT_RESPONSE for one in clocks.owed(ticket))
    answered = ticket.responded_at is not None and not open_question
    if ticket.assignee_id is None:
        ticket.assignee = actor
    has = frozenset({Need.ANSWER}) if answered else frozenset()
    _move(actor, ticket, Status.RESOLVED, now, has=has, verb="ticket.resolved", message=message)
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.resolution_told", subject_kind="ticket",
        subject_id=ticket.pk, audience=Audience.INTERNAL, at=now,
    )  # fmt: skip
    notices.tell(
        ticket=ticket, event=event, people=[ticket.requester], template="ticket_resolved", now=now,
        closes_at=ticket.closes_at.isoformat() if ticket.closes_at else "", **notices.words(message, files),
    )  # fmt: skip
    return ticket


@transaction.atomic
def reopen(*, actor: User, ticket_id: int, reason: str, now: datetime, files: Files = (), bulk: bool = False) -> Ticket:
    """Not solved: back to work. The client says why; a first response never restarts (domain §5.7)."""
    ticket = _work(actor, ticket_id, "ticket.settle")
    if ticket.status in workflow.OPEN:
        raise Refused(REFUSALS[Refusal.NOT_FROM_HERE]())
    if not actor.is_valiantys and not reason.strip():
        raise Refused(_("Say what is still missing."))
    _need_words(reason, files)
    message = say(actor=actor, ticket=ticket, body=reason, now=now, files=files, bulk=bulk) if reason.strip() else None
    _move(actor, ticket, Status.IN_PROGRESS, now, verb="ticket.reopened", message=message)
    if actor.is_valiantys:
        _tell_client(actor, ticket, message, now, files)
    elif message is not None:
        event = record(
            organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.replied", subject_kind="ticket",
            subject_id=ticket.pk, at=now, message_id=message.pk,
        )  # fmt: skip
        notices.tell(
            ticket=ticket, event=event, people=notices.handlers(ticket), template="ticket_replied", now=now,
            **notices.words(message, files),
        )  # fmt: skip
    return ticket


@transaction.atomic
def confirm_solved(*, actor: User, ticket_id: int, now: datetime) -> Ticket:
    """The client's "solved": closed for good."""
    ticket = _work(actor, ticket_id, "ticket.settle")
    _move(actor, ticket, Status.CLOSED, now, verb="ticket.closed")
    return ticket


@transaction.atomic
def cancel(*, actor: User, ticket_id: int, reason: str, now: datetime) -> Ticket:
    """Withdrawn, by the client or by staff, with a reason that both read. A running clock ends void (domain §5.6)."""
    ticket = _work(actor, ticket_id, "ticket.cancel")
    has = frozenset({Need.REASON}) if reason.strip() else frozenset()
    message = say(actor=actor, ticket=ticket, body=reason, now=now, kind=Message.Kind.REASON) if has else None
    clocks.withdrawn(actor, ticket, now)
    _move(actor, ticket, Status.CANCELLED, now, has=has, verb="ticket.cancelled", message=message)
    return ticket


@transaction.atomic
def close_resolved(*, now: datetime, limit: int = 200) -> int:
    """Close what the client left resolved for the contract's days; safe to run twice, and late. Returns how many."""
    due = Ticket.objects.filter(closes_at__lte=now, status=Status.RESOLVED).order_by("closes_at", "id")
    tickets = list(
        due.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("organization")[:limit]
    )
    for ticket in tickets:
        _move(None, ticket, Status.CLOSED, now, verb="ticket.closed")
    return len(tickets)
