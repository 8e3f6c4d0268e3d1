"""Acting on the requests that are chosen in the queue, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import check_staff
from accounts.requests import Request
from common.errors import Refused
from portal import bulk as steps
from portal.selectors.queue import Filters


@login_required
@require_http_methods(["GET", "POST"])
def bulk(request: Request) -> HttpResponse:
    """Ask what an action on several requests needs (GET; alone when htmx asks), show what it would do, and do it (POST)."""
    sent, live = request.method == "POST", bool(getattr(request, "htmx", False))
    query = request.POST if sent else request.GET
    try:
        step = steps.step_of(request.user, query, sent=sent)
        if "show" in request.POST:
            return _shown(request, step, live=live)
        outcome = step.do(request.user, request.now) if sent else None
    except Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseClientRedirect(_queue(query)) if live else redirect(_queue(query))
    if outcome is not None:
        kept = request.session["undo"] = steps.receipt(step.action, outcome, request.now)
        messages.success(request, step.said(outcome), extra_tags=f"undo:{kept['key']} draft:bulk:{step.action}")
        if left := steps.left(outcome):
            messages.warning(request, left)
        return redirect(_queue(query))
    template = "portal/_bulk.html" if live else "portal/bulk.html"
    response = render(request, template, {"step": step}, status=422 if sent else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shown(request: Request, step: steps.Step, *, live: bool) -> HttpResponse:
    """What a correction would do, in its form, which keeps what was typed. It writes nothing."""
    effect = step.foresee(request.user, request.now)
    template = "tickets/_effect.html" if live else "portal/bulk.html"
    context = {"step": step, "form": step.form, "effect": effect}
    return render(request, template, context, status=200 if effect else 422)


@login_required
@require_POST
def undo(request: Request) -> HttpResponse:
    """Take the last bulk action back."""
    check_staff(request.user, "queue.view")
    try:
        outcome = steps.take_back(request.user, request.session.get("undo"), request.POST.get("key", ""), request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        del request.session["undo"]
        for level, words in ((messages.SUCCESS, steps.said_of_undo(outcome)), (messages.WARNING, steps.left(outcome))):
            if words:
                messages.add_message(request, level, words)
    return redirect(_queue(request.POST))


def _queue(query: object) -> str:
    """The queue as it was, by the address that the form has carried along."""
    return f"{reverse('portal:queue')}{Filters.at(str(query.get('back', ''))).address}"  # type: ignore[attr-defined]
