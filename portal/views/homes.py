"""Where people begin: a client's home, and the way to everybody else's."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.requests import Request
from accounts.roles import StaffRole
from portal.selectors import home as homes
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
    context = {
        "catalogue": catalogue(),
        "rows": rows,
        "open_count": count,
        "waiting": homes.waiting_for_me(request.user),
        "hours": homes.hours(request.user),
        "now": request.now,
    }
    return render(request, "portal/home.html", context)


@login_required
@require_GET
def tickets(request: Request) -> HttpResponse:
    """The reader's requests, and a search over them."""
    which = request.GET.get("show", "open")
    which = which if which in {"open", "done", "all"} else "open"
    words = request.GET.get("q", "").strip()[:100]
    which = "all" if words and "show" not in request.GET else which
    page = homes.ticket_page(request.user, words=words, which=which, number=request.GET.get("page"), now=request.now)
    return render(request, "portal/tickets.html", {"page": page, "which": which, "words": words})
