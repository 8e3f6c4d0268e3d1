"""What an amendment would do to work that is open, before anyone signs: computed on the real rows by the rule that moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from contracts import amendment, signing
from contracts.models import Proposal
from contracts.precedence import Unsettled
from contracts.selectors import day_of
from escalation.models import LadderPerson
from slo.services import NoEdition
from tickets import services as tickets
from tickets.models import Ticket
from tickets.services.moving import Move

WORST = 10


@dataclass(frozen=True)
class Impact:
    """`moves`: those clocks whose requests this reader sees, the most tightened first; the counts are of all of them."""

    moved: int
    sooner: int
    later: int
    newly_late: int
    open_requests: int
    requesters: int
    moves: tuple[Move, ...]
    hours: bool
    ladder: tuple[str, ...]
    impossible: str = ""

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.moved - len(self.moves)


def impact(user: User, proposal: Proposal, now: datetime) -> Impact | None:
    """As if the last signature came now; None once it has taken effect or is over."""
    if proposal.status in amendment.OVER or proposal.in_effect_at is not None:
        return None
    today, contract = day_of(now), proposal.document.contract
    mine = Ticket.objects.filter(organization_id=contract.organization_id, contract=contract)
    try:
        found = tickets.moves(
            contract, signing.signed_agreement(proposal, today), on=signing.first_day(proposal, today), now=now
        )
    except (Unsettled, NoEdition) as error:
        return Impact(0, 0, 0, 0, mine.open().count(), 0, (), False, (), impossible=str(error))
    visible = set(Ticket.objects.visible_to(user).filter(pk__in=[one.ticket.pk for one in found]).values_list("pk", flat=True))  # fmt: skip
    shown = sorted((one for one in found if one.ticket.pk in visible), key=lambda one: one.after - one.before)
    sooner = sum(one.upward for one in found)
    keys = {term.key for clause in signing.clauses_of(proposal.document) for term in clause.terms.all()}
    return Impact(
        moved=len(found),
        sooner=sooner,
        later=len(found) - sooner,
        newly_late=sum(one.is_late(now) for one in found),
        open_requests=mine.open().count(),
        requesters=len({one.ticket.requester_id for one in found}),
        moves=tuple(shown[:WORST]),
        hours=any(key.startswith("hours.") for key in keys),
        ladder=_ladder(proposal),
    )


def _ladder(proposal: Proposal) -> tuple[str, ...]:
    """The people of the contract's ladder, whom a missed answer reaches: an amendment of terms leaves them as they are."""
    named: Any = LadderPerson.objects.filter(
        organization_id=proposal.organization_id, level__ladder__contract=proposal.document.contract
    ).order_by("level__position", "user__name")
    return tuple(dict.fromkeys(str(one.user) for one in named.select_related("user")))
