"""The status table of domain §3, as a pure rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a ticket is in its life."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING_CLIENT = "waiting_client"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Who moves it. The engine is time itself."""

    CLIENT = "client"
    STAFF = "staff"
    ENGINE = "engine"


class Need(StrEnum):
    """What a move asks for."""

    QUESTION = "question"  # a public question to the client
    ANSWER = "answer"  # a public human reply, now or before
    REASON = "reason"


class Refusal(StrEnum):
    """Why a move is refused."""

    FINAL = "final"
    NOT_FROM_HERE = "not_from_here"
    NOT_YOURS = "not_yours"
    NEEDS_QUESTION = "needs_question"
    NEEDS_ANSWER = "needs_answer"
    NEEDS_REASON = "needs_reason"


class WorkflowError(ValueError):
    """A move that the table doesn't have; `refusal` says which rule."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class Move:
    """Who may make it, and what it needs."""

    by: frozenset[Party]
    needs: frozenset[Need] = frozenset()


S = Status
OPEN = frozenset({S.NEW, S.IN_PROGRESS, S.WAITING_CLIENT, S.WAITING_THIRD_PARTY})
WAITING = frozenset({S.WAITING_CLIENT, S.WAITING_THIRD_PARTY})
FINAL = frozenset({S.CLOSED, S.CANCELLED})

_STAFF, _EITHER = frozenset({Party.STAFF}), frozenset({Party.STAFF, Party.CLIENT})
_ASK = Move(_STAFF, frozenset({Need.QUESTION}))
_PLAIN, _BACK = Move(_STAFF), Move(_EITHER)
_RESOLVE, _CANCEL = Move(_STAFF, frozenset({Need.ANSWER})), Move(_EITHER, frozenset({Need.REASON}))
_CLOSE = Move(frozenset({Party.CLIENT, Party.ENGINE}))

_WORK: Mapping[Status, Move] = {
    S.WAITING_CLIENT: _ASK,
    S.WAITING_THIRD_PARTY: _PLAIN,
    S.RESOLVED: _RESOLVE,
    S.CANCELLED: _CANCEL,
}
TABLE: Mapping[Status, Mapping[Status, Move]] = {
    S.NEW: {S.IN_PROGRESS: _PLAIN, **_WORK},
    S.IN_PROGRESS: _WORK,
    S.WAITING_CLIENT: {**_WORK, S.IN_PROGRESS: _BACK, S.WAITING_THIRD_PARTY: _PLAIN},
    S.WAITING_THIRD_PARTY: {**_WORK, S.IN_PROGRESS: _BACK, S.WAITING_CLIENT: _ASK},
    S.RESOLVED: {S.IN_PROGRESS: _BACK, S.CLOSED: _CLOSE},
    S.CLOSED: {},
    S.CANCELLED: {},
}
_REFUSAL = {
    Need.QUESTION: Refusal.NEEDS_QUESTION,
    Need.ANSWER: Refusal.NEEDS_ANSWER,
    Need.REASON: Refusal.NEEDS_REASON,
}


def check(old: Status | str, new: Status | str, *, by: Party, has: frozenset[Need] = frozenset()) -> None:
    """Return when the table has this move for this party, with all it needs in hand; WorkflowError otherwise.

    Closed and cancelled are final: a reply opens a linked new ticket instead (domain §3).
    """
    old, new = Status(old), Status(new)
    if old in FINAL:
        raise WorkflowError(Refusal.FINAL)
    move = TABLE[old].get(new)
    if move is None:
        raise WorkflowError(Refusal.NOT_FROM_HERE)
    if by not in move.by:
        raise WorkflowError(Refusal.NOT_YOURS)
    for need in Need:
        if need in move.needs and need not in has:
            raise WorkflowError(_REFUSAL[need])


def moves(old: Status | str, *, by: Party) -> list[Status]:
    """The statuses this party may move to from here, for a page's buttons."""
    return [new for new, move in TABLE[Status(old)].items() if by in move.by]
