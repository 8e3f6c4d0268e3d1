"""What a client provides for the service to work: the register, its lines, and the hands that write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import check, may
from accounts.requests import Request
from common.errors import Refused
from contracts import services
from contracts.forms import ResponsibilityForm, SettleForm
from contracts.models import Responsibility
from contracts.selectors import day_of
from portal.selectors import responsibilities as registers


@login_required
@require_GET
def index(request: Request) -> HttpResponse:
    """The clients whose registers one reads; one's own at once when there is but one."""
    rows = registers.organizations(request.user, day_of(request.now))
    if len(rows) == 1:
        return redirect("portal:responsibilities", rows[0]["organization"].key)
    return render(request, "portal/responsibilities_index.html", {"rows": rows})


@login_required
@require_GET
def register(request: Request, key: str) -> HttpResponse:
    """A client's register under its seven heads."""
    organization = registers.organization_of(request.user, key)
    which = "all" if request.GET.get("show") == "all" else "open"
    context = {
        "organization": organization, "which": which,
        "may_edit": may(request.user, "responsibility.edit", organization.pk),
        **registers.register(request.user, organization, which=which, now=request.now),
    }  # fmt: skip
    return render(request, "portal/responsibilities.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def line(request: Request, key: str, pk: int) -> HttpResponse:
    """One line; its state and evidence are settled here."""
    organization = registers.organization_of(request.user, key)
    item = registers.line_of(request.user, organization, pk)
    if request.method == "POST":
        check(request.user, "responsibility.settle", organization.pk)
    form = SettleForm(request.POST or None, initial={"state": item.state, "evidence": item.evidence})
    if request.method == "POST" and form.is_valid():
        try:
            services.settle_responsibility(
                actor=request.user, responsibility_id=pk, now=request.now, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."), extra_tags=f"draft:responsibility:{pk}")
            return redirect("portal:responsibility", organization.key, pk)
    context = {"organization": organization, "form": form, **registers.page(request.user, item, request.now)}
    return render(request, "portal/responsibility.html", context, status=_status(request))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request, key: str) -> HttpResponse:
    """Add a line."""
    organization = registers.organization_of(request.user, key, "responsibility.edit")
    form = ResponsibilityForm(
        request.POST or None,
        user=request.user,
        organization=organization,
        initial={"head": request.GET.get("head", "")},
    )

    def add(data: dict[str, Any]) -> Responsibility:
        return services.add_responsibility(actor=request.user, organization=organization, now=request.now, **data)

    return _written(request, form, add, {"organization": organization}, f"responsibility:{organization.key}:new")


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: Request, key: str, pk: int) -> HttpResponse:
    """Edit a line."""
    organization = registers.organization_of(request.user, key, "responsibility.edit")
    item = registers.line_of(request.user, organization, pk)
    form = ResponsibilityForm(
        request.POST or None, user=request.user, organization=organization, initial=ResponsibilityForm.of(item)
    )

    def change(data: dict[str, Any]) -> Responsibility:
        return services.edit_responsibility(actor=request.user, responsibility_id=pk, now=request.now, **data)

    return _written(request, form, change, {"organization": organization, "item": item}, f"responsibility:{pk}:edit")


def _written(request: Request, form: forms.Form, write: Any, context: dict[str, Any], draft: str) -> HttpResponse:
    """Write it and show it; or give the form back with what is wrong, keeping what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            item = write(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."), extra_tags=f"draft:{draft}")
            if item.is_overdue(day_of(request.now)):
                messages.warning(request, _("Its day has passed already: it shows as overdue until it is settled."))
            return redirect("portal:responsibility", context["organization"].key, item.pk)
    return render(
        request, "portal/responsibility_form.html", {**context, "form": form, "draft": draft}, status=_status(request)
    )


def _status(request: Request) -> int:
    return 422 if request.method == "POST" else 200
