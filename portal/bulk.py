"""What is done to the requests chosen in the queue: what is asked for first, the act itself, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, QueryDict
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.models import User
from accounts.permissions import ACTIONS, check_staff
from common.errors import Refused
from portal.selectors.queue import Filters
from tickets import services
from tickets.forms import AssignManyForm, PriorityForm, ResolveManyForm
from tickets.models import Ticket
from tickets.rehearsal import Rehearsal, by_reason
from tickets.selectors import chosen
from tickets.services import Change, Outcome
from tickets.words import PRIORITY
from tickets.workflow import OPEN

UNDO = timedelta(minutes=10)
FEW = 20  # requests whose correction is shown as soon as it is chosen
PERMISSIONS = {"assign": "ticket.assign", "prioritize": "ticket.prioritize", "resolve": "ticket.work"}
ACTS: Mapping[str, Callable[..., Outcome]] = {
    "assign": services.assign_many,
    "prioritize": services.prioritize_many,
    "resolve": services.resolve_many,
}
TITLES = {
    "assign": ngettext_lazy("Assign %(n)d request", "Assign %(n)d requests", "n"),
    "prioritize": ngettext_lazy("Correct the priority of %(n)d request", "Correct the priority of %(n)d requests", "n"),
    "resolve": ngettext_lazy("Resolve %(n)d request", "Resolve %(n)d requests", "n"),
}


@dataclass(frozen=True)
class Step:
    """An action on chosen requests, with the form it asks for."""

    action: str
    tickets: list[Ticket]
    form: forms.Form
    back: Filters

    @property
    def title(self) -> str:
        """What it does, to how many."""
        return str(TITLES[self.action] % {"n": len(self.tickets)})

    @property
    def submit(self) -> str:
        """The word on its button."""
        return {"assign": _("Assign"), "prioritize": _("Correct the priority"), "resolve": _("Resolve")}[self.action]

    @property
    def text(self) -> str:
        """What it does, said before."""
        if self.action == "resolve":
            return _("Each client is told, and says whether it is solved. Nothing written here is a first answer.")
        if self.action == "prioritize":
            return _("Due times move as the contract says, and each client reads the reason.")
        return _("Whoever gets them is told. No clock stops.")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The chosen requests, each with why it can't take part, where that is known already."""
        return [{"ticket": one, "note": self._note(one)} for one in self.tickets]

    def _note(self, ticket: Ticket) -> str:
        if self.action == "resolve" and ticket.status in OPEN and ticket.responded_at is None:
            return _("no answer yet: it stays open")
        return "" if ticket.status in OPEN else _("done already")

    def do(self, actor: User, now: datetime) -> Outcome | None:
        """The act. None when the form is wrong or everything was refused: the form says why, and keeps what was typed."""
        if not self.form.is_valid():
            return None
        ids = [one.pk for one in self.tickets]
        outcome = ACTS[self.action](actor=actor, ticket_ids=ids, now=now, **self.form.cleaned_data)
        if not outcome.changes:
            for reason in by_reason(outcome.refused):
                self.form.add_error(None, reason)
            return None
        return outcome

    @property
    def shows_at_once(self) -> bool:
        """Whether a choice alone asks what it would do: of many requests that takes a while, and their locks."""
        return len(self.tickets) <= FEW

    def foresee(self, actor: User, now: datetime) -> Rehearsal | None:
        """What a correction would do, and nothing done. None when the form is wrong, or the action moves no promise."""
        if not isinstance(self.form, PriorityForm) or not self.form.is_valid():
            return None
        ids = [one.pk for one in self.tickets]
        return services.rehearse_priority(
            actor=actor, ticket_ids=ids, priority=self.form.cleaned_data["priority"], now=now
        )

    def said(self, outcome: Outcome) -> str:
        """What was done, in a sentence."""
        n, data = len(outcome.changes), self.form.cleaned_data
        if self.action == "prioritize":
            said = ngettext("Priority of %(n)d request: %(what)s.", "Priority of %(n)d requests: %(what)s.", n)
            return said % {"n": n, "what": PRIORITY[data["priority"]]}
        if self.action == "resolve":
            return ngettext("%(n)d request resolved.", "%(n)d requests resolved.", n) % {"n": n}
        if data["assignee"] is None:
            return ngettext("%(n)d request has nobody now.", "%(n)d requests have nobody now.", n) % {"n": n}
        said = ngettext("%(n)d request assigned to %(who)s.", "%(n)d requests assigned to %(who)s.", n)
        return said % {"n": n, "who": data["assignee"]}


def may_act(user: User) -> bool:
    """Whether this person chooses rows at all."""
    return all(user.staff_role in ACTIONS[action] for action in PERMISSIONS.values())


def step_of(user: User, query: QueryDict, *, sent: bool) -> Step:
    """What a page or a form asks for. Http404 for clients and for a request that is not in sight; Refused says what to do."""
    action = query.get("action", "")
    check_staff(user, PERMISSIONS.get(action, "ticket.work"))
    ids = query.getlist("selected")
    if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in ids):
        raise Http404
    tickets = chosen(user, services.check_number(map(int, ids)))
    if action not in ACTS:
        raise Refused(_("Say what to do with the requests that you chose."))
    return Step(
        action, tickets, _form(action, user, tickets, query if sent else None), Filters.at(query.get("back", ""))
    )


def _form(action: str, user: User, tickets: list[Ticket], data: QueryDict | None) -> forms.Form:
    if action == "assign":
        return AssignManyForm(data, actor=user, tickets=tickets, auto_id="bulk_%s")
    if action == "resolve":
        return ResolveManyForm(data, auto_id="bulk_%s")
    form = PriorityForm(data, auto_id="bulk_%s")
    form.fields["priority"].choices = [("", _("Choose one")), *PRIORITY.items()]  # type: ignore[attr-defined]
    return form


def left(outcome: Outcome) -> str:
    """Which requests stay as they were, and why; empty when none does."""
    n = len(outcome.refused)
    words = ngettext("%(n)d request stays as it was.", "%(n)d requests stay as they were.", n) % {"n": n}
    return " ".join([words, *by_reason(outcome.refused)]) if n else ""


def receipt(action: str, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """What the session keeps for "Undo": never more than the last action."""
    changes = [list(asdict(one).values()) for one in outcome.changes]
    return {"key": get_random_string(12), "action": action, "changes": changes, "until": (now + UNDO).isoformat()}


def take_back(actor: User, kept: Mapping[str, Any] | None, key: str, now: datetime) -> Outcome:
    """Undo what the receipt says; Refused when it is another one's, or too old."""
    if not kept or kept["key"] != key or datetime.fromisoformat(kept["until"]) < now:
        raise Refused(_("That can't be undone any more. Change the requests one by one, or choose them again."))
    changes = [Change(*one) for one in kept["changes"]]
    return services.undo_many(actor=actor, action=kept["action"], changes=changes, now=now)


def said_of_undo(outcome: Outcome) -> str:
    """What was taken back; empty when nothing could be."""
    n = len(outcome.changes)
    said = ngettext("Undone for %(n)d request.", "Undone for %(n)d requests.", n) % {"n": n}
    return said if n else ""
