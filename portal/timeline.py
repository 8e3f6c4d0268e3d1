"""A ticket's events in words: the whole list for the timeline, the weighty ones as facts between messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import may
from audit.models import Event
from escalation.words import CAUSE
from portal.objectives import BY_OBJECTIVE, REASONS
from portal.templatetags.ui import duration, instant
from slo.objectives import FIRST_RESPONSE
from tickets.models import Ticket
from tickets.words import ABOUT, OUTCOME, PRIORITY, SCOPE, STATUS

VERBS = {
    "ticket.opened": gettext_lazy("%(who)s opened the request"),
    "ticket.replied": gettext_lazy("%(who)s wrote"),
    "ticket.noted": gettext_lazy("%(who)s added a note"),
    "ticket.responded": gettext_lazy("First answer by %(who)s"),
    "ticket.status_changed": gettext_lazy("Status set by %(who)s: %(after)s"),
    "ticket.resolved": gettext_lazy("%(who)s resolved the request"),
    "ticket.reopened": gettext_lazy("%(who)s reopened the request"),
    "ticket.closed": gettext_lazy("%(who)s closed the request"),
    "ticket.cancelled": gettext_lazy("%(who)s cancelled the request"),
    "ticket.prioritized": gettext_lazy("%(who)s corrected the priority from %(before)s to %(after)s"),
    "ticket.scope_doubted": gettext_lazy("Its words look out of scope: a consultant decides"),
    "ticket.scope_decided": gettext_lazy("Scope decided by %(who)s: %(after)s"),
    "ticket.scope_taken_back": gettext_lazy("%(who)s took the decision about the scope back: %(after)s"),
    "ticket.blocked": gettext_lazy("%(who)s said what the request waits for"),
    "ticket.unblocked": gettext_lazy("%(who)s said that the request no longer waits"),
    "ticket.answered": gettext_lazy("Answer by %(who)s to the client’s question"),
    "clock.excusal_proposed": gettext_lazy("%(who)s proposed to excuse the missed promise"),
    "clock.excusal_declined": gettext_lazy("%(who)s declined to excuse the missed promise"),
    "clock.excusal_withdrawn": gettext_lazy("%(who)s withdrew the proposal to excuse the missed promise"),
    "clock.excused": gettext_lazy("%(who)s agreed: the missed promise is excused"),
    "clock.contested": gettext_lazy("%(who)s contests the promise: %(about)s"),
    "clock.contest_settled": gettext_lazy("%(who)s settled what was contested (%(about)s): %(outcome)s"),
    "clock.contest_withdrawn": gettext_lazy("%(who)s withdrew what was contested: %(about)s"),
    "escalation.opened": gettext_lazy("Escalated to level %(level)s: %(cause)s"),
    "escalation.climbed": gettext_lazy("Escalated to level %(level)s: %(cause)s"),
    "escalation.acknowledged": gettext_lazy("%(who)s took the escalation"),
    "escalation.cause_attached": gettext_lazy("A further cause joined the escalation: %(cause)s"),
    "escalation.closed": gettext_lazy("The escalation ended"),
    "escalation.alarmed": gettext_lazy("The top level of the escalation is reminded: %(cause)s"),
    "escalation.no_ladder": gettext_lazy("No ladder to climb: the service leads were told, %(cause)s"),
    "engine.set_aside": gettext_lazy("The engine could not work its clock or escalation, and set it aside for an hour"),
    "engine.tried_again": gettext_lazy("%(who)s had the engine try it again"),
    "time.logged": gettext_lazy("%(who)s logged %(time)s"),
    "time.reversed": gettext_lazy("%(who)s reversed a time entry"),
}
QUIET = {"ticket.resolution_told"}
# Facts worth a line between messages, each with its icon; what a message already shows is not said twice.
FACTS = {
    "ticket.status_changed": "half",
    "ticket.prioritized": "flag",
    "ticket.promise_moved": "clock",
    "ticket.resolved": "check-circle",
    "ticket.reopened": "undo",
    "ticket.closed": "check",
    "ticket.cancelled": "x",
    "ticket.scope_decided": "flag",
    "ticket.scope_taken_back": "undo",
    "ticket.blocked": "pause",
    "ticket.unblocked": "right",
    "clock.breach": "alert",
    "clock.excusal_proposed": "flag",
    "clock.excusal_declined": "x",
    "clock.excusal_withdrawn": "undo",
    "clock.excused": "check",
    "clock.contested": "flag",
    "clock.contest_settled": "check",
    "clock.contest_withdrawn": "undo",
    "clock.paused": "pause",
    "clock.resumed": "right",
    "escalation.opened": "stairs",
    "escalation.climbed": "stairs",
    "escalation.acknowledged": "check",
    "escalation.alarmed": "bell",
    "escalation.closed": "stairs",
}


def events(user: User, ticket: Ticket, limit: int = 200) -> list[Event]:
    """Newest first, those that this person may read: nothing internal for clients, no hours without the right to them."""
    found = Event.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, subject_kind="ticket", subject_id=ticket.pk
    )
    if not user.is_valiantys:
        found = found.filter(audience="client")
    if not may(user, "hours.view", ticket.organization_id):
        found = found.exclude(verb__startswith="time.")
    return list(found.exclude(verb__in=QUIET).order_by("-id")[:limit])


def names(found: Iterable[Event], known: Iterable[User | None]) -> dict[int, str]:
    """Id → name of everybody whom events name; those that the page has read already cost nothing."""
    people = {one.pk: str(one) for one in known if one is not None}
    ids = {one.actor_id for one in found} | {one.data.get("after") for one in found if one.verb == "ticket.assigned"}
    missing = {pk for pk in ids if pk} - set(people)
    if missing:
        people |= dict(User.objects.filter(pk__in=missing).values_list("pk", "name"))
    return people


def of(found: Sequence[Event], people: dict[int, str], limit: int = 60) -> list[dict[str, Any]]:
    """What `components/timeline.html` shows."""
    return [{"at": one.at, "text": words(one, people), "internal": one.audience == "internal"} for one in found[:limit]]


def words(event: Event, people: dict[int, str]) -> str:
    """One event as a sentence; an unknown verb is shown as it is, never hidden."""
    data = event.data
    who = people.get(event.actor_id or 0, _("Total Care"))
    if event.verb == "ticket.assigned":
        whom = people.get(data.get("after") or 0)
        sentence = _("%(who)s gave it to %(whom)s") if whom else _("%(who)s gave it to nobody")
        return sentence % {"who": who, "whom": whom}
    if event.verb == "ticket.closed" and event.actor_id is None:
        return _("Closed by itself, with no word against it")
    by_objective = BY_OBJECTIVE.get(event.verb, {})
    sentence = VERBS.get(event.verb) or by_objective.get(data.get("objective", FIRST_RESPONSE))  # type: ignore[assignment]
    if sentence is None:
        return event.verb
    return str(sentence) % {
        "who": who,
        "before": _label(data.get("before")),
        "after": _label(data.get("after")),
        "level": data.get("level", ""),
        "cause": CAUSE.get(data.get("cause", ""), data.get("cause", "")),
        "about": named(ABOUT, data.get("about")),
        "outcome": named(OUTCOME, data.get("outcome")),
        "time": duration(data.get("actual", 0)),
        "when": instant(datetime.fromisoformat(data["resume_by"])) if "resume_by" in data else "",
        "why": REASONS.get(data.get("reason", ""), ""),
    }


def named(words: Mapping[Any, Any], value: Any) -> str:
    """A code as a table calls it; one that it doesn't know is shown as it is."""
    return str({str(code): word for code, word in words.items()}.get(value, value or ""))


def _label(value: Any) -> str:
    labels: dict[Any, Any] = {str(k): v for words in (STATUS, PRIORITY, SCOPE) for k, v in words.items()}
    return str(labels.get(value, value))
