"""The two things that people say to an escalation, each with a page of its own; a refused form comes back as it was."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import check
from accounts.requests import Request
from common.errors import Refused
from tickets.selectors import ticket_by_reference

from . import selectors, services
from .forms import AcknowledgeForm, PersistForm


@login_required
@require_http_methods(["GET", "POST"])
def persist(request: Request, reference: str) -> HttpResponse:
    """The problem persists: call in the next level."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "ticket.persist", ticket.organization_id)
    form = PersistForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.persist(actor=request.user, ticket_id=ticket.pk, now=request.now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The next level has been called in."))
            return redirect("portal:ticket", ticket.reference)
    context = {"form": form, "ticket": ticket, "levels": selectors.ladder_for(ticket).levels}
    return render(request, "escalation/persist.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Take an escalation, and promise an update."""
    escalation = selectors.escalation_by_id(request.user, pk)
    services.check_taker(request.user, escalation)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.acknowledge(actor=request.user, escalation_id=pk, now=request.now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is yours. The client has been told by when you come back."))
            return redirect("portal:ticket", escalation.ticket.reference)
    context = {"form": form, "escalation": escalation, "ticket": escalation.ticket}
    return render(request, "escalation/acknowledge.html", context, status=422 if request.method == "POST" else 200)
