"""What one does to a ticket. The page itself is portal's; a refused action gives its form back, with all that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.permissions import check
from accounts.requests import Request
from common.errors import Refused
from common.files import answer as answer_with
from contracts.selectors import day_of

from . import selectors, services
from .doubt import doubt as doubt_of
from .doubt import exclusions
from .forms import (
    LONGEST,
    AssignForm,
    BlockForm,
    NewTicketForm,
    PriorityForm,
    ReplyForm,
    ScopeForm,
    TimeForm,
)
from .models import Ticket
from .preview import Preview, preview
from .scoping import Scope, takes_time
from .selectors import ticket_by_reference
from .status_form import ActionForm

Act = Callable[[Ticket, dict[str, Any]], object]


def _answer(
    request: Request, ticket: Ticket, form: forms.Form, title: str, submit: str, act: Act, draft: str = ""
) -> HttpResponse:
    """Do it and go back to the ticket; or show the form with what is wrong, keeping what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            act(ticket, form.cleaned_data)
        except services.Overtaken as crossed:
            form.data = {**form.data.dict(), "seen": crossed.seen}  # type: ignore[attr-defined]
            form.add_error(None, str(crossed))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if draft:
                messages.success(request, _("Sent."), extra_tags=f"draft:{draft}")
            return redirect("portal:ticket", ticket.reference)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form, "ticket": ticket, "title": title, "submit": submit, "ticket_takes_time": takes_time(ticket.scope)
    }  # fmt: skip
    return render(request, "tickets/form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Ask for something."""
    form = NewTicketForm(
        request.POST or None, request.FILES or None, user=request.user, on=day_of(request.now), initial=_asked(request),
        category=request.GET.get("category", ""),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        files = data.pop("attachments")
        try:
            ticket = services.open_ticket(
                actor=request.user, organization=data["contract"].organization, files=files, now=request.now, **data
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your request is with us."), extra_tags="draft:ticket:new")
            if ticket.scope == Scope.LOOKS_EXCLUDED:
                messages.warning(
                    request, _("It looks outside your contract. It was sent all the same: a consultant decides.")
                )
            return redirect("portal:ticket", ticket.reference)
    context = {"form": form, "promise": _promised(request, form), **_doubted(form)}
    return render(request, "tickets/new.html", context, status=422 if request.method == "POST" else 200)


def _asked(request: Request) -> dict[str, Any]:
    """What a link to the form has chosen already."""
    asked = {"request_type": request.GET.get("type"), "subject": request.GET.get("subject", "")[:200]}
    return {**asked, "contract": request.GET["contract"]} if "contract" in request.GET else asked


@login_required
@require_GET
def promise(request: Request) -> HttpResponse:
    """What would be promised to the request being written: a fragment, before it is sent."""
    form = NewTicketForm(request.GET, user=request.user, on=day_of(request.now))
    return render(request, "tickets/_promise.html", {"promise": _promised(request, form)})


@login_required
@require_POST
def doubt(request: Request) -> HttpResponse:
    """Whether the request being written looks out of scope: a fragment. It writes nothing; POST keeps the text out of logs."""
    form = NewTicketForm(request.POST, user=request.user, on=day_of(request.now))
    return render(request, "tickets/_doubt.html", _doubted(form))


def _doubted(form: NewTicketForm) -> dict[str, Any]:
    """The rule's verdict for what is written so far; nothing while nothing is."""
    subject, body = (str(form[name].value() or "")[:LONGEST] for name in ("subject", "body"))
    known = exclusions() if subject.strip() or body.strip() else {}
    verdict = doubt_of(subject, body, form.chosen, known, fit=not form.chosen) if known else None
    if verdict is None or verdict.doubts:
        return {"doubt": verdict, "exclusion": known[verdict.key] if verdict else None}
    fits = next((one for one, _types in form.offered if one.slug == verdict.key), None) if verdict.key else None
    return {"doubt": verdict, "category": fits}


def _promised(request: Request, form: NewTicketForm) -> Preview | None:
    """The promise for what is chosen so far, or why there is none; None while nobody could say."""
    values = {name: str(form[name].value()) for name in ("contract", "impact", "urgency")}
    contract = next((one for one in form.contracts if str(one.pk) == values["contract"]), None)
    try:
        return preview(contract, values["impact"], values["urgency"], request.now) if contract else None
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "POST"])
def reply(request: Request, reference: str) -> HttpResponse:
    """A public reply, or an internal note."""
    ticket = ticket_by_reference(request.user, reference)
    if request.method != "POST":  # back from signing in again: the ticket's page has the draft
        return redirect("portal:ticket", ticket.reference)
    internal = request.POST.get("audience") == "internal"
    check(request.user, "ticket.note" if internal else "ticket.reply", ticket.organization_id)

    def act(ticket: Ticket, data: dict[str, Any]) -> None:
        if internal:
            services.note(
                actor=request.user, ticket_id=ticket.pk, body=data["body"], files=data["attachments"], now=request.now
            )
        else:
            services.reply(
                actor=request.user, ticket_id=ticket.pk, body=data["body"], files=data["attachments"], seen=data["seen"],
                now=request.now,
            )  # fmt: skip

    title = _("Internal note") if internal else _("Reply")
    submit = _("Add note") if internal else _("Send")
    half = "internal" if internal else "client"  # sending one text leaves the draft of the other
    draft = f"ticket:{ticket.pk}#{half}"
    form = ReplyForm(request.POST or None, request.FILES or None)
    return _answer(request, ticket, form, title, submit, act, draft)


TITLES: dict[str, Callable[[], str]] = {
    "take": lambda: _("Start work"),
    "wait_for_client": lambda: _("Wait for the client"),
    "wait_for_third_party": lambda: _("Wait for a third party"),
    "resolve": lambda: _("Resolve"),
    "reopen": lambda: _("Not solved"),
    "confirm_solved": lambda: _("Solved: close it"),
    "cancel": lambda: _("Cancel the request"),
}
# The service's own word for the text that comes with an action.
TEXTS = {"wait_for_client": "question", "resolve": "answer", "reopen": "reason", "cancel": "reason"}


@login_required
@require_http_methods(["GET", "POST"])
def act(request: Request, reference: str) -> HttpResponse:
    """Move a ticket through its life."""
    ticket = ticket_by_reference(request.user, reference)
    asked = request.POST or request.GET
    pausing = asked.get("action") == "wait_for_client" and (
        "resume_on" in request.POST or services.may_pause(ticket, request.now)
    )
    form = ActionForm(
        request.POST or None, request.FILES or None, initial={"action": request.GET.get("action", "take")},
        pausing=pausing,
    )  # fmt: skip
    action = str(form["action"].value())

    def move(ticket: Ticket, data: dict[str, Any]) -> None:
        words_of = {TEXTS[action]: data["text"]} if action in TEXTS else {}
        if action in ActionForm.TAKES_FILES:
            words_of["files"] = data["attachments"]
        words_of |= {name: data[name] for name in ActionForm.PAUSE if name in data}
        getattr(services, action)(actor=request.user, ticket_id=ticket.pk, now=request.now, **words_of)

    title = TITLES[action]() if action in TITLES else _("Change of status")
    return _answer(request, ticket, form, title, title, move, f"ticket:{ticket.pk}:{action}")


@login_required
@require_http_methods(["GET", "POST"])
def assign(request: Request, reference: str) -> HttpResponse:
    """Give the ticket to someone."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "ticket.assign", ticket.organization_id)
    form = AssignForm(request.POST or None, ticket=ticket)

    def give(ticket: Ticket, data: dict[str, Any]) -> None:
        services.assign(actor=request.user, ticket_id=ticket.pk, assignee=data["assignee"], now=request.now)

    return _answer(request, ticket, form, _("Assign"), _("Assign"), give)


@login_required
@require_http_methods(["GET", "POST"])
def prioritize(request: Request, reference: str) -> HttpResponse:
    """Correct the priority."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "ticket.prioritize", ticket.organization_id)
    form = PriorityForm(request.POST or None, initial={"priority": ticket.priority})
    if form.shows:
        return _shown(request, ticket, form)

    def correct(ticket: Ticket, data: dict[str, Any]) -> None:
        services.prioritize(actor=request.user, ticket_id=ticket.pk, now=request.now, **data)

    return _answer(request, ticket, form, _("Correct the priority"), _("Correct"), correct)


def _shown(request: Request, ticket: Ticket, form: PriorityForm) -> HttpResponse:
    """What the correction would do: alone when htmx asks, else in the form, which keeps what was typed. It writes nothing."""
    known: dict[str, Any] = {"actor": request.user, "ticket_ids": [ticket.pk], "now": request.now}
    effect = services.rehearse_priority(**known, priority=form.cleaned_data["priority"]) if form.is_valid() else None
    template = "tickets/_effect.html" if getattr(request, "htmx", False) else "tickets/form.html"
    context = {
        "form": form, "effect": effect, "ticket": ticket, "title": _("Correct the priority"), "submit": _("Correct")
    }  # fmt: skip
    return render(request, template, context, status=200 if effect else 422)


@login_required
@require_http_methods(["GET", "POST"])
def decide_scope(request: Request, reference: str) -> HttpResponse:
    """Say whether Reserved Hours pay for it."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "ticket.scope", ticket.organization_id)
    form = ScopeForm(request.POST or None)

    def decide(ticket: Ticket, data: dict[str, Any]) -> None:
        services.decide_scope(actor=request.user, ticket_id=ticket.pk, now=request.now, **data)

    return _answer(request, ticket, form, _("Decide the scope"), _("Decide"), decide, f"ticket:{ticket.pk}:scope")


@login_required
@require_POST
def take_back_scope(request: Request, reference: str) -> HttpResponse:
    """Undo the last decision about the scope."""
    ticket = ticket_by_reference(request.user, reference)
    return _back(
        request, ticket, _("The decision is taken back."),
        lambda: services.take_back_scope(actor=request.user, ticket_id=ticket.pk, now=request.now),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def block(request: Request, reference: str) -> HttpResponse:
    """Say which of the client's responsibilities it waits for."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "ticket.block", ticket.organization_id)
    form = BlockForm(request.POST or None, items=selectors.blockable(request.user, ticket))

    def wait(ticket: Ticket, data: dict[str, Any]) -> None:
        services.block(
            actor=request.user, ticket_id=ticket.pk, responsibility_id=data["responsibility"], now=request.now
        )

    return _answer(request, ticket, form, _("Blocked by a responsibility"), _("It waits for this"), wait)


@login_required
@require_POST
def unblock(request: Request, reference: str, pk: int) -> HttpResponse:
    """Say that it no longer waits."""
    ticket = ticket_by_reference(request.user, reference)
    return _back(
        request, ticket, _("The request no longer waits for it."),
        lambda: services.unblock(actor=request.user, ticket_id=ticket.pk, blocking_id=pk, now=request.now),
    )  # fmt: skip


def _back(request: Request, ticket: Ticket, done: str, act: Callable[[], object]) -> HttpResponse:
    """A button without words: do it, and say on the ticket's page what became of it."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("portal:ticket", ticket.reference)


@login_required
@require_http_methods(["GET", "POST"])
def log_time(request: Request, reference: str) -> HttpResponse:
    """Log time worked."""
    ticket = ticket_by_reference(request.user, reference)
    check(request.user, "time.log", ticket.organization_id)
    form = TimeForm(request.POST or None, initial={"worked_on": timezone.localdate()})

    def log(ticket: Ticket, data: dict[str, Any]) -> None:
        entry = services.log_time(
            actor=request.user, ticket_id=ticket.pk, minutes=data["duration"], summary=data["summary"],
            worked_on=data["worked_on"], now=request.now,
        )  # fmt: skip
        if entry.awaiting_minutes:
            messages.warning(
                request,
                _("Saved. %(minutes)d minutes are beyond the hours left and await the client’s approval.")
                % {"minutes": entry.awaiting_minutes},
            )
        else:
            messages.success(request, _("Time saved."))

    return _answer(request, ticket, form, _("Log time"), _("Log"), log)


@login_required
@require_safe
def attachment(request: Request, reference: str, pk: int) -> FileResponse:
    """A file, for whoever reads the message it came with."""
    ticket = ticket_by_reference(request.user, reference)
    return answer_with(selectors.attachment(request.user, ticket, pk))


@login_required
@require_POST
def reverse_time(request: Request, reference: str, pk: int) -> HttpResponse:
    """Take a time entry back."""
    ticket = ticket_by_reference(request.user, reference)
    return _back(
        request, ticket, _("The entry is reversed, and its hours are given back."),
        lambda: services.reverse_time(actor=request.user, work_log_id=pk, now=request.now),
    )  # fmt: skip
