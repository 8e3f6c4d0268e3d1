"""The calendars that promises are counted by."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import Request
from portal.selectors.calendar import calendar_year


@login_required
@require_GET
def calendar(request: Request, pk: int) -> HttpResponse:
    """A year of a calendar, this one unless `?year=` names another: for whoever it counts for, and for our people."""
    found = calendar_year(request.user, pk, request.GET.get("year", ""), request.now)
    if found is None:
        raise Http404
    return render(request, "portal/calendar.html", found)
