"""Excusing a missed promise (domain §5.9): one side proposes, a named person of the other side agrees or declines.

The verdict stays missed for ever; that it is excused is said beside it. A rule: plain Python, in events of the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from slo.calendar import as_utc
from slo.clock import Verdict


class ExcusalError(ValueError):
    """Nobody may excuse it like this. `why` is the code of the rule."""

    def __init__(self, why: Why):
        super().__init__(f"It can't be excused like this: {why.value}.")
        self.why = why


class Why(StrEnum):
    """The rules, by what breaks them."""

    NOT_MISSED = "not missed"
    WAITS = "a proposal waits already"
    EXCUSED = "excused already"
    NOTHING = "nothing is proposed"
    OWN = "own proposal"
    SAME_SIDE = "same side"
    OTHER_SIDE = "the other side's proposal"
    EARLIER = "before what it answers"


class Side(StrEnum):
    """Whose a person is."""

    CLIENT = "client"
    VALIANTYS = "valiantys"

    @property
    def other(self) -> Side:
        """The one that answers."""
        return Side.VALIANTYS if self is Side.CLIENT else Side.CLIENT


class Standing(StrEnum):
    """How an excusal stands; a row says which side it waits for."""

    NONE = ""
    ASKS_CLIENT = "asks_client"
    ASKS_VALIANTYS = "asks_valiantys"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the side that had proposed it


WAITING = frozenset({Standing.ASKS_CLIENT, Standing.ASKS_VALIANTYS})


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said: who, of which side, when, and the message of the ticket with the reason (None: no words)."""

    by: int
    side: Side
    at: datetime
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Excusal:
    """The last one that was proposed, with its answer, or with the word by which the own side took it back."""

    proposed: Said
    answered: Said | None = None
    agreed: bool = False

    @property
    def standing(self) -> Standing:
        """In one word."""
        if self.answered is not None and self.answered.side == self.proposed.side:
            return Standing.WITHDRAWN
        if self.answered is not None:
            return Standing.AGREED if self.agreed else Standing.DECLINED
        return Standing(f"asks_{self.proposed.side.other.value}")


def said(at: datetime, actor_id: int | None, data: Mapping[str, Any]) -> Said:
    """From an event; the engine excuses nothing."""
    if actor_id is None:
        raise ExcusalError(Why.SAME_SIDE)
    return Said(actor_id, Side(data["side"]), as_utc(at), data.get("message"))


def propose(before: Excusal | None, verdict: Verdict, judged_at: datetime | None, one: Said) -> Excusal:
    """Somebody proposes: of a missed promise only, and one proposal at a time; again after the last one was declined or withdrawn."""
    if verdict is not Verdict.MISSED or judged_at is None:
        raise ExcusalError(Why.NOT_MISSED)
    if before is not None and before.answered is None:
        raise ExcusalError(Why.WAITS)
    if before is not None and before.agreed:
        raise ExcusalError(Why.EXCUSED)
    if one.at < max(judged_at, before.answered.at if before and before.answered else judged_at):
        raise ExcusalError(Why.EARLIER)
    return Excusal(one)


def answer(before: Excusal | None, one: Said, *, agreed: bool) -> Excusal:
    """Somebody of the other side agrees or declines; nobody answers what he or she proposed, nor a colleague did."""
    before = _waiting(before)
    if before.proposed.by == one.by:
        raise ExcusalError(Why.OWN)
    if before.proposed.side == one.side:
        raise ExcusalError(Why.SAME_SIDE)
    if one.at < before.proposed.at:
        raise ExcusalError(Why.EARLIER)
    return replace(before, answered=one, agreed=agreed)


def withdraw(before: Excusal | None, one: Said) -> Excusal:
    """Somebody of the side that proposed it takes it back, before the other side has answered."""
    before = _waiting(before)
    if before.proposed.side != one.side:
        raise ExcusalError(Why.OTHER_SIDE)
    if one.at < before.proposed.at:
        raise ExcusalError(Why.EARLIER)
    return replace(before, answered=one)


def _waiting(before: Excusal | None) -> Excusal:
    if before is None or (before.answered is not None and not before.agreed):
        raise ExcusalError(Why.NOTHING)
    if before.agreed:
        raise ExcusalError(Why.EXCUSED)
    return before
