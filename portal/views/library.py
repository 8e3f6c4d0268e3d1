"""The house's standard documents, each edition for ever: what a contract's clauses were copied from."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.requests import Request
from portal.selectors import library


@login_required
@require_GET
def standard_document(request: Request, slug: str) -> HttpResponse:
    """One edition, the newest unless `?edition=` names another, with the history of all."""
    found = library.standard_document(request.user, slug, request.GET.get("edition", ""), get_language() or "en")
    if found is None:
        raise Http404
    return render(request, "portal/standard_document.html", found)
