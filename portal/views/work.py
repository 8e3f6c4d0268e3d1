"""The queue and the ticket page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import ACTIONS
from accounts.requests import Request
from portal import ticket_page
from portal.selectors import queue as queues
from tickets import words
from tickets.selectors import ticket_by_reference


@login_required
@require_GET
def queue(request: Request) -> HttpResponse:
    """Open work, most urgent first; only its rows when htmx asks."""
    if request.user.staff_role not in ACTIONS["queue.view"]:
        raise Http404
    filters = queues.Filters.of(request.GET)
    context = {
        "filters": filters,
        "page": queues.page(request.user, filters, request.GET.get("page"), request.now),
        "views": queues.counts(request.user, request.now),
        "title": queues.VIEWS[filters.view],
        "clients": queues.clients(request.user),
        "priorities": words.PRIORITY,
        "now": request.now,
    }
    template = "portal/_queue.html" if getattr(request, "htmx", False) else "portal/queue.html"
    return render(request, template, context)


@login_required
@require_GET
def ticket(request: Request, reference: str) -> HttpResponse:
    """One ticket: the conversation, and what it was promised."""
    found = ticket_by_reference(request.user, reference)
    return render(request, "portal/ticket.html", ticket_page.compose(request.user, found, request.now))
