"""Pages about a client's people that need to know of its work: who sees what, and the end of a membership."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors, services
from accounts.forms import VisibilityForm
from accounts.requests import Request
from common.errors import Refused
from portal.selectors import departures
from portal.selectors.visibility import preview


@login_required
@require_http_methods(["GET", "POST"])
def visibility(request: Request, key: str) -> HttpResponse:
    """What requesters see, what each choice means, and whom it concerns."""
    organization = selectors.organization_to_manage(request.user, key, "member.manage")
    form = VisibilityForm(
        request.POST if request.method == "POST" else None, initial={"sees": organization.requesters_see}
    )
    if request.method == "POST" and form.is_valid():
        services.set_visibility(
            actor=request.user, organization=organization, sees=form.cleaned_data["sees"], now=request.now
        )
        messages.success(request, _("Saved. It holds from now on, in pages, searches and the API."))
        return redirect("accounts:people", key=key)
    context = {"organization": organization, "form": form, "preview": preview(request.user, organization)}
    return render(request, "portal/visibility.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def remove_member(request: Request, key: str, pk: int) -> HttpResponse:
    """What ends with a membership; then the end of it."""
    organization = selectors.organization_to_manage(request.user, key, "member.manage")
    membership = selectors.member(request.user, organization, pk)
    refused = ""
    if request.method == "POST":
        try:
            services.leave(actor=request.user, membership=membership, now=request.now)
            names = {"person": membership.user, "client": organization}
            messages.success(request, _("%(person)s no longer belongs to %(client)s.") % names)
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            refused = str(refusal)
    context = {
        "organization": organization, "membership": membership, "refused": refused,
        "consequences": departures.of_member(request.user, organization, membership.user),
    }  # fmt: skip
    return render(request, "portal/remove_member.html", context, status=422 if refused else 200)
