"""The receipt of a clock, to read, to download, and the program that recomputes it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import Request
from portal import receipts
from portal.clocks import chip
from portal.objectives import RECEIPT
from portal.selectors.queue import histories_of
from slo import receipt as paper
from tickets.selectors import ticket_by_reference


@login_required
@require_GET
def receipt(request: Request, reference: str, objective: str) -> HttpResponse:
    """How a promise was counted, the last of its objective or `?clock=`; `?format=json` is the file to recompute."""
    ticket = ticket_by_reference(request.user, reference, "contract")
    wanted = request.GET.get("clock", "")
    pasts = [one for one in histories_of(ticket) if one.clock.objective == objective]
    found = [(n, one) for n, one in enumerate(pasts, 1) if wanted in {"", str(one.clock.pk)}]
    if not found:
        raise Http404
    number, past = found[-1]
    shown = chip(past.clock, request.now, past.state.ended_at, past.state.left)
    if past.is_broken:
        context = {"ticket": ticket, "clock": shown, "title": RECEIPT[objective]}
        return render(request, "portal/receipt_broken.html", context, status=409)
    written = past.receipt(ticket.reference, request.now)
    if request.GET.get("format") == "json":
        return _file(paper.written(written), receipts.filename(written), "application/json")
    return render(request, "portal/receipt.html", receipts.compose(ticket, written, shown, number))


@login_required
@require_GET
def verifier(request: Request) -> HttpResponse:
    """The program, as it stands in our own source."""
    return _file(paper.verifier(), "verify_receipt.py", "text/x-python")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )  # fmt: skip
