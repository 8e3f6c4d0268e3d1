"""Everything a ticket page shows, composed from the apps that know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from audit.models import Event
from contracts.models import Contract
from contracts.selectors import is_read_only
from escalation.forms import AcknowledgeForm, PersistForm
from escalation.selectors import LadderView, ladder_for, may_take
from portal import conversation, ticket_scope, timeline, verdicts
from portal.selectors.hours import hours_line
from portal.templatetags.ui import instant
from portal.ticket_clocks import TicketClocks, corrections
from slo.objectives import FIRST_RESPONSE
from tickets import workflow
from tickets.forms import AssignForm, PriorityForm, TimeForm
from tickets.models import Ticket, WorkLog
from tickets.scoping import takes_time
from tickets.selectors import conversation as everything_said
from tickets.status_form import ActionForm
from tickets.workflow import Party, Status

ACTIONS = {
    Status.IN_PROGRESS: "take",
    Status.WAITING_CLIENT: "wait_for_client",
    Status.WAITING_THIRD_PARTY: "wait_for_third_party",
    Status.RESOLVED: "resolve",
    Status.CLOSED: "confirm_solved",
    Status.CANCELLED: "cancel",
}
PERMISSIONS = {"cancel": "ticket.cancel", "confirm_solved": "ticket.settle", "reopen": "ticket.settle"}
NEEDS_WORDS = {"wait_for_client", "resolve", "reopen", "cancel"}
ENDED = {"clock.contest_settled", "clock.contest_withdrawn"}
UPDATE = timedelta(hours=3)  # after the full hour: what is proposed as the next update, to be changed at will
# The first that applies stands out: what a page hopes for next.
PRIMARY = {Status.NEW: "take", Status.RESOLVED: "confirm_solved"}


def compose(user: User, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The page's context: conversation, composer, allowed actions, promise and receipt, scope, hours, people, timeline."""
    organization_id = ticket.organization_id
    clocks = TicketClocks(ticket, now)
    leader = clocks.leader.clock if clocks.leader else None
    said = everything_said(user, ticket)
    events = timeline.events(user, ticket)
    people = timeline.names(events, [user, ticket.requester, ticket.assignee, *(one.author for one in said)])
    can = {
        name: may(user, action, organization_id)
        for name, action in {
            "note": "ticket.note", "assign": "ticket.assign", "prioritize": "ticket.prioritize", "log": "time.log",
            "reverse": "time.reverse", "persist": "ticket.persist", "see_hours": "hours.view",
        }.items()
    }  # fmt: skip
    can["log"] = can["log"] and takes_time(ticket.scope)
    final = ticket.status in workflow.FINAL
    read_only = ticket.contract.status == Contract.Status.ENDED and is_read_only(ticket.contract)
    moving = not final and not read_only
    ladder = ladder_for(ticket)
    moves = [] if read_only else actions(user, ticket, clocks)
    shortcuts = _shortcuts(user, {**can, "assign": can["assign"] and moving})
    promises_url = reverse("portal:promises", args=[ticket.contract_id])
    return {
        "ticket": ticket,
        "follows": _follows(user, ticket),
        "followed_by": _followed_by(user, ticket) if final else [],
        "clock": clocks.shown,
        "receipt": clocks.receipt(corrections(events), promises_url),
        "broken": clocks.is_broken,
        "verdict_url": verdicts.address(ticket, leader.objective if leader else FIRST_RESPONSE, clocks.number),
        "verdict_note": verdicts.note(leader, contested(events)),
        "promises": clocks.lines(),
        "paused": clocks.paused,
        "uncovered": clocks.uncovered(promises_url),
        "thread": conversation.thread(said, events, people, ticket, clocks.first, clocks.answers()),
        "composer": None if read_only else conversation.composer(
            user, ticket, said, covered=bool(clocks.pasts), owes_next=clocks.owes_next
        ),
        "actions": moves,
        "assign": AssignForm(ticket=ticket, auto_id="assign_%s") if can["assign"] and moving else None,
        "prioritize": PriorityForm(initial={"priority": ticket.priority}, auto_id="priority_%s")
        if can["prioritize"] and moving
        else None,
        "hours": _hours(user, ticket, now) if can["see_hours"] else None,
        "scope": ticket_scope.scope(user, ticket, moving=moving),
        "waits": ticket_scope.waits(user, ticket, now, moving=moving),
        "ladder": ladder,
        "standing": _standing(ladder, now),
        "take": _take(user, ladder, now),
        "persist": PersistForm(auto_id="persist_%s")
        if can["persist"] and not read_only and ticket.status in workflow.OPEN
        else None,
        "can": can,
        "final": final,
        "read_only": read_only,
        "promises_url": promises_url,
        "events": timeline.of(events, people),
        "shortcuts": shortcuts,
        "page_actions": [] if read_only else _page_actions(shortcuts, moves),
        "now": now,
    }  # fmt: skip


