"""Previews of amendments, asked for and counted."""

from __future__ import annotations

from typing import Any

from common import tenancy
from contracts.models import Proposal
from tests.contracts.changing import proposed
from tests.tickets.acting import act
from tickets import services
from tickets.models import ImpactPreview


def whole(proposal: Proposal) -> Proposal:
    """As a page reads it: with its document and its contract."""
    with tenancy.everyone():
        return Proposal.objects.select_related("document__amends", "document__contract__organization").get(
            pk=proposal.pk
        )


def previewed(cast: Any, proposal: Proposal | None = None, **more: Any) -> ImpactPreview:
    """Asked for by Rosa unless another person does."""
    arguments = {"actor": cast.rosa, "now": cast.now} | more
    row: ImpactPreview = act(
        arguments.pop("actor"), services.foresee, proposal=whole(proposal or proposed(cast)), **arguments
    )
    return row
