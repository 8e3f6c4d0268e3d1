"""What an account manager reads, and what a client reads of the same: portfolio, hours, promises."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from accounts.permissions import ACTIONS, check
from accounts.requests import Request
from contracts.models import AgreementDocument, Clause, Contract
from contracts.selectors import day_of
from portal import promises as terms_in_words
from portal.selectors import portfolio as portfolios
from portal.selectors.statement import statement


@login_required
@require_GET
def portfolio(request: Request) -> HttpResponse:
    """One line a contract."""
    if request.user.staff_role not in ACTIONS["portfolio.view"]:
        raise Http404
    context = {
        "portfolio": portfolios.portfolio(request.user, request.now),
        "may_renew": request.user.staff_role in ACTIONS["contract.renew"],
    }
    return render(request, "portal/portfolio.html", context)


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
    return render(request, "portal/hours.html", statement(request.user, contract, day_of(request.now)))


@login_required
@require_GET
def promises(request: Request, pk: int) -> HttpResponse:
    """What was promised: every effective term on a day, today unless asked, with its clause or "default, no clause"."""
    contract = _contract(request, pk, "contract.view")
    on = _day(request, "on") or day_of(request.now)
    documents = AgreementDocument.objects.visible_to(request.user).filter(contract=contract, effective_on__lte=on)
    clauses = Clause.objects.visible_to(request.user).filter(document__contract=contract).select_related("document")
    context = {
        "contract": contract,
        "documents": terms_in_words.in_their_order(
            contract, documents.binding().select_related("amends", "standard_edition__document")
        ),
        **terms_in_words.compose(contract, on, request.now, clauses.in_bulk(), against=_day(request, "against")),
    }
    return render(request, "portal/promises.html", context)


def _day(request: Request, name: str) -> date | None:
    """The day that a parameter asks about; None when it names none."""
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
