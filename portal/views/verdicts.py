"""A promise's verdict: excusing it, contesting it, settling what is contested, on one page that works without script; and, over
all clients, those that wait for a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import check, check_staff
from accounts.requests import Request
from common.errors import Refused
from portal import verdicts
from portal.selectors.queue import clients, histories_of
from portal.selectors.unsettled import unsettled as waiting
from slo.history import History
from slo.objectives import FIRST_RESPONSE
from tickets import services
from tickets.models import Ticket
from tickets.selectors import ticket_by_reference

PERMISSIONS = {"contest": "clock.contest", "settle": "clock.settle"}


@login_required
@require_GET
def unsettled(request: Request) -> HttpResponse:
    """What clients contest and which excusals wait, of all that one serves."""
    check_staff(request.user, "clock.settle")
    offered = clients(request.user, request.GET.get("client", ""))
    return render(request, "portal/unsettled.html", waiting(request.user, request.GET, offered, request.now))


@login_required
@require_http_methods(["GET", "POST"])
def verdict(request: Request, reference: str, objective: str, number: int | None = None) -> HttpResponse:
    """What became of a promise, the newest of its objective or the one with this number, and what both sides say of it."""
    ticket = ticket_by_reference(request.user, reference)
    past, number = _promise(ticket, objective, number)
    act = request.POST.get("act", "")
    if request.method == "POST":
        check(request.user, _permission(act), ticket.organization_id)
    context = verdicts.compose(
        request.user, ticket, past, request.now, objective=objective, number=number, act=act, data=request.POST or None
    )
    if request.method == "POST":
        form, done = _form(context, act)
        if form.is_valid():
            try:
                _does(request, ticket.pk, objective, number, act)(form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, done)
                return redirect(context["address"])
    return render(request, "portal/verdict.html", context, status=422 if request.method == "POST" else 200)


def _promise(ticket: Ticket, objective: str, number: int | None) -> tuple[History | None, int | None]:
    """What happened to one of a ticket's clocks, and its number; no clock, and none, for a first answer that nothing promises."""
    pasts = [one for one in histories_of(ticket) if one.clock.objective == objective]
    if not pasts and objective == FIRST_RESPONSE and number is None:
        return None, None
    number = len(pasts) if number is None else number
    if not 1 <= number <= len(pasts):
        raise Http404
    return pasts[number - 1], number


def _permission(act: str) -> str:
    """What an act needs: those of contests name the contest after a dash."""
    what, dash, _pk = act.partition("-")
    if what == "withdraw":
        return "clock.contest" if dash else "clock.excuse"
    return PERMISSIONS.get(what, "clock.excuse")


def _form(context: dict[str, Any], act: str) -> tuple[Any, str]:
    """The form that was sent, and what is said once it is done; Http404 for one that there is not."""
    offered = {
        "propose": (context.get("propose_form"), _("Proposed. The other side is told.")),
        "agree": (context.get("excuse_form"), _("Agreed: it is excused.")),
        "decline": (context.get("excuse_form"), _("Declined. The other side is told.")),
        "withdraw": (context.get("withdraw_form"), _("Withdrawn. The other side is told.")),
        "contest": (context.get("contest_form"), _("Contested. Your service lead and account manager are told.")),
        **{f"settle-{one.contest.pk}": (one.form, _("Settled. The client is told.")) for one in context["contests"]},
        **{f"withdraw-{one.contest.pk}": (one.withdraw, _("Withdrawn. We are told.")) for one in context["contests"]},
    }
    form, done = offered.get(act, (None, ""))
    if form is None:
        raise Http404
    return form, done


def _does(
    request: Request, ticket_id: int, objective: str, number: int | None, act: str
) -> Callable[[dict[str, Any]], object]:
    mine: dict[str, Any] = {"actor": request.user, "now": request.now}
    promise: dict[str, Any] = {**mine, "ticket_id": ticket_id, "objective": objective, "number": number}
    what, _dash, contest = act.partition("-")
    if contest:
        end = services.settle_contest if what == "settle" else services.withdraw_contest
        return lambda data: end(**mine, contest_id=int(contest), **data)
    return {
        "propose": lambda data: services.propose_excusal(**promise, **data),
        "agree": lambda data: services.answer_excusal(**promise, agreed=True, **data),
        "decline": lambda data: services.answer_excusal(**promise, agreed=False, **data),
        "withdraw": lambda data: services.withdraw_excusal(**promise, **data),
        "contest": lambda data: services.contest(**promise, **data),
    }[act]
