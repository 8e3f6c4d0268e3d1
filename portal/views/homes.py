"""Where people begin: a client's home, and the way to everybody else's."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.requests import Request
from accounts.roles import StaffRole
from portal.changes import waiting_for
from portal.selectors import home as homes
from portal.selectors import onboarding as onboardings
from tickets.selectors import catalogue


@login_required
@require_GET
def home(request: Request) -> HttpResponse:
    """A client's home; people of Valiantys go to theirs."""
    if request.user.staff_role == StaffRole.ACCOUNT_MANAGER:
        return redirect("portal:portfolio")
    if request.user.is_valiantys:
        return redirect("portal:queue")
    rows, count = homes.open_tickets(request.user, request.now)
    engagements = request.engagements = homes.engagements(request.user)
    contracts = homes.contracts_of(request.user, engagements)
    hours = homes.hours(request.user, request.now, contracts)
    under_way = onboardings.under_way(request.user, engagements)
    context = {
        "catalogue": catalogue(),
        "contracts": contracts,
        "rows": rows,
        "open_count": count,
        "waiting": homes.waiting_for_me(request.user),
        "to_sign": waiting_for(request.user, contracts, request.now),
        "responsibilities": homes.responsibilities(request.user, request.now),
        "to_approve": homes.to_approve(request.user, hours),
        "hours": hours,
        "onboardings": onboardings.steps(under_way),
        "our_turn": onboardings.waiting_for_the_client(request.user, under_way),
        "many_clients": len(request.user.roles) > 1,
        "now": request.now,
    }
    return render(request, "portal/home.html", context)


@login_required
@require_GET
def tickets(request: Request) -> HttpResponse:
    """The reader's requests, and a search over them and over what can be asked for; only rows for the palette. Who searches
    for a reference is led to it."""
    which = request.GET.get("show", "")
    words = request.GET.get("q", "").strip()[:100]
    if which not in {"open", "done", "all"}:
        which = "all" if words else "open"
    palette = getattr(request, "htmx", False) and "palette" in request.GET
    page = homes.ticket_page(request.user, words=words, which=which, number=request.GET.get("page"), now=request.now)
    exact = next((row.ticket.reference for row in page.object_list if row.ticket.reference == words.upper()), None)
    if exact and not palette and request.path == reverse("portal:search"):
        return redirect("portal:ticket", exact)
    context = {
        "page": page,
        "types": homes.types_for(words),
        "clients": homes.clients_for(request.user, words) if palette else [],
        "which": which,
        "words": words,
        "many_clients": request.user.is_valiantys or len(request.user.roles) > 1,
    }
    return render(request, "portal/_found.html" if palette else "portal/tickets.html", context)
