"""What can be promised, in one table (domain §5): what starts it, what stops it, whether it may pause, what reopening does.

Tickets start the first response always, the others where the contract's terms set a target: `slo.next_response.high`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reopening(StrEnum):
    """What a reopened ticket does to a clock that has stopped."""

    NEVER = "never restarts"
    AGAIN = "a new clock for what is asked next"
    GOES_ON = "a new clock with what was left"


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise. ``may_pause``: unless the contract itself says otherwise."""

    name: str
    starts: str
    stops: str
    may_pause: bool
    reopening: Reopening


FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION = "first_response", "next_response", "resolution"

OBJECTIVES = {
    one.name: one
    for one in (
        #         name             starts with                stops with                          pauses  reopened
        Objective(FIRST_RESPONSE, "submission", "the first qualified human response", False, Reopening.NEVER),
        Objective(NEXT_RESPONSE, "a question of the client’s", "the next qualified human response", True, Reopening.AGAIN),
        Objective(RESOLUTION, "submission", "the ticket being resolved", True, Reopening.GOES_ON),
    )
}  # fmt: skip


def may_pause(objective: str, contract_says: bool | None = None) -> bool:
    """Whether a clock of this objective may pause: as its contract says, else as the table does (domain §5.8)."""
    return OBJECTIVES[objective].may_pause if contract_says is None else contract_says
