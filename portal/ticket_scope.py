"""Of a ticket's page: whether Reserved Hours pay for it, and what of the client's it waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Assignment, User
from accounts.permissions import may
from accounts.roles import StaffRole
from common.html import markdown
from contracts.selectors import day_of
from tickets.forms import BlockForm, ScopeForm
from tickets.models import Blocking, ScopeDecision, Ticket
from tickets.scoping import OUTSIDE, Scope
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
    decisions = list(found.select_related("exclusion", "decided_by", "message").order_by("-id")[:20])
    standing = next((one for one in decisions if one.taken_back_at is None), None)
    state = Scope(ticket.scope)
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
        "manager": _manager(user, ticket) if state in {*OUTSIDE, Scope.LOOKS_EXCLUDED} else None,
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


def _manager(user: User, ticket: Ticket) -> User | None:
    """The account manager: who turns what is outside into a change of the contract, or a quote."""
    serving = Assignment.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, user__staff_role=StaffRole.ACCOUNT_MANAGER, user__is_active=True
    )
    first = serving.select_related("user").order_by("user__name", "id").first()
    return first.user if first else None


def waits(user: User, ticket: Ticket, now: datetime, *, moving: bool) -> dict[str, Any]:
    """The lines of the client's register that it waits for, and the form to add one."""
    today = day_of(now)
    found = Blocking.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, ticket=ticket, ended_at__isnull=True
    )
    rows = list(found.select_related("responsibility__owner").order_by("id"))
    may_block = moving and may(user, "ticket.block", ticket.organization_id)
    form = BlockForm(user=user, ticket=ticket, auto_id="block_%s") if may_block else None
    return {
        "rows": [{"blocking": one, "item": one.responsibility, "late": one.responsibility.is_overdue(today)} for one in rows],
        "held": any(one.responsibility.is_open for one in rows),
        "form": form,
        "may_block": may_block,
    }  # fmt: skip
