"""Onboarding and renewal, for both sides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import check, may
from accounts.requests import Request
from common.errors import Refused
from contracts import readiness, services
from contracts.models import Contract
from contracts.parties import side_of
from contracts.selectors import contract_by_id
from portal.onboarding_forms import EvidenceForm, RenewForm, SideForm, TurnForm
from portal.selectors import onboarding as onboardings
from portal.selectors.onboarding import Line

NOT_LIVE = (Contract.Status.DRAFT, Contract.Status.ONBOARDING)
# What is posted as `action`: its service, and what is said when it is done.
ACTS: dict[str, tuple[Any, Any]] = {
    "evidence": (services.show_evidence, _("Saved. Both sides read it.")),
    "turn": (services.hand_over, _("Saved, and whoever is waited for is told.")),
    "agree": (services.agree, _("You have agreed.")),
    "take_back": (services.take_back, _("Your agreement is taken back.")),
}


@login_required
@require_GET
def onboarding(request: Request, pk: int) -> HttpResponse:
    """The plan: what is done, due and waited for; and what is missing before the contract goes live."""
    contract = contract_by_id(request.user, pk)
    context = {
        "contract": contract,
        "onboarding": onboardings.onboarding_of(request.user, contract, request.now),
        "missing": readiness.missing(contract) if contract.status in NOT_LIVE else None,
        "not_live": contract.status in NOT_LIVE,
    }
    return render(request, "portal/onboarding.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def activity(request: Request, pk: int, activity_id: int) -> HttpResponse:
    """One activity: evidence, whose turn it is, and the agreement of both sides."""
    contract = contract_by_id(request.user, pk)
    line = onboardings.line_of(request.user, contract, activity_id, request.now)
    named = _forms(request, contract, line)
    if request.method == "POST":
        check(request.user, "onboarding.work", contract.organization_id)
        action = request.POST.get("action", "")
        if action in ACTS and named[action].is_valid() and _done(request, action, activity_id, named[action]):
            return redirect("portal:onboarding_activity", pk, activity_id)
    context = {
        "contract": contract, "line": line, "forms": named, "side": side_of(request.user).value,
        "may_work": may(request.user, "onboarding.work", contract.organization_id)
        and contract.status != Contract.Status.ENDED,
    }  # fmt: skip
    return render(request, "portal/activity.html", context, status=422 if request.method == "POST" else 200)


def _forms(request: Request, contract: Contract, line: Line) -> dict[str, forms.Form]:
    """Each form as it stands; the one that was posted with what was typed."""
    posted = {request.POST.get("action", ""): request.POST} if request.method == "POST" else {}
    kept = {"evidence": line.activity.evidence, "link": line.activity.evidence_link}
    return {
        "evidence": EvidenceForm(posted.get("evidence"), initial=kept),
        "turn": TurnForm(posted.get("turn"), client=contract.organization.name, side=side_of(request.user)),
        "agree": SideForm(posted.get("agree")),
        "take_back": SideForm(posted.get("take_back")),
    }


def _done(request: Request, action: str, activity_id: int, form: forms.Form) -> bool:
    service, said = ACTS[action]
    try:
        service(actor=request.user, activity_id=activity_id, now=request.now, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, said, extra_tags=f"draft:onboarding:{activity_id}:{action}")
    return True


@login_required
@require_http_methods(["GET", "POST"])
def renew(request: Request, pk: int) -> HttpResponse:
    """Let a contract go on."""
    contract = contract_by_id(request.user, pk)
    check(request.user, "contract.renew", contract.organization_id)
    form = RenewForm(request.POST or None, contract=contract)
    if request.method == "POST" and form.is_valid():
        try:
            services.renew(actor=request.user, contract=contract, now=request.now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The contract goes on, and its approvers are told."))
            return redirect("portal:portfolio")
    context = {"form": form, "contract": contract}
    return render(request, "portal/renew.html", context, status=422 if request.method == "POST" else 200)
