"""Open work follows an amendment that is in effect, in batches (domain §5.10): long work, see common.long_work.

Its row is the preview's: what was counted before the signatures is moved after them, and the same page shows how far it is. Each
clock moves from the instant at which the amendment took effect, whenever its batch comes; it is asked again what the agreement says,
so a batch that comes twice finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from common import long_work
from common.columns import ids_in
from contracts import effects
from contracts.agreement import agreement_of
from contracts.models import Contract, Proposal
from contracts.selectors import day_of
from slo.models import Clock
from tickets.models import ImpactMove, ImpactPreview

from .following import hold
from .moving import follow, moves_of, remember, running

MOVE_BATCH = 200


@effects.register
def move_open_clocks(proposal: Proposal, now: datetime) -> None:
    """An amendment takes effect: its contract's open clocks are to follow. A worker moves them; missed ones stay."""
    on = day_of(now)
    agreement_of(proposal.document.contract).on(on)  # what is unsettled takes no effect
    mine = {"organization_id": proposal.organization_id, "proposal_id": proposal.pk}
    work, _created = ImpactPreview.objects.get_or_create(**mine, defaults={"counted_on": on, "asked_at": now})
    ImpactMove.objects.filter(organization_id=work.organization_id, preview=work).delete()
    work.moving_since, work.counted_on = now, on
    work.ask(now)
    work.save()


def move_batch(work: ImpactPreview, now: datetime) -> bool:
    """The next clocks: those whose tickets and rows nobody else holds; the others come last. True after the last one."""
    proposal = Proposal.objects.select_related("document__contract__organization").get(
        organization_id=work.organization_id, pk=work.proposal_id
    )
    contract, since = proposal.document.contract, work.moving_since
    if since is None or _comes_after_another(work, contract):
        raise long_work.NotYet
    clocks = running(contract, now)
    if not work.total:
        work.total = clocks.count()
    wanted = list(clocks.filter(pk__gt=work.cursor).order_by("pk").values_list("pk", "clock_id")[:MOVE_BATCH])
    free = _free([(clock, work.organization_id) for _pk, clock in wanted])
    agreement, on = agreement_of(contract), day_of(since)
    found = moves_of(clocks.filter(clock_id__in=free).order_by("pk"), contract, agreement, on=on, now=since)
    held = work.result.get("held", 0) + len(wanted) - len(free)
    remember(work, [replace(move, after=follow(move, now=now, since=since)) for move in found], now)
    work.done = min(work.total, work.done + len(free))
    if len(wanted) == MOVE_BATCH:
        work.cursor, work.result["held"] = wanted[-1][0], held
        return False
    if held:  # once more from the beginning: what has moved finds nothing left to do
        if not free:
            raise long_work.NotYet
        work.cursor, work.done = 0, 0
        return False
    return True


def _free(clocks: list[tuple[int, int]]) -> list[int]:
    """Those of which nobody holds the ticket, nor the clock; both are ours until COMMIT. Waits for nobody."""
    owned = Clock.objects.filter(pk__in=ids_in(hold(clocks))).order_by("pk")
    return list(owned.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))


def _comes_after_another(work: ImpactPreview, contract: Contract) -> bool:
    """Whether an earlier amendment of the contract still has clocks to move: this one counts from where that one leaves them."""
    contracts = Proposal.objects.filter(organization_id=work.organization_id, document__contract=contract)
    others = ImpactPreview.objects.filter(
        organization_id=work.organization_id, state__in=ImpactPreview.UNFINISHED, moving_since__isnull=False,
        proposal__in=contracts,
    ).exclude(pk=work.pk)  # fmt: skip
    return others.filter(moving_since__lt=work.moving_since).exists()
