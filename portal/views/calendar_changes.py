"""Changes of calendars, for administrators: drafted, shown by what they would do, published. Long work shows how far it is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import check_staff
from accounts.requests import Request
from common.errors import Refused
from portal import calendars as pages
from portal.calendar_forms import CalendarChangeForm
from slo import services
from slo.selectors import calendar_by_id, change_by_id, draft_of, last_said

DONE = {
    "publish": lambda: _("The edition is published. Open promises follow it; you can leave this page meanwhile."),
    "discard": lambda: _("The draft is discarded. The calendar stays as it is."),
    "again": lambda: _("It is counted again."),
}


@login_required
@require_GET
def calendars(request: Request) -> HttpResponse:
    """Every calendar, what it says now, and what somebody is about to change."""
    check_staff(request.user, "contract.edit")
    return render(request, "portal/calendars.html", {"lines": pages.listed(request.now)})


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: Request, pk: int) -> HttpResponse:
    """Write the next edition, or go on with the draft that is there."""
    check_staff(request.user, "contract.edit")
    calendar = get_object_or_404(calendar_by_id(pk))
    begun = draft_of(calendar)
    says = begun.says if begun else last_said(calendar)
    form = CalendarChangeForm(request.POST or None, says=says, effective_at=begun.effective_at if begun else None)
    if request.method == "POST" and form.is_valid():
        try:
            change = services.draft_change(actor=request.user, calendar=calendar, now=request.now, **form.change())
            return redirect("portal:calendar_change", change.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "calendar": calendar, "begun": begun}
    return render(request, "portal/calendar_draft.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def change(request: Request, pk: int) -> HttpResponse:
    """One change: what it says, and what it would do, or how far that is counted; by htmx the latter alone."""
    check_staff(request.user, "contract.edit")
    found = get_object_or_404(change_by_id(pk))
    figures = pages.figures(request.user, found, request.now)
    if getattr(request, "htmx", False):
        return render(request, "portal/_calendar_change_body.html", {**figures, "polled": True})
    return render(request, "portal/calendar_change.html", {**figures, **pages.compared(found)})


@login_required
@require_POST
def act(request: Request, pk: int, act: str) -> HttpResponse:
    """Publish what was read, discard it, or count again."""
    check_staff(request.user, "contract.edit")
    found = get_object_or_404(change_by_id(pk))
    try:
        if act == "publish":
            text_hash = request.POST.get("text_hash", "")
            services.publish_change(actor=request.user, change=found, text_hash=text_hash, now=request.now)
        else:
            call = services.discard_change if act == "discard" else services.foresee_change_again
            call(actor=request.user, change=found, now=request.now)
        messages.success(request, DONE[act]())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal:calendar_change", pk)
