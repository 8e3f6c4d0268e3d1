"""A ticket's events in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from audit.models import Event
from tickets.models import Ticket
from tickets.words import PRIORITY, STATUS

VERBS = {
    "ticket.opened": gettext_lazy("%(who)s opened the request"),
    "ticket.replied": gettext_lazy("%(who)s wrote"),
    "ticket.noted": gettext_lazy("%(who)s added a note"),
    "ticket.responded": gettext_lazy("First answer by %(who)s"),
    "ticket.status_changed": gettext_lazy("%(who)s: %(after)s"),
    "ticket.resolved": gettext_lazy("%(who)s resolved the request"),
    "ticket.reopened": gettext_lazy("%(who)s reopened the request"),
    "ticket.closed": gettext_lazy("Closed by %(who)s"),
    "ticket.cancelled": gettext_lazy("%(who)s cancelled the request"),
    "ticket.prioritized": gettext_lazy("%(who)s corrected the priority: %(after)s"),
    "clock.warning": gettext_lazy("The first answer is due soon"),
    "clock.breach": gettext_lazy("The first answer is late"),
    "escalation.opened": gettext_lazy("Escalated to level %(level)s"),
    "escalation.climbed": gettext_lazy("Escalated to level %(level)s"),
    "escalation.acknowledged": gettext_lazy("%(who)s took the escalation"),
    "escalation.cause_attached": gettext_lazy("A further cause joined the escalation"),
    "escalation.closed": gettext_lazy("The escalation ended"),
    "escalation.alarmed": gettext_lazy("Nobody has taken the escalation: the top level is reminded"),
    "time.reversed": gettext_lazy("%(who)s reversed a time entry"),
}
QUIET = {"ticket.resolution_told"}


def of(user: User, ticket: Ticket, limit: int = 60) -> list[dict[str, Any]]:
    """Newest first, as this person may read it."""
    events = Event.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, subject_kind="ticket", subject_id=ticket.pk
    )
    if not user.is_valiantys:
        events = events.filter(audience="client")
    newest = list(events.exclude(verb__in=QUIET).order_by("-id")[:limit])
    ids = {one.actor_id for one in newest} | {one.data.get("after") for one in newest if one.verb == "ticket.assigned"}
    names = dict(User.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", "name"))
    return [{"at": one.at, "text": words(one, names), "internal": one.audience == "internal"} for one in newest]


def words(event: Event, names: dict[int, str]) -> str:
    """One event as a sentence; an unknown verb is shown as it is, never hidden."""
    data = event.data
    who = names.get(event.actor_id or 0, _("Total Care"))
    if event.verb == "ticket.assigned":
        whom = names.get(data.get("after"))
        return (
            _("%(who)s gave it to %(whom)s") % {"who": who, "whom": whom}
            if whom
            else _("%(who)s gave it to nobody") % {"who": who}
        )
    if event.verb == "time.logged":
        minutes = int(data.get("actual", 0))
        return ngettext("%(who)s logged %(n)d minute", "%(who)s logged %(n)d minutes", minutes) % {
            "who": who,
            "n": minutes,
        }
    after = data.get("after")
    labels: dict[Any, Any] = {**{str(k): v for k, v in STATUS.items()}, **{str(k): v for k, v in PRIORITY.items()}}
    sentence = VERBS.get(event.verb)
    if sentence is None:
        return event.verb
    return str(sentence) % {"who": who, "after": labels.get(after, after), "level": data.get("level", "")}
