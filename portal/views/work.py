"""The queue and the ticket page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import ACTIONS, allows
from accounts.requests import Request
from portal import ticket_page
from portal.selectors import queue as queues
from tickets.selectors import ticket_by_reference

SEEN = "X-Seen"  # the digest of what an open queue shows: nothing is sent again while it still holds


@login_required
@require_GET
def queue(request: Request) -> HttpResponse:
    """Open work, most urgent first; only its rows when htmx asks, and nothing when they are the same."""
    if request.user.staff_role not in ACTIONS["queue.view"]:
        raise Http404
    filters = queues.Filters.of(request.GET)
    found = queues.totals(request.user, request.now)
    page, groups = queues.page(request.user, filters, request.GET.get("page"), request.now, found)
    views = queues.views(found, filters.view)
    digest = queues.digest(groups, views, request.now)
    live = bool(getattr(request, "htmx", False))
    if live and request.headers.get(SEEN) == digest:
        return HttpResponse(status=204)
    context = {
        "filters": filters, "page": page, "groups": groups, "views": views, "digest": digest, "now": request.now,
        "title": queues.VIEWS[filters.view], "empty": queues.EMPTY[filters.view], "live": live,
    }  # fmt: skip
    if not live:
        clients = queues.clients(request.user)
        context |= {
            "chips": filters.chips(clients), "choices": filters.choices(clients), "shortcuts": _shortcuts(),
            "keep": [{"name": "view", "value": filters.view}] if filters.view != "urgent" else [],
            "may_open": allows(request.user.staff_role, "ticket.open"),
        }  # fmt: skip
    response = render(request, "portal/_queue.html" if live else "portal/queue.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shortcuts() -> list[dict[str, object]]:
    return [
        {"keys": ["J", "K"], "label": _("Next and previous request")},
        {"keys": [_("Enter")], "label": _("Open it")},
        {"keys": ["R"], "label": _("Reply")},
        {"keys": ["N"], "label": _("Internal note")},
        {"keys": ["T"], "label": _("Log time")},
    ]


@login_required
@require_GET
def ticket(request: Request, reference: str) -> HttpResponse:
    """One ticket: the conversation, and what it was promised."""
    found = ticket_by_reference(request.user, reference, "contract__hours", "contract__ladder")
    return render(request, "portal/ticket.html", ticket_page.compose(request.user, found, request.now))
