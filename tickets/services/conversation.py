"""Saying things on a ticket: replies that the client reads, notes that only Valiantys does."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common import secrets
from common.errors import Refused
from contracts.selectors import contract_to_follow, day_of, is_read_only
from tickets import notices, response
from tickets.models import Message, Ticket
from tickets.workflow import FINAL, WAITING, Status

from . import clocks
from .attaching import Files, attach
from .opening import open_ticket


class Overtaken(Refused):
    """Somebody else answered while this was being written. `seen` is what has been read once this is shown."""

    def __init__(self, message: str, seen: int):
        super().__init__(message)
        self.seen = seen


def locked(actor: User, ticket_id: int, *, even_ended: bool = False) -> Ticket:
    """The ticket, until COMMIT, if this person sees it; else Http404. Refused once nothing carries it on (domain §1.5)."""
    try:
        ticket = Ticket.objects.visible_to(actor).locked(ticket_id)
    except Ticket.DoesNotExist:
        raise Http404 from None
    if not even_ended and is_read_only(ticket.contract):
        raise Refused(_("The contract has ended: its tickets can be read, and no longer changed."))
    return ticket


def say(
    *,
    actor: User,
    ticket: Ticket,
    body: str,
    now: datetime,
    audience: str = Audience.CLIENT,
    kind: str = Message.Kind.MESSAGE,
    channel: str = Ticket.Channel.PORTAL,
    bulk: bool = False,
    files: Files = (),
) -> Message:
    """Write one entry, with its files, on a locked ticket, and stop the clock of the response that it is, or start the next one's."""
    if found := secrets.recognise(body):
        raise Refused(secrets.warning(found))
    said = response.Utterance(
        public=audience == Audience.CLIENT,
        by_valiantys=actor.is_valiantys,
        by_machine=actor.is_automatic or channel == Ticket.Channel.API,
        is_message=kind == Message.Kind.MESSAGE,
        in_bulk=bulk,
        at=now,
    )
    answers = response.is_human_answer(said, opened_at=ticket.opened_at)
    message = Message.objects.create(
        organization_id=ticket.organization_id, ticket=ticket, author=actor, audience=audience, channel=channel, body=body,
        kind=kind, is_human_answer=answers, at=now,
    )  # fmt: skip
    attach(message, files, now)
    ticket.active_at = now
    if answers:
        clocks.answered(ticket, message, now)
    elif response.is_clients(said):
        clocks.client_wrote(actor, ticket, message, now)
    return message


@transaction.atomic
def reply(
    *,
    actor: User,
    ticket_id: int,
    body: str,
    now: datetime,
    channel: str = Ticket.Channel.PORTAL,
    bulk: bool = False,
    seen: int | None = None,
    files: Files = (),
) -> Message:
    """A public reply. A consultant's stops the first response's clock; a client's brings a waiting or resolved ticket back.

    On a closed or cancelled ticket it opens a linked new one and answers with that one's message. `seen` is the newest
    message that the writer had before the eyes: with it, a reply that crosses a colleague's is held back once (Overtaken).
    """
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.reply", ticket.organization_id)
    if not body.strip():
        raise Refused(_("Write something before sending."))
    if actor.is_valiantys and seen is not None:
        _mind_colleagues(actor, ticket, seen)
    if ticket.status in FINAL:
        return _follow_up(actor, ticket, body, now, channel, files)
    message = say(actor=actor, ticket=ticket, body=body, now=now, channel=channel, bulk=bulk, files=files)
    if not actor.is_valiantys and (ticket.status in WAITING or ticket.status == Status.RESOLVED):
        before, ticket.status = ticket.status, Status.IN_PROGRESS
        ticket.resolved_at = ticket.closes_at = None
        _status_event(actor, ticket, before, now)
        if before == Status.RESOLVED:
            clocks.moved(actor, ticket, before, now)
    elif message.is_human_answer and ticket.status == Status.NEW:
        before, ticket.status = ticket.status, Status.IN_PROGRESS
        _status_event(actor, ticket, before, now)
    works = permissions.may(actor, "ticket.work", ticket.organization_id)
    if message.is_human_answer and ticket.assignee_id is None and works:
        ticket.assignee = actor
    ticket.save()
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.replied", subject_kind="ticket",
        subject_id=ticket.pk, at=now, message_id=message.pk,
    )  # fmt: skip
    people = [ticket.requester] if actor.is_valiantys else notices.handlers(ticket)
    notices.tell(
        ticket=ticket, event=event, people=people, template="ticket_replied", now=now, **notices.words(message, files)
    )
    return message


def _mind_colleagues(actor: User, ticket: Ticket, seen: int) -> None:
    crossed = (
        Message.objects.filter(
            organization_id=ticket.organization_id, ticket=ticket, pk__gt=seen, audience=Audience.CLIENT
        )
        .exclude(author=actor)
        .select_related("author")
        .order_by("pk")
        .last()
    )
    if crossed is not None:
        raise Overtaken(
            _("%(who)s answered while you were writing. Read it, then send again if yours still holds.")
            % {"who": crossed.author or _("Somebody")},
            seen=crossed.pk,
        )


def _status_event(actor: User, ticket: Ticket, before: str, now: datetime) -> None:
    record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.status_changed", subject_kind="ticket",
        subject_id=ticket.pk, at=now, before=str(before), after=str(ticket.status),
    )  # fmt: skip


def _follow_up(actor: User, ticket: Ticket, body: str, now: datetime, channel: str, files: Files) -> Message:
    """Closed is final: the reply opens a new ticket that follows the old one (domain §3)."""
    new = open_ticket(
        actor=actor, organization=ticket.organization, contract=contract_to_follow(ticket.contract, day_of(now)),
        subject=ticket.subject, body=body,
        impact=ticket.impact, urgency=ticket.urgency, request_type=ticket.request_type, channel=channel, now=now,
        confidential=ticket.confidential, requester=ticket.requester if actor.is_valiantys else actor, follows=ticket,
        files=files,
    )  # fmt: skip
    message: Message = Message.objects.filter(organization_id=new.organization_id, ticket=new).latest("pk")
    message.ticket = new
    return message


@transaction.atomic
def note(*, actor: User, ticket_id: int, body: str, now: datetime, files: Files = ()) -> Message:
    """An internal note: Valiantys's people read it, no client's scope can. It answers nothing and moves nothing."""
    ticket = locked(actor, ticket_id)
    permissions.check(actor, "ticket.note", ticket.organization_id)
    if not body.strip():
        raise Refused(_("Write something before saving the note."))
    message = say(actor=actor, ticket=ticket, body=body, now=now, audience=Audience.INTERNAL, files=files)
    ticket.save(update_fields=["active_at"])
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="ticket.noted", subject_kind="ticket",
        subject_id=ticket.pk, audience=Audience.INTERNAL, at=now, message_id=message.pk,
    )  # fmt: skip
    people = [ticket.assignee] if ticket.assignee else []
    notices.tell(
        ticket=ticket, event=event, people=people, template="ticket_noted", now=now, **notices.words(message, files)
    )
    return message
