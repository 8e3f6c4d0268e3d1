"""What a contract's ladder needs before the contract goes live (domain §2)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contracts.models import Contract

from .models import Ladder


def has_ladder(contract: Contract) -> list[str]:
    """Levels, and somebody on one of them who can be called in: the assignee alone is nobody while nothing is assigned."""
    ladder = Ladder.objects.filter(organization_id=contract.organization_id, contract=contract).first()
    mine = {"organization_id": contract.organization_id}
    if ladder is None or not ladder.levels.filter(**mine).exists():
        return [_("an escalation ladder")]
    if not ladder.levels.filter(**mine, people__is_active=True).exists():
        return [_("somebody to call in on the escalation ladder")]
    return []
