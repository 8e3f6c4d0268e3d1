"""PDFs of documents: saved by whoever reads the document, kept with an amendment by whoever writes it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import Request
from common.errors import Refused
from common.files import answer
from contracts import amendment, selectors, services, signing
from contracts.models import ChangeRequest, Proposal
from portal.forms import PdfForm

from .changes import change_of, proposal_of


@login_required
@require_safe
def document_file(request: Request, pk: int, file_pk: int) -> FileResponse:
    """A PDF of a contract's document."""
    return answer(selectors.document_file(request.user, pk, file_pk))


@login_required
@require_safe
def standard_file(request: Request, slug: str, pk: int) -> FileResponse:
    """A PDF of a standard edition."""
    return answer(selectors.standard_file(request.user, slug, pk))


@login_required
@require_http_methods(["GET", "POST"])
def change_file(request: Request, pk: int) -> HttpResponse:
    """Keep a PDF with an amendment that isn't signed yet."""
    found, proposal = _being_written(request, pk)
    form = PdfForm(request.POST, request.FILES) if request.method == "POST" else PdfForm()
    if request.method == "POST" and form.is_valid():
        try:
            services.attach_file(actor=request.user, document=proposal.document, now=request.now, **form.cleaned_data)
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("The PDF is kept with the amendment."))
            return redirect("portal:change", pk)
    files = signing.files_of(proposal.document)
    context = {"form": form, "change": found, "contract": found.contract, "proposal": proposal, "files": files}
    return render(request, "portal/change_file.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def change_file_remove(request: Request, pk: int, language: str) -> HttpResponse:
    """Take a PDF away from an amendment that isn't signed yet."""
    _found, proposal = _being_written(request, pk)
    try:
        services.remove_file(actor=request.user, document=proposal.document, language=language, now=request.now)
        messages.success(request, _("The PDF is removed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("portal:change_file", pk)


def _being_written(request: Request, pk: int) -> tuple[ChangeRequest, Proposal]:
    found = change_of(request, pk, "change.draft")
    proposal = proposal_of(request, found)
    if proposal.status not in amendment.OPEN:
        raise Http404
    return found, proposal
