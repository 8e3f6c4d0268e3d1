"""The engine's page, for leads and administrators."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import check_staff
from accounts.requests import Request
from common.errors import Refused
from escalation import services
from portal.selectors import engine as engines


@login_required
@require_GET
def engine(request: Request) -> HttpResponse:
    """How the engine fares; only what changes when htmx asks."""
    check_staff(request.user, "engine.watch")
    live = bool(getattr(request, "htmx", False))
    shown = engines.compose(request.user, request.now)
    response = render(request, "portal/_engine.html" if live else "portal/engine.html", shown)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_POST
def try_again(request: Request, pk: int) -> HttpResponse:
    """A row that was set aside becomes due at once."""
    try:
        services.try_again(actor=request.user, aside_id=pk, now=request.now)
        messages.success(request, _("It is tried again at the next tick, within ten seconds."))
    except Refused as refusal:
        messages.info(request, str(refusal))
    return redirect("portal:engine")
