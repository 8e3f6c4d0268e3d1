"""What a contract's ladder needs before the contract goes live (domain §2)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contracts.models import Contract

from .models import LadderLevel


def has_ladder(contract: Contract) -> list[str]:
    """Levels, and somebody on one of them who can be called in: the assignee alone is nobody while nothing is assigned."""
    levels = LadderLevel.objects.filter(organization_id=contract.organization_id, ladder__contract=contract)
    there = list(levels.order_by("position").values_list("people__is_active", flat=True))
    if not there:
        return [_("an escalation ladder")]
    return [] if any(there) else [_("somebody to call in on the escalation ladder")]
