"""A promise's verdict and what both sides say of it: the excusal, what is contested, and what this reader may do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from contracts.selectors import is_read_only
from portal.clocks import chip
from portal.templatetags.ui import instant
from portal.timeline import named
from portal.verdict_forms import ContestForm, ExcuseForm, ProposeForm, SettleForm, WithdrawForm
from slo.attainment import Outcome
from slo.clock import Verdict
from slo.excusal import WAITING, Said, Standing
from slo.history import History
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE
from slo.words import OBJECTIVE
from tickets import services
from tickets.contesting import About, contested_time
from tickets.models import Contest, Message, Ticket
from tickets.words import ABOUT, OUTCOME

MINUTE = timedelta(minutes=1)
EXCUSING = {"propose", "agree", "decline", "withdraw"}


@dataclass(frozen=True)
class Line:
    """One contest, with its words, its answer, the business time that it is about, and the forms to settle or withdraw it."""

    contest: Contest
    about: str
    minutes: int | None
    outcome: str
    form: SettleForm | None
    withdraw: WithdrawForm | None


def compose(
    user: User,
    ticket: Ticket,
    past: History | None,
    now: datetime,
    *,
    objective: str = FIRST_RESPONSE,
    number: int | None = None,
    act: str = "",
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The page's context. `number`: which of the objective's clocks this is. `act` and `data`: what was just sent, whose form
    comes back as it was typed."""
    state = past.state if past else None
    clock = past.clock if past else None
    read_only = is_read_only(ticket.contract)
    every = list(
        Contest.objects.visible_to(user)
        .filter(organization_id=ticket.organization_id, ticket=ticket, objective=objective)
        .select_related("message", "answer", "opened_by", "settled_by").order_by("-id")
    )  # fmt: skip
    contests = [one for one in every if one.clock_id == (clock.pk if clock else None)]
    forms = _forms(user, ticket, past, every, act, data) if not read_only else {}
    return {
        "ticket": ticket,
        "address": address(ticket, objective, number),
        "promise": named_promise(objective, number),
        "clock": chip(clock, now, state.ended_at, state.left) if clock and state else chip(None, now),
        "missed": (state is not None and state.verdict is Verdict.MISSED) or act in EXCUSING,
        "standing": state.excused.value if state else "",
        "excusal": _excusal(user, ticket, past),
        "contests": [_line(user, ticket, one, past, now, act, data, read_only=read_only) for one in contests],
        "receipt_url": f"{reverse('portal:receipt', args=[ticket.reference, objective])}?clock={clock.pk}"
        if clock
        else "",
        "read_only": read_only,
        **forms,
    }


def address(ticket: Ticket, objective: str, number: int | None = None) -> str:
    """Where a promise's verdict is: of an objective that a request has more than once, the one with this number."""
    if number is None or objective == FIRST_RESPONSE:
        return reverse("portal:verdict", args=[ticket.reference, objective])
    return reverse("portal:verdict_of", args=[ticket.reference, objective, number])


def named_promise(objective: str, number: int | None) -> str:
    """What a promise is called: by its number, too, where a request has several of its kind."""
    if number is None or objective == FIRST_RESPONSE:
        return str(OBJECTIVE[objective])
    return _("%(promise)s no. %(number)s") % {"promise": OBJECTIVE[objective], "number": number}


def note(clock: Clock | None, contested: bool) -> str:
    """What a ticket's card says beside its clock; empty when there is nothing to say."""
    words = {
        Standing.ASKS_CLIENT: _("An excusal waits for the client’s agreement."),
        Standing.ASKS_VALIANTYS: _("An excusal waits for our agreement."),
        Standing.AGREED: _("Excused by both sides: the verdict stays, and counts apart."),
        Standing.DECLINED: _("An excusal was declined."),
        Standing.WITHDRAWN: _("An excusal was withdrawn."),
    }.get(Standing(clock.excusal if clock else ""), "")
    told = [str(words), _("Contested by the client.") if contested else ""]
    return " ".join(one for one in told if one)