def actions(user: User, ticket: Ticket, clocks: TicketClocks) -> list[dict[str, Any]]:
    """The next allowed moves for this person, as buttons; those that need words come with their form."""
    party = Party.STAFF if user.is_valiantys else Party.CLIENT
    buttons = []
    for status in workflow.moves(ticket.status, by=party):
        name = ACTIONS[status]
        if status == Status.IN_PROGRESS and ticket.status == Status.RESOLVED:
            name = "reopen"
        if name == "take" and party is Party.CLIENT:
            continue  # a client's reply brings it back; there is nothing else to say
        if may(user, PERMISSIONS.get(name, "ticket.work"), ticket.organization_id):
            buttons.append(_button(name, ticket, clocks))
    return sorted(buttons, key=lambda button: (not button["primary"], button["name"] == "cancel"))


def _button(name: str, ticket: Ticket, clocks: TicketClocks) -> dict[str, Any]:
    form = None
    if name in NEEDS_WORDS:
        form = ActionForm(initial={"action": name}, auto_id=f"{name}_%s", pausing=clocks.may_pause)
    if form is not None:
        owes = not ticket.responded_at or clocks.owes_next
        form.fields["text"].required = name != "resolve" or owes
        if name == "resolve" and owes:
            form.fields["text"].label = _("Your answer to the client")
    return {
        "name": name,
        "label": _label(name, ticket),
        "primary": PRIMARY.get(Status(ticket.status)) == name,
        "form": form,
        "text": _effect(name, ticket, clocks) if form else "",
        "url": f"{reverse('tickets:act', args=[ticket.reference])}?action={name}",
    }


def _label(name: str, ticket: Ticket) -> str:
    waiting = ticket.status in workflow.WAITING
    return {
        "take": _("Back to work") if waiting else _("Start work"),
        "wait_for_client": _("Wait for client"),
        "wait_for_third_party": _("Wait for third party"),
        "resolve": _("Resolve"),
        "reopen": _("Not solved"),
        "confirm_solved": _("Solved"),
        "cancel": _("Cancel the request"),
    }[name]


def _effect(name: str, ticket: Ticket, clocks: TicketClocks) -> str:
    """What the words do, said before they are sent."""
    stops = "" if ticket.responded_at else " " + _("It is the first answer: it stops the clock.")
    stops = " " + _("It answers the client’s question: it stops that clock.") if clocks.owes_next else stops
    client = ticket.organization.name
    if name == "wait_for_client":
        return _("%(client)s reads your question, and any answer brings the request back.") % {"client": client} + stops
    if name == "resolve" and ticket.responded_at and not clocks.owes_next:
        return _("%(client)s reads it, and says whether it is solved. It closes by itself if nobody does.") % {
            "client": client
        }
    if name == "resolve":
        return _("%(client)s reads it, and says whether it is solved.") % {"client": client} + stops
    if name == "reopen":
        return _("The request goes back to work. Its first answer was given, so that clock does not start again.")
    return _(
        "Cancelled is final, and a running clock ends void. A reply later opens a new request that follows this one."
    )


