"""A ticket's conversation as its page shows it: messages with the facts between them, and the composer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organization, User
from accounts.permissions import may
from accounts.roles import ClientRole
from audit.models import Event
from common.html import markdown
from common.sniffing import is_misnamed
from portal import timeline
from portal.clocks import Chip
from portal.templatetags.ui import duration
from tickets import workflow
from tickets.forms import ReplyForm
from tickets.models import Message, Ticket
from tickets.workflow import Status


def thread(
    said: list[Message], events: Sequence[Event], people: dict[int, str], ticket: Ticket, clock: Chip,
    answers: Mapping[datetime, str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Messages and facts in one order: a reason belongs to its fact, and is no message. `clock` is the first answer's, `answers`
    what later ones kept, by when they came."""
    reasons = {one.pk: one for one in said if one.kind == Message.Kind.REASON}
    entries = []
    for event in events:
        if event.verb in timeline.FACTS and not _said_by_a_reply(event):
            reason = reasons.pop(event.data.get("message_id") or 0, None)
            fact = {
                "symbol": timeline.FACTS[event.verb],
                "text": timeline.words(event, people),
                "at": event.at,
                "reason": markdown(reason.body) if reason else "",
            }
            entries.append(((event.at, 1, event.pk), {"fact": fact}))
    for one in said:
        if one.kind != Message.Kind.REASON:
            entries.append(((one.at, 0, one.pk), {"message": _message(one, ticket, clock, answers)}))
        elif one.pk in reasons:  # its event is older than those that were read
            text = _("%(who)s gave a reason") % {"who": one.author or _("Total Care")}
            fact = {"symbol": "flag", "text": text, "at": one.at, "reason": markdown(one.body)}
            entries.append(((one.at, 1, 0), {"fact": fact}))
    return [entry for _order, entry in sorted(entries, key=lambda pair: pair[0])]


def _said_by_a_reply(event: Event) -> bool:
    """The first answer takes a new request in progress: the reply itself says so."""
    data = event.data
    return event.verb == "ticket.status_changed" and data.get("before") == Status.NEW and "message_id" not in data


def _message(message: Message, ticket: Ticket, clock: Chip, answers: Mapping[datetime, str]) -> dict[str, Any]:
    author = message.author
    us = bool(author and author.is_valiantys)
    facts = []
    if message.is_human_answer and ticket.responded_at == message.at:
        facts.append({"symbol": "check-circle", "text": _first_answer(clock)})
    elif message.is_human_answer and message.at in answers:
        facts.append({"symbol": "check-circle", "text": answers[message.at]})
    return {
        "author": author or _("Total Care"),
        "role": author.get_staff_role_display() if author and us else ticket.organization.name,
        "us": us,
        "at": message.at,
        "internal": message.audience == "internal",
        "channel": "" if message.channel == Ticket.Channel.PORTAL else _("by %(channel)s") % {
            "channel": message.get_channel_display()
        },
        "anchor": f"message-{message.pk}",
        "body": markdown(message.body),
        "files": [_file(one, ticket) for one in message.files],
        "facts": facts,
    }  # fmt: skip


def _file(file: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    return {
        "url": reverse("tickets:attachment", args=[ticket.reference, file["id"]]),
        "name": file["name"],
        "size": file["size"],
        "misnamed": is_misnamed(file["name"], file["content_type"]),
    }


def _first_answer(clock: Chip) -> str:
    if clock.state == "met":
        return _("First answer, %(taken)s of %(target)s") % {
            "taken": duration(clock.minutes),
            "target": duration(clock.target_minutes),
        }
    if clock.state == "missed":
        return _("First answer, %(late)s late") % {"late": duration(clock.minutes)}
    return _("First answer")


def composer(user: User, ticket: Ticket, said: list[Message], *, covered: bool, owes_next: bool) -> dict[str, Any]:
    """Who will read a reply, and what it does."""
    final = ticket.status in workflow.FINAL
    draft = ReplyForm()
    files = draft.fields["attachments"]
    files.help_text, files.widget.attrs["aria-label"] = "", _("Attach files")
    return {
        "field": draft["body"],
        "files_field": draft["attachments"],
        "seen": said[-1].pk if said else "",
        "draft_key": f"ticket:{ticket.pk}",
        "readers": _readers(ticket) if user.is_valiantys else _our_readers(ticket),
        "internal_readers": _("Valiantys only: never sent to %(client)s.") % {"client": ticket.organization.name}
        if may(user, "ticket.note", ticket.organization_id)
        else "",
        "effect": _("This request is closed: your reply opens a new one that follows it.")
        if final
        else _our_effect(ticket, covered, owes_next)
        if user.is_valiantys
        else _their_effect(ticket),
        "submit": _("Send and open a new request")
        if final
        else _("Send to client")
        if user.is_valiantys
        else _("Send"),
    }


def _our_effect(ticket: Ticket, covered: bool, owes_next: bool) -> str:
    if owes_next:
        return _("It answers the client’s question: it stops that clock.")
    if ticket.responded_at:
        return _("The first answer was given before: no clock stops.")
    if not covered:
        return _("No clock runs for this request: it is not covered.")
    return _("It is the first answer: it stops the clock.")


def _their_effect(ticket: Ticket) -> str:
    if ticket.status == Status.RESOLVED:
        return _("It says that the request isn’t solved, and takes it up again.")
    if ticket.status == Status.WAITING_CLIENT:
        return _("It brings the request back to work.")
    return ""


def _readers(ticket: Ticket) -> str:
    """The requester, and how many others at the client may read this ticket."""
    members = Membership.objects.filter(organization_id=ticket.organization_id, user__is_active=True)
    sees, deciding = ticket.organization.requesters_see, ~Q(role=ClientRole.REQUESTER)
    if ticket.confidential or sees == Organization.Visibility.OWN:
        members = members.filter(deciding)
    elif sees == Organization.Visibility.TEAM:
        theirs = Membership.objects.filter(organization_id=ticket.organization_id, user=ticket.requester_id)
        members = members.filter(deciding | Q(team__in=theirs.values("team")))
    others = members.exclude(user_id=ticket.requester_id).count()
    names = {"who": ticket.requester, "n": others, "client": ticket.organization.name}
    if not others:
        return _("%(who)s will read this.") % names
    return ngettext(
        "%(who)s will read this by mail, and %(n)d other person at %(client)s here.",
        "%(who)s will read this by mail, and %(n)d other people at %(client)s here.",
        others,
    ) % names  # fmt: skip


def _our_readers(ticket: Ticket) -> str:
    if ticket.assignee and ticket.assignee.is_valiantys:
        return _("%(who)s and the consultants who serve you will read this.") % {"who": ticket.assignee}
    return _("The consultants who serve you will read this.")
