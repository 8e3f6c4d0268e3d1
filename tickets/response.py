"""What counts as a qualified human response, the first and every next one (service guide §5), and what asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something written on a ticket, reduced to what the rule looks at."""

    public: bool
    by_valiantys: bool
    by_machine: bool
    is_message: bool  # and not the reason of a status change, a merge note or another side effect
    in_bulk: bool
    at: datetime


def is_clients(said: Utterance) -> bool:
    """Something that the client asks or answers, by any channel: it ends a pause, and after the first answer waits for the next."""
    return said.public and not said.by_valiantys and said.is_message


def is_human_answer(said: Utterance, *, opened_at: datetime) -> bool:
    """A public reply written by a consultant, one by one, after submission.

    Acknowledgements, internal notes, status changes, bulk actions, bots, merges, replies by the client, and anything
    written before the ticket was submitted answer nothing.
    """
    return (
        said.public
        and said.by_valiantys
        and not said.by_machine
        and said.is_message
        and not said.in_bulk
        and said.at >= opened_at
    )
