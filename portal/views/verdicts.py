"""A promise's verdict: excusing it, contesting it, settling what is contested, on one page that works without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from accounts.requests import Request
from common.errors import Refused
from portal import verdicts
from portal.selectors.queue import histories_of
from slo.objectives import FIRST_RESPONSE
from tickets import services
from tickets.selectors import ticket_by_reference

PERMISSIONS = {"contest": "clock.contest", "settle": "clock.settle"}


@login_required
@require_http_methods(["GET", "POST"])
def verdict(request: Request, reference: str, objective: str) -> HttpResponse:
    """What became of a promise, and what both sides say of it."""
    ticket = ticket_by_reference(request.user, reference)
    past = next((one for one in reversed(histories_of(ticket)) if one.clock.objective == objective), None)
    if past is None and objective != FIRST_RESPONSE:
        raise Http404
    act = request.POST.get("act", "")
    if request.method == "POST":
        check(request.user, PERMISSIONS.get(act.partition("-")[0], "clock.excuse"), ticket.organization_id)
    context = verdicts.compose(request.user, ticket, past, request.now, act=act, data=request.POST or None)
    if request.method == "POST":
        form, done = _form(context, act)
        if form.is_valid():
            try:
                _does(request, ticket.pk, objective, act)(form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, done)
                return redirect("portal:verdict", ticket.reference, objective)
    return render(request, "portal/verdict.html", context, status=422 if request.method == "POST" else 200)


def _form(context: dict[str, Any], act: str) -> tuple[Any, str]:
    """The form that was sent, and what is said once it is done; Http404 for one that there is not."""
    offered = {
        "propose": (context.get("propose_form"), _("Proposed. The other side is told.")),
        "agree": (context.get("excuse_form"), _("Agreed: it is excused.")),
        "decline": (context.get("excuse_form"), _("Declined. The other side is told.")),
        "contest": (context.get("contest_form"), _("Contested. Your service lead and account manager are told.")),
        **{f"settle-{one.contest.pk}": (one.form, _("Settled. The client is told.")) for one in context["contests"]},
    }
    form, done = offered.get(act, (None, ""))
    if form is None:
        raise Http404
    return form, done


def _does(request: Request, ticket_id: int, objective: str, act: str) -> Callable[[dict[str, Any]], object]:
    mine: dict[str, Any] = {"actor": request.user, "now": request.now}
    promise: dict[str, Any] = {**mine, "ticket_id": ticket_id, "objective": objective}
    if act.startswith("settle-"):
        return lambda data: services.settle_contest(**mine, contest_id=int(act.removeprefix("settle-")), **data)
    return {
        "propose": lambda data: services.propose_excusal(**promise, **data),
        "agree": lambda data: services.answer_excusal(**promise, agreed=True, **data),
        "decline": lambda data: services.answer_excusal(**promise, agreed=False, **data),
        "contest": lambda data: services.contest(**promise, **data),
    }[act]
