"""What a corrected priority would do: promise by promise, the worst first, and which requests it would leave alone, and why.

Plain values, made by `tickets.services.rehearse_priority`; pages and programs read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from django.utils.translation import ngettext_lazy

from slo.clock import Verdict, verdict
from slo.words import OBJECTIVE

from .models import Ticket
from .priority import Priority
from .words import PRIORITY

WORST = 10
ZERO = timedelta()


class Turn(StrEnum):
    """What becomes of a promise."""

    LATE = "late"  # by the correction: its due instant would have passed already
    SOONER = "sooner"
    STARTS = "starts"
    LATER = "later"
    STAYS = "stays"
    LATE_ALREADY = "late_already"  # and stays as it is judged


MOVES = frozenset({Turn.LATE, Turn.SOONER, Turn.STARTS, Turn.LATER})


@dataclass(frozen=True, slots=True)
class Standing:
    """When a promise is due; while it pauses nothing is, and `left` is the business time that the pause keeps."""

    due_at: datetime | None
    left: timedelta | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether the due instant has passed, strictly."""
        return self.due_at is not None and verdict(self.due_at, None, now) is Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One promise of a ticket, as it stands (`before`, None: there is none yet) and as it would."""

    ticket: Ticket
    objective: str
    before: Standing | None
    after: Standing
    as_of: datetime

    @property
    def title(self) -> str:
        """What is promised, in words."""
        return str(OBJECTIVE[self.objective])

    @property
    def shift(self) -> timedelta:
        """By how much it moves: real time between due instants; while it pauses, business time."""
        before, after = self.before, self.after
        if before is None:
            return ZERO
        if before.due_at and after.due_at:
            return after.due_at - before.due_at
        return (after.left or ZERO) - (before.left or ZERO)

    @property
    def turn(self) -> Turn:
        """What becomes of it."""
        if self.after.is_late(self.as_of):
            return Turn.LATE_ALREADY if self.before and self.before.is_late(self.as_of) else Turn.LATE
        if self.before is None:
            return Turn.STARTS
        return Turn.SOONER if self.shift < ZERO else Turn.LATER if self.shift > ZERO else Turn.STAYS


@dataclass(frozen=True)
class Rehearsal:
    """All of it, as of an instant: the tickets that would be corrected, their promises, and those that refuse."""

    priority: Priority
    as_of: datetime
    tickets: tuple[Ticket, ...]
    promises: tuple[Foreseen, ...]
    refused: tuple[tuple[Ticket, str], ...]

    @property
    def title(self) -> str:
        """The priority, in words."""
        return str(PRIORITY[self.priority])

    @property
    def is_single(self) -> bool:
        """Whether one ticket was asked about: then every promise of it is worth a line, moved or not."""
        return len(self.tickets) + len(self.refused) == 1

    @cached_property
    def moves(self) -> list[Foreseen]:
        """What moves, the worst first: late by it, then the most tightened, and what gains most time last."""
        found = [one for one in self.promises if one.turn in MOVES]
        return sorted(found, key=lambda one: (one.turn is not Turn.LATE, one.shift, one.ticket.pk, one.objective))

    @property
    def worst(self) -> list[Foreseen]:
        """Those that are shown at once."""
        return self.moves[:WORST]

    @property
    def others(self) -> list[Foreseen]:
        """The rest of what moves."""
        return self.moves[WORST:]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many promises there are of each turn, by its value."""
        turns = [one.turn for one in self.promises]
        return {one.value: turns.count(one) for one in Turn}

    @property
    def ways(self) -> list[str]:
        """How many move each way, in words; ways that none goes are left out."""
        said = {
            Turn.LATE: ngettext_lazy("%(n)d late at once", "%(n)d late at once", "n"),
            Turn.SOONER: ngettext_lazy("%(n)d sooner", "%(n)d sooner", "n"),
            Turn.STARTS: ngettext_lazy("%(n)d begins", "%(n)d begin", "n"),
            Turn.LATER: ngettext_lazy("%(n)d later", "%(n)d later", "n"),
        }
        return [str(words % {"n": self.counts[turn]}) for turn, words in said.items() if self.counts[turn]]

    @property
    def unpromised(self) -> list[Ticket]:
        """Tickets of which nothing is owed any more, or ever was: their priority changes and nothing else."""
        owed = {one.ticket.pk for one in self.promises}
        return [one for one in self.tickets if one.pk not in owed]

    @property
    def reasons(self) -> list[str]:
        """Why some would stay as they are."""
        return [reason for _ticket, reason in self.refused] if self.is_single else by_reason(self.refused)


def by_reason(refused: Iterable[tuple[Ticket, str]]) -> list[str]:
    """Each reason of a refusal after the references that it holds for."""
    grouped: dict[str, list[str]] = {}
    for ticket, reason in refused:
        grouped.setdefault(reason, []).append(ticket.reference)
    return [f"{', '.join(references)} — {reason}" for reason, references in grouped.items()]
