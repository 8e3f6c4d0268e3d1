"""A contract that adds objectives, and what their clocks say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import tenancy
from slo.models import Clock
from tests.contracts.writing import bound
from tests.tickets.acting import opened
from tickets.models import Ticket, TicketClock

PRIORITIES = ("critical", "high", "medium", "low")
TERMS = {
    **{f"slo.next_response.{one}": "240" for one in PRIORITIES},
    **{f"slo.resolution.{one}": "1080" for one in PRIORITIES},
}


def promised(cast: Any, terms: Mapping[str, str] = TERMS, **more: Any) -> Ticket:
    """A request of Ann's at `cast.now` under a contract whose clause sets these terms: next answers in 4 h, resolution in 18 h."""
    bound(cast.northwind_contract, terms)
    return opened(cast, **more)


def clocks(ticket: Ticket, objective: str) -> list[Clock]:
    """Its clocks for an objective, in order."""
    with tenancy.everyone():
        links = TicketClock.objects.filter(ticket=ticket, objective=objective).order_by("number")
        return [one.clock for one in links.select_related("clock__edition")]


def verdicts(ticket: Ticket, objective: str) -> list[str]:
    """How they stand."""
    return [one.verdict for one in clocks(ticket, objective)]
