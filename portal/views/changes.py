"""Changes of a contract, for both sides: asked for, drafted, signed; a refused form comes back as it was."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import reauthentication
from accounts.permissions import check
from accounts.requests import Request
from common.errors import Refused
from contracts import services
from contracts.models import ChangeRequest, Contract, Proposal
from contracts.selectors import contract_by_id
from contracts.services import TextChanged
from portal import changes as pages
from portal import impact as impacts
from portal.forms import AskForm, DraftForm, ReasonForm, SignForm
from tickets import services as tickets
from tickets.selectors import ticket_by_reference


def change_of(request: Request, pk: int, action: str = "contract.view") -> ChangeRequest:
    """A change that this person sees and may act on so; Http404 for outsiders."""
    rows = ChangeRequest.objects.visible_to(request.user).select_related(
        "contract__organization", "organization", "asked_by"
    )
    change = rows.filter(pk=pk).first()
    if change is None:
        raise Http404
    check(request.user, action, change.organization_id)
    return change


def proposal_of(request: Request, change: ChangeRequest) -> Proposal:
    """The newest text of a change; Http404 while there is none."""
    rows = Proposal.objects.visible_to(request.user).filter(change=change)
    proposal = (
        rows.select_related("change", "document__amends", "document__contract__organization").order_by("-pk").first()
    )
    if proposal is None:
        raise Http404
    return proposal


@login_required
@require_GET
def changes(request: Request, pk: int) -> HttpResponse:
    """The changes of a contract."""
    contract = contract_by_id(request.user, pk)
    context = {"contract": contract, "rows": pages.listed(request.user, contract), "ended": contract.status == "ended"}
    return render(request, "portal/changes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask for a change, perhaps because of a request."""
    contract = contract_by_id(request.user, pk)
    check(request.user, "change.ask", contract.organization_id)
    ticket = _ticket(request, contract)
    form = AskForm(request.POST or None, initial={"what": ticket.subject if ticket else ""})
    if request.method == "POST" and form.is_valid():
        try:
            change = services.ask(
                actor=request.user, contract=contract, what=form.cleaned_data["what"], why=form.cleaned_data["why"],
                effects=form.effects(), ticket_reference=ticket.reference if ticket else "", now=request.now,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your request for a change is sent."), extra_tags=f"draft:change:{contract.pk}")
            return redirect("portal:change", change.pk)
    context = {"form": form, "contract": contract, "ticket": ticket}
    return render(request, "portal/change_ask.html", context, status=422 if request.method == "POST" else 200)


def _ticket(request: Request, contract: Contract) -> Any:
    """The request that the change comes from: one that this person sees, of this client; Http404 otherwise."""
    reference = request.GET.get("ticket", "")
    if not reference:
        return None
    ticket = ticket_by_reference(request.user, reference)
    if ticket.organization_id != contract.organization_id:
        raise Http404
    return ticket


@login_required
@require_GET
def change(request: Request, pk: int) -> HttpResponse:
    """One change: the exact text, what it changes, who signed."""
    return render(request, "portal/change.html", pages.page(request.user, change_of(request, pk), request.now))


@login_required
@require_http_methods(["GET", "POST"])
def impact(request: Request, pk: int) -> HttpResponse:
    """What the newest text would move, or how far that is counted: a fragment, or a page of its own. POST counts again."""
    found = change_of(request, pk)
    proposal = proposal_of(request, found)
    if not impacts.is_open(request.user, proposal):
        raise Http404
    ask = tickets.foresee_again if request.method == "POST" else tickets.foresee
    work = ask(actor=request.user, proposal=proposal, now=request.now)
    by_htmx = bool(getattr(request, "htmx", False))
    if request.method == "POST" and not by_htmx:
        return redirect("portal:change_impact", pk)
    shown = impacts.impact(request.user, proposal, work, request.now)
    page = "portal/_change_impact_body.html" if by_htmx else "portal/change_impact.html"
    return render(request, page, {"change": found, "impact": shown, "polled": by_htmx})


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: Request, pk: int) -> HttpResponse:
    """Turn a request into a draft amendment."""
    found = change_of(request, pk, "change.draft")
    form = DraftForm(request.POST or None, contract=found.contract)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("title", "amends", "effective_on", "language")}
        try:
            services.draft(actor=request.user, change=found, clauses=[form.wording()], now=request.now, **fields)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is kept. It binds nobody until both sides have signed."), extra_tags=f"draft:amendment:{pk}")  # fmt: skip
            return redirect("portal:change", pk)
    context = {"form": form, "change": found, "contract": found.contract}
    return render(request, "portal/change_draft.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def propose(request: Request, pk: int) -> HttpResponse:
    """Put the draft to signature."""
    found = change_of(request, pk, "change.draft")
    try:
        services.propose(actor=request.user, proposal=proposal_of(request, found), now=request.now)
        messages.success(request, _("Both sides have been asked to sign."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("portal:change", pk)


@login_required
@require_http_methods(["GET", "POST"])
def sign(request: Request, pk: int) -> HttpResponse:
    """Read the exact text once more, sign in again, and type one's name."""
    found = change_of(request, pk)
    proposal = proposal_of(request, found)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reauthentication.require(request)
            proposal = services.approve(
                actor=request.user, proposal=proposal, ip_address=get_adapter().get_client_ip(request), now=request.now,
                **form.cleaned_data,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
            form.stale = isinstance(refused, TextChanged)  # type: ignore[attr-defined]
            proposal = proposal_of(request, found)  # as it stands now
        else:
            messages.success(request, _signed(proposal), extra_tags=f"draft:sign:{pk}")
            return redirect("portal:change", pk)
    text = pages.shown(request.user, proposal, request.now)
    context = {"form": form, "change": found, "contract": found.contract, "proposal": proposal, **text}
    return render(request, "portal/change_sign.html", context, status=422 if request.method == "POST" else 200)


def _signed(proposal: Proposal) -> str:
    if proposal.status == Proposal.Status.SIGNED:
        return _("You have signed, and so has the other side: the amendment binds.")
    return _("You have signed. The amendment binds once the other side has signed too.")


@login_required
@require_http_methods(["GET", "POST"])
def close(request: Request, pk: int, how: str) -> HttpResponse:
    """Decline a request, reject a text, or withdraw one: each with a reason."""
    found = change_of(request, pk, "contract.view" if how == "reject" else "change.draft")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.user, "reason": form.cleaned_data["reason"], "now": request.now}
        try:
            if how == "decline":
                services.decline(change=found, **said)
            else:
                {"reject": services.reject, "withdraw": services.withdraw}[how](
                    proposal=proposal_of(request, found), **said
                )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Done, and those whom it concerns are told."), extra_tags=f"draft:{how}:{pk}")
            return redirect("portal:change", pk)
    context = {"form": form, "change": found, "contract": found.contract, "how": how}
    return render(request, "portal/change_close.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def certificate(request: Request, pk: int) -> HttpResponse:
    """A signed amendment to print: its text, its hash, its signatures."""
    found = change_of(request, pk)
    context = pages.page(request.user, found, request.now)
    if not context.get("bound"):
        raise Http404
    return render(request, "portal/change_certificate.html", context)
