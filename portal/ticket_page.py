"""Everything a ticket page shows, composed from the apps that know it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from common.html import markdown
from portal import timeline
from portal.clocks import NOT_COVERED, chip, receipt
from portal.selectors.home import Hours, hours
from portal.selectors.queue import clocks_of
from tickets import workflow
from tickets.forms import AssignForm, PriorityForm, ReplyForm, TimeForm
from tickets.models import Message, Ticket, WorkLog
from tickets.selectors import conversation
from tickets.words import PRIORITY, STATUS
from tickets.workflow import Party, Status

ACTIONS = {
    Status.IN_PROGRESS: "take",
    Status.WAITING_CLIENT: "wait_for_client",
    Status.WAITING_THIRD_PARTY: "wait_for_third_party",
    Status.RESOLVED: "resolve",
    Status.CLOSED: "confirm_solved",
    Status.CANCELLED: "cancel",
}
NEEDS_WORDS = {"wait_for_client", "resolve", "reopen", "cancel"}


def compose(user: User, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The page's context: conversation, composer, allowed actions, promise and receipt, hours, people, timeline."""
    organization_id = ticket.organization_id
    clock = clocks_of([ticket]).get(ticket.pk)
    said = conversation(user, ticket)
    logs = WorkLog.objects.visible_to(user).filter(organization_id=organization_id, ticket=ticket)
    can = {
        name: may(user, action, organization_id)
        for name, action in {
            "note": "ticket.note", "assign": "ticket.assign", "prioritize": "ticket.prioritize", "log": "time.log",
            "reverse": "time.reverse", "persist": "ticket.persist", "see_hours": "hours.view",
        }.items()
    }  # fmt: skip
    final = ticket.status in workflow.FINAL
    return {
        "ticket": ticket,
        "status_words": STATUS[Status(ticket.status)],
        "priority_words": PRIORITY[ticket.priority],  # type: ignore[index]
        "clock": chip(clock, now) if clock else NOT_COVERED,
        "receipt": receipt(clock, ticket.reference, now) if clock else None,
        "messages_said": [_message(one, ticket) for one in said],
        "reply": ReplyForm(initial={"seen": said[-1].pk if said else None}),
        "seen": said[-1].pk if said else "",
        "actions": actions(user, ticket),
        "assign": AssignForm(ticket=ticket) if can["assign"] and not final else None,
        "prioritize": PriorityForm(initial={"priority": ticket.priority}) if can["prioritize"] and not final else None,
        "log_time": TimeForm(initial={"worked_on": timezone.localdate(now)}) if can["log"] else None,
        "logs": list(logs.select_related("author").order_by("-id")) if can["see_hours"] else [],
        "hours": _hours_of(user, ticket) if can["see_hours"] else None,
        "can": can,
        "final": final,
        "events": timeline.of(user, ticket),
        "answer_stops_clock": ticket.responded_at is None and clock is not None and user.is_valiantys,
        "now": now,
    }


def actions(user: User, ticket: Ticket) -> list[dict[str, Any]]:
    """The next allowed moves for this person, as buttons; those that need words open their form."""
    party = Party.STAFF if user.is_valiantys else Party.CLIENT
    permission = {
        "take": "ticket.work",
        "cancel": "ticket.cancel",
        "confirm_solved": "ticket.settle",
        "reopen": "ticket.settle",
    }
    buttons = []
    for status in workflow.moves(ticket.status, by=party):
        name = ACTIONS[status]
        if status == Status.IN_PROGRESS and ticket.status == Status.RESOLVED:
            name = "reopen"
        if name == "resolve" and ticket.responded_at is None:
            continue  # nobody resolves before an answer; the composer is where to begin
        if may(user, permission.get(name, "ticket.work"), ticket.organization_id) and (
            party is Party.STAFF or name != "take"
        ):
            buttons.append({"name": name, "label": _label(name, ticket), "needs_words": name in NEEDS_WORDS})
    return buttons


def _label(name: str, ticket: Ticket) -> str:
    waiting = ticket.status in workflow.WAITING
    return {
        "take": _("Back to work") if waiting else _("Start work"),
        "wait_for_client": _("Wait for client"),
        "wait_for_third_party": _("Wait for third party"),
        "resolve": _("Resolve"),
        "reopen": _("Not solved"),
        "confirm_solved": _("Solved"),
        "cancel": _("Cancel"),
    }[name]


def _message(message: Message, ticket: Ticket) -> dict[str, Any]:
    author = message.author
    us = bool(author and author.is_valiantys)
    facts = []
    if message.is_human_answer and ticket.responded_at == message.at:
        facts.append({"symbol": "check-circle", "text": _("First answer")})
    return {
        "author": author or _("Total Care"),
        "role": author.get_staff_role_display() if author and us else ticket.organization.name,
        "us": us,
        "at": message.at,
        "internal": message.audience == "internal",
        "reason": message.kind == Message.Kind.REASON,
        "anchor": f"message-{message.pk}",
        "body": markdown(message.body),
        "facts": facts,
    }


def _hours_of(user: User, ticket: Ticket) -> Hours | None:
    return next((one for one in hours(user) if one.contract.pk == ticket.contract_id), None)
