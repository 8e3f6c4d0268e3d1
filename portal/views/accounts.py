"""What an account manager reads, and what a client reads of the same: portfolio, hours, promises."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import ACTIONS, check
from accounts.requests import Request
from contracts.models import Contract
from contracts.selectors import effective_terms, hours_entries
from portal.selectors import home as homes
from portal.selectors import portfolio as portfolios


@login_required
@require_GET
def portfolio(request: Request) -> HttpResponse:
    """One line a client."""
    if request.user.staff_role not in ACTIONS["portfolio.view"]:
        raise Http404
    return render(request, "portal/portfolio.html", {"lines": portfolios.lines(request.user, request.now)})


def _contract(request: Request, pk: int, action: str) -> Contract:
    contract = (
        Contract.objects.visible_to(request.user).select_related("organization", "calendar").filter(pk=pk).first()
    )
    if contract is None:
        raise Http404
    check(request.user, action, contract.organization_id)
    return contract


@login_required
@require_GET
def hours(request: Request, pk: int) -> HttpResponse:
    """The ledger of a contract's Reserved Hours."""
    contract = _contract(request, pk, "hours.view")
    figures = next((one for one in homes.hours(request.user) if one.contract.pk == contract.pk), None)
    context = {"contract": contract, "hours": figures, "entries": hours_entries(contract)}
    return render(request, "portal/hours.html", context)


@login_required
@require_GET
def promises(request: Request, pk: int) -> HttpResponse:
    """What was promised: every effective term today, with its clause or "default, no clause"."""
    contract = _contract(request, pk, "contract.view")
    terms = effective_terms(contract, timezone.localdate(request.now))
    return render(request, "portal/promises.html", {"contract": contract, "terms": list(terms.values())})
