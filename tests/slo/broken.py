"""Clocks whose events contradict each other, as no service writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common import tenancy
from slo.models import ClockEvent

# What is planted behind the start: (kind, hours after it, data).
PLANTS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "begins twice": ("started", 0, {}),
    "goes on without a pause": ("resumed", 0, {"by": "activity"}),
    "a word that nobody knows": ("frozen", 0, {}),
    "a calendar that isn't there": ("calendar_moved", 0, {"calendar": 987654, "edition": 1}),
    "a pause without its date": ("paused", 0, {"reason": "client"}),
    "missed before it was due": ("missed", 0, {}),
    "a promise of nothing, next year": ("retargeted", 9000, {"upward": True}),
}


def plant(clock: Any, name: str = "goes on without a pause") -> None:
    """One event that can't follow."""
    kind, hours, data = PLANTS[name]
    with tenancy.everyone():
        number = ClockEvent.objects.filter(organization_id=clock.organization_id, clock=clock).count() + 1
        ClockEvent.objects.create(
            organization_id=clock.organization_id, clock=clock, number=number, kind=kind,
            at=clock.started_at + timedelta(hours=hours), data=data,
        )  # fmt: skip
