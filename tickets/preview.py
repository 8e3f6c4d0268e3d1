"""What a request would be promised if it were sent now: shown while it is being written (domain §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from common.errors import Refused
from contracts.models import Contract
from contracts.precedence import Setting
from contracts.selectors import Promise, promises
from slo.objectives import FIRST_RESPONSE, RESOLUTION
from slo.timeline import Span as Stretch

from .models import Ticket
from .priority import Priority
from .priority import priority as priority_of

SHOWN = 4
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Span:
    """A line of the count: open time that is counted, or a holiday that is not (`minutes` None)."""

    starts_at: datetime
    ends_at: datetime
    minutes: int | None
    label: str = ""


@dataclass(frozen=True)
class Preview:
    """A promise before it is made. `refused`: why none can be made. `spans`: how it is counted, the first few lines."""

    contract: Contract
    priority: Priority
    promised: Promise | None = None
    resolution: Promise | None = None
    refused: str = ""
    spans: tuple[Span, ...] = ()
    more: int = 0

    @property
    def clause(self) -> Setting | None:
        """What says so: the target, or that the portal isn't covered; None for a default."""
        if self.promised is None:
            return None
        return (self.promised.target if self.promised.covered else self.promised.coverage).winner

    @property
    def anchor(self) -> str:
        """The term's place on the page of promises."""
        if self.promised is None:
            return ""
        shown = self.promised.target if self.promised.covered else self.promised.coverage
        return shown.term.key.replace(".", "-")


def preview(contract: Contract, impact: str, urgency: str, now: datetime) -> Preview:
    """The promise for these answers; ValueError for a word that the table of priorities doesn't know."""
    priority = priority_of(impact, urgency)
    try:
        every = promises(contract, priority=priority, channel=Ticket.Channel.PORTAL, at=now)
    except Refused as refused:
        return Preview(contract, priority, refused=str(refused))
    promised = every[FIRST_RESPONSE]
    spans = _spans(promised, now)
    return Preview(
        contract, priority, promised, every.get(RESOLUTION), spans=tuple(spans[:SHOWN]), more=max(0, len(spans) - SHOWN)
    )


def _spans(promised: Promise, now: datetime) -> list[Span]:
    if promised.edition is None or promised.due_at is None or promised.due_at <= now:
        return []
    pieces = promised.edition.planned.intervals(now, promised.due_at)
    return [_span(piece) for piece in pieces if piece.kind == "open" or piece.label]


def _span(piece: Stretch) -> Span:
    """As pages write it, in whole minutes on both ends: the lines then add up to the target."""
    starts_at, ends_at = (at.replace(second=0, microsecond=0) for at in (piece.starts_at, piece.ends_at))
    counted = int((ends_at - starts_at) / MINUTE) if piece.kind == "open" else None
    return Span(starts_at, ends_at, counted, piece.label)