def _forms(
    user: User, ticket: Ticket, past: History | None, contests: list[Contest], act: str, data: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What this person may do next, as forms. What was just sent comes back, though it was overtaken: its words are kept."""
    found: dict[str, Any] = {}
    if past is not None and may(user, "clock.excuse", ticket.organization_id):
        mine = services.side_of(user)
        asks = past.state.excused == f"asks_{mine.value}"
        waits = past.state.excused in WAITING
        if (asks and act != "propose") or act in {"agree", "decline"}:
            found["excuse_form"] = ExcuseForm(data if act in {"agree", "decline"} else None, auto_id="excuse_%s")
        elif act == "propose" or (
            past.state.verdict is Verdict.MISSED and not waits and past.state.excused is not Standing.AGREED
        ):
            found["propose_form"] = ProposeForm(data if act == "propose" else None, auto_id="propose_%s")
        proposed = waits and not asks and act != "propose"
        if proposed or act == "withdraw":
            found["withdraw_form"] = WithdrawForm(data if act == "withdraw" else None, auto_id="withdraw_%s")
    choices = contestable(ticket, past, contests) if may(user, "clock.contest", ticket.organization_id) else []
    if choices or act == "contest":
        sent = data if act == "contest" else None
        found["contest_form"] = ContestForm(
            sent, choices=choices, initial={"what": choices[0][0]} if len(choices) == 1 else None, auto_id="contest_%s"
        )
    return found


def contestable(ticket: Ticket, past: History | None, contests: list[Contest]) -> list[tuple[str, str]]:
    """What can still be contested, as choices: each thing once."""
    seen = {(one.about, one.happened_at) for one in contests}
    return [
        (one.key, _("%(what)s, %(when)s") % {"what": _said(one.about), "when": instant(one.happened_at)})
        for one in services.contestable_of(ticket, past)
        if (one.about, one.happened_at) not in seen
    ]


def answers(user: User, ticket: Ticket, contest: Contest, past: History | None) -> list[tuple[str, str]]:
    """How a contest may be settled now, as choices in words."""
    words = {
        Outcome.UPHELD: _("It stays as it is"),
        Outcome.CORRECTED: _("Give the priority back")
        if contest.about == About.PRIORITY
        else _("End the pause: the clock goes on"),
        Outcome.CONCEDED: _("The client is right: it counts as not kept"),
    }
    return [
        (one.value, words[one]) for one in services.outcomes_of(user, ticket, contest, past.state if past else None)
    ]


def _said(about: str) -> str:
    return named(ABOUT, about)


def _line(
    user: User, ticket: Ticket, one: Contest, past: History | None, now: datetime, act: str,
    data: Mapping[str, Any] | None, *, read_only: bool,
) -> Line:  # fmt: skip
    form = None
    overtaken = act == f"settle-{one.pk}"
    if (not one.outcome or overtaken) and not read_only and may(user, "clock.settle", ticket.organization_id):
        sent = data if overtaken else None
        form = SettleForm(sent, choices=answers(user, ticket, one, past), auto_id=f"settle_{one.pk}_%s")
    withdraw, withdrawing = None, act == f"withdraw-{one.pk}"
    if (not one.outcome or withdrawing) and not read_only and may(user, "clock.contest", ticket.organization_id):
        withdraw = WithdrawForm(data if withdrawing else None, auto_id=f"withdraw_{one.pk}_%s")
    minutes = contested_time(past.state, one.happened_at, now) // MINUTE if past and one.about == About.PAUSE else None
    return Line(one, _said(one.about), minutes, named(OUTCOME, one.outcome), form, withdraw)


def _excusal(user: User, ticket: Ticket, past: History | None) -> list[dict[str, Any]]:
    """What was said of it, the proposal first: who, when, and the reason."""
    excusal = past.state.excusal if past else None
    if excusal is None:
        return []
    said: list[tuple[str, Said]] = [(_("%(who)s proposed to excuse it"), excusal.proposed)]
    if excusal.answered:
        words = {
            Standing.AGREED: _("%(who)s agreed: it is excused"), Standing.WITHDRAWN: _("%(who)s withdrew it"),
        }.get(excusal.standing, _("%(who)s declined"))  # fmt: skip
        said.append((words, excusal.answered))
    people = dict(User.objects.filter(pk__in=[one.by for _words, one in said]).values_list("pk", "name"))
    reasons = dict(
        Message.objects.visible_to(user)
        .filter(organization_id=ticket.organization_id, ticket=ticket, pk__in=[one.message for _words, one in said])
        .values_list("pk", "body")
    )
    return [
        {
            "text": words % {"who": people.get(one.by, _("Somebody who has left"))}, "at": one.at,
            "side": _("Valiantys") if one.side == "valiantys" else ticket.organization.name,
            "reason": reasons.get(one.message or 0, ""),
        }
        for words, one in said
    ]  # fmt: skip
