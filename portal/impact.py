"""What an amendment would do to work that is open, before anyone signs, and what it did once in effect, as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from contracts import amendment
from contracts.models import Proposal
from escalation.models import LadderPerson
from tickets.models import ImpactMove, ImpactPreview, Ticket

WORST = 10


@dataclass(frozen=True)
class Impact:
    """The figures of all, as far as they are counted; of the moves those whose requests this reader sees, the most tightened first."""

    work: ImpactPreview
    stalled: bool
    moved: int = 0
    sooner: int = 0
    newly_late: int = 0
    paused: int = 0
    open_requests: int = 0
    requesters: int = 0
    hours: bool = False
    impossible: bool = False
    moves: tuple[ImpactMove, ...] = ()
    ladder: tuple[str, ...] = ()

    @property
    def later(self) -> int:
        """How many would be due later."""
        return self.moved - self.sooner

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.moved - len(self.moves)


def is_open(user: User, proposal: Proposal) -> bool:
    """Whether there is anything to foresee for this reader, or to follow: not once it is over, and of a draft only for us."""
    if proposal.status in amendment.OVER:
        return False
    if proposal.in_effect_at is not None:
        rows = ImpactPreview.objects.visible_to(user).filter(organization_id=proposal.organization_id)
        return rows.filter(proposal_id=proposal.pk, moving_since__isnull=False).exists()
    return (
        user.is_valiantys or proposal.status != Proposal.Status.DRAFTING
    )  # a client sees a text once it is on the table


def impact(user: User, proposal: Proposal, work: ImpactPreview, now: datetime) -> Impact:
    """The count for one reader; without figures while it is under way."""
    if work.state != ImpactPreview.State.DONE:
        return Impact(work, work.is_stalled(now))
    mine = ImpactMove.objects.visible_to(user).filter(organization_id=work.organization_id, preview=work)
    seen = mine.filter(ticket__in=Ticket.objects.visible_to(user).filter(organization_id=work.organization_id))
    worst = seen.select_related("ticket__organization").order_by("shift_seconds", "pk")[:WORST]
    return Impact(work, False, **work.result, moves=tuple(worst), ladder=_ladder(proposal))


def _ladder(proposal: Proposal) -> tuple[str, ...]:
    """The people of the contract's ladder, whom a missed answer reaches: an amendment of terms leaves them as they are."""
    named: Any = LadderPerson.objects.filter(
        organization_id=proposal.organization_id, level__ladder__contract=proposal.document.contract
    ).order_by("level__position", "user__name")
    return tuple(dict.fromkeys(str(one.user) for one in named.select_related("user")))
