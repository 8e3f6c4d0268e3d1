"""Who of Valiantys serves which client, for leads and administrators."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import history, selectors, services
from accounts.forms import AssignmentForm
from accounts.permissions import check_staff
from accounts.requests import Request
from common.errors import Refused
from portal.selectors import departures, staffing
from tickets import services as tickets
from tickets.forms import HandOverForm


@login_required
@require_GET
def clients(request: Request) -> HttpResponse:
    """Every client with its consultants and account managers."""
    check_staff(request.user, "assignment.manage")
    words = request.GET.get("q", "").strip()[:100]
    page = staffing.clients(request.user, words, request.GET.get("page"))
    return render(request, "portal/staffing.html", {"page": page, "words": words})


@login_required
@require_http_methods(["GET", "POST"])
def client(request: Request, key: str) -> HttpResponse:
    """Who serves one client, what hangs on each, and a further person."""
    organization = selectors.organization_to_manage(request.user, key, "assignment.manage")
    form = AssignmentForm(
        request.POST if request.method == "POST" else None, people=selectors.free_to_serve(organization)
    )
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["person"]
        try:
            services.assign(actor=request.user, organization=organization, person=person, now=request.now)
            names = {"person": person, "client": organization}
            messages.success(request, _("%(person)s serves %(client)s from now on.") % names)
            return redirect("portal:staffing_client", key=key)
        except Refused as refusal:
            form.add_error("person", str(refusal))
    lines, empty = staffing.serving(request.user, organization)
    context = {
        "organization": organization, "form": form, "lines": lines, "empty": empty,
        "events": history.of_serving(request.user, organization),
    }  # fmt: skip
    return render(request, "portal/staffing_client.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def end(request: Request, key: str, pk: int) -> HttpResponse:
    """The end of an assignment: the open requests of who leaves, to be given to somebody, and the levels left empty."""
    organization = selectors.organization_to_manage(request.user, key, "assignment.manage")
    assignment = selectors.assignment(request.user, organization, pk)
    form = HandOverForm(
        request.POST if request.method == "POST" else None, organization_id=organization.pk, leaving=assignment.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = tickets.hand_over(
                actor=request.user, assignment=assignment, successor=form.cleaned_data["successor"], now=request.now
            )
            messages.success(request, _ended(assignment.user, organization, form.cleaned_data["successor"], given))
            return redirect("portal:staffing_client", key=key)
        except Refused as refusal:
            form.add_error("successor", str(refusal))
    context = {
        "organization": organization, "assignment": assignment, "form": form,
        "consequences": departures.of_assignment(request.user, organization, assignment.user),
    }  # fmt: skip
    return render(request, "portal/staffing_end.html", context, status=422 if form.errors else 200)


def _ended(person: object, organization: object, successor: object, given: int) -> str:
    names = {"person": person, "client": organization, "successor": successor, "n": given}
    said = _("%(person)s no longer serves %(client)s.") % names
    if given:
        went = ngettext("%(n)d request went to %(successor)s.", "%(n)d requests went to %(successor)s.", given)
        said = f"{said} {went % names}"
    return said
