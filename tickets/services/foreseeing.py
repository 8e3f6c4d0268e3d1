"""What a proposed amendment would do to open work, counted by a worker in batches (domain §5.10): long work, see common.long_work."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from accounts import permissions
from accounts.models import User
from common import long_work, tenancy
from contracts import amendment, signing
from contracts.agreement import agreement_of
from contracts.models import Contract, Proposal
from contracts.precedence import Unsettled
from contracts.selectors import day_of
from slo.models import CalendarEdition
from slo.services import NoEdition
from tickets.models import ImpactMove, ImpactPreview, Ticket

from .amended import move_batch
from .moving import moves_of, remember, running

FRESH = timedelta(minutes=10)
"""How long a count is shown before the next reader has it done again: requests come and go meanwhile."""
BATCH = 1_000


@transaction.atomic
def foresee(*, actor: User, proposal: Proposal, now: datetime) -> ImpactPreview:
    """The count for a proposal as it stands: the one that is there if it is still fresh, else a new one, asked for hereby."""
    return _asked(actor, proposal, now, again=False)


@transaction.atomic
def foresee_again(*, actor: User, proposal: Proposal, now: datetime) -> ImpactPreview:
    """Count once more, unless that is being done."""
    return _asked(actor, proposal, now, again=True)


def _asked(actor: User, proposal: Proposal, now: datetime, *, again: bool) -> ImpactPreview:
    permissions.check(actor, "contract.view", proposal.organization_id)
    if proposal.in_effect_at is not None:
        return _moving(proposal, now, again=again)
    basis = _basis(proposal, day_of(now))
    mine = {"organization_id": proposal.organization_id, "proposal_id": proposal.pk}
    preview, created = ImpactPreview.objects.get_or_create(
        **mine, defaults={**basis, "asked_by": actor, "asked_at": now}
    )
    if created or (_is_fresh(preview, basis, now) and not again):
        return preview
    preview = ImpactPreview.objects.select_for_update(no_key=True).get(
        pk=preview.pk
    )  # who asks at the same moment waits
    if _is_fresh(preview, basis, now) and (not again or preview.is_unfinished):
        return preview
    ImpactMove.objects.filter(organization_id=proposal.organization_id, preview=preview).delete()
    for name, value in basis.items():
        setattr(preview, name, value)
    preview.asked_by = actor
    preview.ask(now)
    preview.save()
    return preview


def _moving(proposal: Proposal, now: datetime, *, again: bool) -> ImpactPreview:
    """How far open clocks have followed what is in effect; what broke off goes on when it is asked for again."""
    rows = ImpactPreview.objects.filter(organization_id=proposal.organization_id, moving_since__isnull=False)
    if not again:
        return rows.get(proposal_id=proposal.pk)
    work = rows.select_for_update(no_key=True).get(proposal_id=proposal.pk)
    if work.state == ImpactPreview.State.FAILED:
        work.ask(now)
        work.save()
    return work


def _is_fresh(preview: ImpactPreview, basis: dict[str, Any], now: datetime) -> bool:
    if any(getattr(preview, name) != value for name, value in basis.items()):
        return False
    return preview.finished_at is None or preview.finished_at > now - FRESH


def _basis(proposal: Proposal, today: date) -> dict[str, Any]:
    """What a count rests on: the exact text, the agreement that it would change, the calendars' editions, the day."""
    agreement = agreement_of(proposal.document.contract)
    newest = CalendarEdition.objects.order_by("-pk").values_list("pk", flat=True).first()
    stands = repr((sorted(map(repr, agreement.editions)), agreement.order, agreement.tier, newest))
    return {
        "text_hash": amendment.digest(signing.text_of(proposal)),
        "basis_hash": hashlib.sha256(stands.encode()).hexdigest(),
        "counted_on": today,
    }


def count_impact() -> int:
    """Do what is asked for, until nothing is left or patience ends; returns the batches done. Safe to run twice, and late."""
    return long_work.work(ImpactPreview, _batch)


def _batch(preview: ImpactPreview, now: datetime) -> bool:
    """The next clocks, as the client's own role: what it can't see isn't counted."""
    if preview.moving_since is not None:
        return _move(preview, now)
    with tenancy.organizations(preview.organization_id):
        rows = Proposal.objects.filter(organization_id=preview.organization_id)
        proposal = rows.select_related("document__amends", "document__contract__organization").get(
            pk=preview.proposal_id
        )
        today, contract = preview.counted_on, proposal.document.contract
        if _basis(proposal, today) != {
            name: getattr(preview, name) for name in ("text_hash", "basis_hash", "counted_on")
        }:
            raise long_work.GaveUp("changed")  # the next reader asks for the new one
        clocks = running(contract, now).filter(pk__gt=preview.cursor).order_by("pk")
        if not preview.total:
            preview.total = clocks.count()
        batch = list(clocks[:BATCH])
        try:
            agreement = signing.signed_agreement(proposal, today)
            found = moves_of(batch, contract, agreement, on=signing.first_day(proposal, today), now=now)
        except (Unsettled, NoEdition):
            preview.result = {"impossible": True, "open_requests": _open(contract)}
            return True
        remember(preview, found, now)
        preview.done, preview.cursor = preview.done + len(batch), batch[-1].pk if batch else preview.cursor
        if len(batch) == BATCH:
            return False
        preview.result |= _summed(preview, proposal, contract)
        return True


def _move(work: ImpactPreview, now: datetime) -> bool:
    """The next clocks that follow; after the last ones the figures, as a preview has them."""
    over = move_batch(work, now)
    if over:
        rows = Proposal.objects.filter(organization_id=work.organization_id).select_related("document__contract")
        proposal = rows.get(pk=work.proposal_id)
        figures = _summed(work, proposal, proposal.document.contract)
        work.result = figures | {name: work.result[name] for name in ("newly_late", "paused")}
    return over


def _summed(preview: ImpactPreview, proposal: Proposal, contract: Contract) -> dict[str, Any]:
    """The figures that everybody is shown, whichever requests he or she sees."""
    mine = ImpactMove.objects.filter(organization_id=preview.organization_id, preview=preview)
    keys = {term.key for clause in signing.clauses_of(proposal.document) for term in clause.terms.all()}
    return {
        **mine.aggregate(
            moved=Count("pk"),
            sooner=Count("pk", filter=Q(shift_seconds__lt=0)),
            requesters=Count("ticket__requester", distinct=True),
        ),
        "open_requests": _open(contract),
        "hours": any(key.startswith("hours.") for key in keys),
    }


def _open(contract: Contract) -> int:
    return Ticket.objects.filter(organization_id=contract.organization_id, contract=contract).open().count()
