"""Invitations: sent, sent again, withdrawn, and taken up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import selectors, services
from accounts.forms import InviteForm, NewcomerForm
from accounts.requests import Request
from common.errors import Refused

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: Request, key: str) -> HttpResponse:
    """The invitation form."""
    organization = selectors.organization_to_manage(request.user, key)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(actor=request.user, organization=organization, now=request.now, **form.cleaned_data)
            said = _("Invitation sent to %(email)s.") % {"email": form.cleaned_data["email"]}
            messages.success(request, said, extra_tags=f"draft:invite:{key}")
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"organization": organization, "form": form}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: Request, key: str, invitation_id: str) -> HttpResponse:
    """Withdraw an invitation."""
    return _settle(request, key, int(invitation_id), services.revoke, _("Invitation withdrawn."))


@login_required
@require_http_methods(["GET", "POST"])
def resend(request: Request, key: str, invitation_id: str) -> HttpResponse:
    """Send an invitation once more."""
    return _settle(request, key, int(invitation_id), services.resend, _("Invitation sent again, valid for 14 days."))


def _settle(request: Request, key: str, pk: int, act: Callable[..., Any], done: str) -> HttpResponse:
    """Do it, say so, and go back; a GET, as after signing in again, only goes back."""
    organization = selectors.organization_to_manage(request.user, key)
    if request.method == "POST":
        try:
            act(actor=request.user, organization=organization, invitation_id=pk, now=request.now)
            messages.success(request, done)
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("accounts:people", key=key)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: Request, token: str) -> HttpResponse:
    """Where an invitation's link leads, with or without an account."""
    form = NewcomerForm(request.POST or None)
    try:
        offer = services.look(token=token, visitor=request.user, now=request.now)
        typed = form.cleaned_data if form.is_valid() else {}
        if request.method == "POST" and (typed or offer.state == "join"):
            person = services.accept(token=token, visitor=request.user, now=request.now, **typed)
            if offer.state == "new":
                login(request, person, backend=BACKEND)
            messages.success(request, _("Welcome to Total Care."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    except services.InvitationUnusable as refusal:
        status = 404 if refusal.reason == "unknown" else 410
        return render(request, "accounts/invitation_closed.html", {"refusal": refusal}, status=status)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    form.fields["name"].initial = offer.invitation.name
    context = {"form": form, "offer": offer}
    return render(request, "accounts/accept.html", context, status=422 if form.errors else 200)
