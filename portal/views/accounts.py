"""What an account manager reads, and what a client reads of the same: portfolio, hours, promises."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.permissions import ACTIONS, check
from accounts.requests import Request
from common.spreadsheet import csv_lines
from contracts.models import AgreementDocument, Clause, Contract
from contracts.selectors import day_of
from portal import promises as terms_in_words
from portal.exports import hours_rows
from portal.selectors import answers as answered
from portal.selectors import portfolio as portfolios
from portal.selectors.client import client_by_key, client_page
from portal.selectors.ledger import Filters
from portal.selectors.statement import statement


@login_required
@require_GET
def portfolio(request: Request) -> HttpResponse:
    """One line a client."""
    if request.user.staff_role not in ACTIONS["portfolio.view"]:
        raise Http404
    view = portfolios.View.of(request.GET)
    context = {"portfolio": portfolios.portfolio(request.user, view, request.now), "view": view}
    return render(request, "portal/portfolio.html", context)


@login_required
@require_GET
def client(request: Request, key: str) -> HttpResponse:
    """One client: hours, promises kept, what burns, what holds, who is who."""
    if request.user.staff_role not in ACTIONS["portfolio.client"]:
        raise Http404
    organization = client_by_key(request.user, key)
    return render(request, "portal/client.html", client_page(request.user, organization, request.GET, request.now))


@login_required
@require_GET
def answers(request: Request, key: str) -> HttpResponse:
    """The requests behind a figure of one client's promises."""
    if request.user.staff_role not in ACTIONS["portfolio.client"]:
        raise Http404
    organization = client_by_key(request.user, key)
    found = answered.answers(request.user, organization, request.GET, request.now)
    return render(request, "portal/answers.html", found)


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
    return render(request, "portal/hours.html", statement(request.user, contract, request.GET, request.now))


@login_required
@require_GET
def hours_csv(request: Request, pk: int) -> StreamingHttpResponse:
    """The same lines, narrowed in the same way, for a spreadsheet; written under the reader's own scope."""
    contract = _contract(request, pk, "hours.view")
    rows = hours_rows(request.user, contract, Filters.of(request.GET), get_language() or "en")
    name = f"{contract.organization.key}-{day_of(request.now).isoformat()}.csv"
    return StreamingHttpResponse(
        csv_lines(rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )  # fmt: skip


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
            contract,
            documents.binding().select_related("amends", "standard_edition__document").prefetch_related("files"),
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