def contested(events: Sequence[Event]) -> bool:
    """Whether something of its promise is contested and not settled, as its events say."""
    settled = {one.data.get("contest_id") for one in events if one.verb in ENDED}
    return any(one.verb == "clock.contested" and one.data.get("contest_id") not in settled for one in events)


def _hours(user: User, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Time on this ticket, and what its contract has left."""
    logs = WorkLog.objects.visible_to(user).filter(organization_id=ticket.organization_id, ticket=ticket)
    entries = list(logs.select_related("author").order_by("-id"))
    standing = [one for one in entries if one.reversed_at is None]
    form = None
    if may(user, "time.log", ticket.organization_id) and takes_time(ticket.scope):
        form = TimeForm(initial={"worked_on": timezone.localdate(now)}, auto_id="time_%s")
        form.fields["duration"].widget.attrs |= {"data-key": "t", "autocomplete": "off"}
        form.fields["worked_on"].widget.attrs |= {"max": timezone.localdate(now).isoformat()}
    return {
        "contract": hours_line(ticket.contract, getattr(ticket.contract, "hours", None), awaiting=0),
        "entries": entries,
        "billable": sum(one.billable_minutes for one in standing),
        "actual": sum(one.actual_minutes for one in standing),
        "awaiting": sum(one.awaiting_minutes for one in standing),
        "outside": not takes_time(ticket.scope),
        "form": form,
    }


def _standing(ladder: LadderView, now: datetime) -> str:
    """Where the open escalation stands, in a sentence."""
    one = ladder.escalation
    if one is None:
        return ""
    if one.acknowledged_by is not None and one.update_by is not None:
        return _("%(who)s has taken it, and promised an update by %(when)s.") % {
            "who": one.acknowledged_by,
            "when": instant(one.update_by),
        }
    if one.acknowledge_by is None:
        return _("It stands at level %(level)s, and nobody has taken it yet.") % {"level": one.level}
    words = {"level": one.level, "when": instant(one.acknowledge_by)}
    if one.acknowledge_by < now:
        return _("Nobody has taken it: level %(level)s had until %(when)s.") % words
    if one.level == max((rung.position for rung in ladder.levels), default=0):
        return (
            _("Level %(level)s, the highest, has until %(when)s to take it; after that it is reminded daily.") % words
        )
    return _("Level %(level)s has until %(when)s to take it; after that it climbs.") % words


def _take(user: User, ladder: LadderView, now: datetime) -> AcknowledgeForm | None:
    """The form by which this person takes the open escalation."""
    if ladder.escalation is None or ladder.acknowledged_by is not None:
        return None
    if not may_take(user, ladder.escalation, ladder):
        return None
    soon = now.replace(minute=0, second=0, microsecond=0) + UPDATE
    return AcknowledgeForm(initial={"update_by": soon}, auto_id="acknowledge_%s")


def _follows(user: User, ticket: Ticket) -> Ticket | None:
    """The closed request whose reply opened this one."""
    before = ticket.follows
    if before is not None:
        before.organization = ticket.organization
    return before


def _followed_by(user: User, ticket: Ticket) -> list[Ticket]:
    """The requests that its later replies opened."""
    later = Ticket.objects.visible_to(user).filter(organization_id=ticket.organization_id, follows=ticket)
    return list(later.select_related("organization").order_by("id")[:10])


def _shortcuts(user: User, can: dict[str, bool]) -> list[dict[str, Any]]:
    keys = [{"keys": ["R"], "label": _("Reply")}]
    if can["note"]:
        keys.append({"keys": ["N"], "label": _("Internal note")})
    if can["log"]:
        keys.append({"keys": ["T"], "label": _("Log time")})
    if can["assign"]:
        keys.append({"keys": ["A"], "label": _("Assign")})
    return keys


def _page_actions(shortcuts: list[dict[str, Any]], moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the palette offers to do here: the page's keys, and the next allowed moves."""
    keys = [{"label": one["label"], "press": one["keys"][0].lower()} for one in shortcuts]
    opened = [
        {"label": one["label"], "url": one["url"], "opens": f"act-{one['name']}" if one["form"] else ""}
        for one in moves
    ]
    return [*keys, *opened]
