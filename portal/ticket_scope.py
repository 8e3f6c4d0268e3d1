"""Of a ticket's page: whether Reserved Hours pay for it, and what of the client's it waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _

from accounts.models import Assignment, User
from accounts.permissions import may
from accounts.roles import StaffRole
from common.html import markdown
from contracts.selectors import day_of
from tickets.forms import BlockForm, ScopeForm
from tickets.models import ScopeDecision, Ticket
from tickets.scoping import OUTSIDE, Scope
from tickets.selectors import register_of
from tickets.words import SCOPE

# Icon and tone of each standing; what is in order has no tone.
LOOKS = {
    Scope.UNDECIDED: ("circle", ""),
    Scope.IN_SCOPE: ("check-circle", "on_track"),
    Scope.LOOKS_EXCLUDED: ("help", "soon"),
    Scope.EXCLUDED: ("slash", "paused"),
    Scope.TO_BE_QUOTED: ("receipt", "paused"),
}


def scope(user: User, ticket: Ticket, *, moving: bool) -> dict[str, Any]:
    """What stands, why, what was decided before, and the form by which a consultant decides."""
    found = ScopeDecision.objects.visible_to(user).filter(organization_id=ticket.organization_id, ticket=ticket)
    state = Scope(ticket.scope)
    # Most tickets were never doubted; what was taken back to nothing is told by the timeline.
    asked = found.none() if state is Scope.UNDECIDED else found
    decisions = list(
        asked.annotate(manager=_manager(user, ticket))
        .select_related("exclusion", "decided_by", "message")
        .order_by("-id")[:20]
    )
    standing = next((one for one in decisions if one.taken_back_at is None), None)
    symbol, tone = LOOKS[state]
    form = None
    if moving and may(user, "ticket.scope", ticket.organization_id):
        chosen = Scope.EXCLUDED if state is Scope.LOOKS_EXCLUDED else state
        initial = {"scope": chosen, "exclusion": standing and standing.exclusion_id}
        form = ScopeForm(initial=initial, auto_id="scope_%s")
    return {
        "state": state.value, "label": SCOPE[state], "symbol": symbol, "tone": tone,
        "text": _text(user, state, standing),
        "exclusion": standing.exclusion if standing else None,
        "matched": standing.matched if standing and state is Scope.LOOKS_EXCLUDED else [],
        "reason": markdown(standing.message.body) if standing and standing.message else "",
        "decided": standing if standing and standing.decided_by else None,
        "before": [one for one in decisions if one is not standing],
        "form": form,
        "leads_on": state in {Scope.LOOKS_EXCLUDED, *OUTSIDE} and moving,
        "manager": getattr(standing, "manager", None),
    }  # fmt: skip


def _text(user: User, state: Scope, standing: ScopeDecision | None) -> str:
    """What it means for whoever reads."""
    if state is Scope.UNDECIDED:
        return _("Nothing in it looked outside the contract when it was sent.")
    if state is Scope.LOOKS_EXCLUDED and user.is_valiantys:
        return _("Its words look like an exclusion. Decide, and tell the client why; until then the work may go on.")
    if state is Scope.LOOKS_EXCLUDED:
        return _(
            "Its words look like something outside your contract. A consultant decides; you get an answer either way."
        )
    if state is Scope.IN_SCOPE:
        return _("Time on it is drawn from Reserved Hours.")
    return _("Nothing is drawn from Reserved Hours, and no time can be logged.")


def _manager(user: User, ticket: Ticket) -> Subquery:
    """The account manager's name, as a column of another query: who turns what is outside into a change of the contract, or a quote."""
    serving = Assignment.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, user__staff_role=StaffRole.ACCOUNT_MANAGER, user__is_active=True
    )
    return Subquery(serving.order_by("user__name", "id").values("user__name")[:1])


def waits(user: User, ticket: Ticket, now: datetime, *, moving: bool) -> dict[str, Any]:
    """The lines of the client's register that it waits for, and the form to add one."""
    today = day_of(now)
    lines = register_of(user, ticket)
    mine = [(getattr(one, "waits", None), one) for one in lines]
    may_block = moving and may(user, "ticket.block", ticket.organization_id)
    open_ones = [one for waits, one in mine if waits is None]
    return {
        "rows": [{"pk": pk, "item": one, "late": one.is_overdue(today)} for pk, one in mine if pk is not None],
        "held": any(one.is_open for pk, one in mine if pk is not None),
        "form": BlockForm(items=open_ones, auto_id="block_%s") if may_block and open_ones else None,
        "may_block": may_block,
    }  # fmt: skip
