"""The queue and the ticket page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Organization
from accounts.permissions import ACTIONS, allows
from accounts.requests import Request
from portal import ticket_page
from portal.bulk import may_act
from portal.selectors import queue as queues
from tickets.selectors import ticket_by_reference

SEEN = "X-Seen"  # the digest of what an open queue shows: nothing is sent again while it still holds


@login_required
@require_GET
def queue(request: Request) -> HttpResponse:
    """Open work, most urgent first; only its rows when htmx asks, and nothing when they are the same."""
    if request.user.staff_role not in ACTIONS["queue.view"]:
        raise Http404
    asked = queues.Filters.of(request.GET)
    live = bool(getattr(request, "htmx", False))
    clients = queues.clients(request.user, asked.client) if asked.client or not live else []
    shown = queues.compose(request.user, asked.among(clients), request.now)
    if live and request.headers.get(SEEN) == shown["digest"]:
        return HttpResponse(status=204)
    acts = may_act(request.user)
    context = {**shown, "now": request.now, "live": live, "may_act": acts}
    if not live:
        context |= _around(request, shown["filters"], clients, acts)
    response = render(request, "portal/_queue.html" if live else "portal/queue.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _around(request: Request, filters: queues.Filters, clients: list[Organization], acts: bool) -> dict[str, Any]:
    """What stands around the rows, and doesn't come again with them."""
    bulk_actions = [
        {"value": "assign", "label": _("Assign"), "key": "A"},
        {"value": "prioritize", "label": _("Priority"), "key": "P", "does": _("Correct the priority")},
        {"value": "resolve", "label": _("Resolve"), "key": "C"},
    ]
    return {
        "chips": filters.chips(clients),
        "choices": filters.choices(clients),
        "shortcuts": _shortcuts(acts=acts),
        "keep": [{"name": "view", "value": filters.view}] if filters.view != "urgent" else [],
        "may_open": allows(request.user.staff_role, "ticket.open"),
        "bulk_actions": bulk_actions,
        "page_actions": [
            {"label": one.get("does", one["label"]), "press": one["key"].lower()} for one in bulk_actions if acts
        ],
    }


def _shortcuts(*, acts: bool) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = [
        {"keys": ["J", "K"], "label": _("Next and previous request")},
        {"keys": [_("Enter")], "label": _("Open it")},
        {"keys": ["R"], "label": _("Reply")},
        {"keys": ["N"], "label": _("Internal note")},
    ]
    if not acts:
        return every
    return [
        *every,
        {"keys": ["T"], "label": _("Log time")},
        {"keys": ["X"], "label": _("Choose it, or not")},
        {"keys": ["A"], "label": _("Assign what is chosen")},
        {"keys": ["P"], "label": _("Correct its priority")},
        {"keys": ["C"], "label": _("Resolve it")},
    ]


@login_required
@require_GET
def ticket(request: Request, reference: str) -> HttpResponse:
    """One ticket: the conversation, and what it was promised."""
    found = ticket_by_reference(request.user, reference, "contract__hours", "contract__ladder")
    return render(request, "portal/ticket.html", ticket_page.compose(request.user, found, request.now))
