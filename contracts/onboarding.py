"""Onboarding as a rule: who is waited for, how many business days that took, and when an activity is done (domain §2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.amendment import Side


class State(StrEnum):
    """Where an activity stands. Nobody sets `done`: it is so when both sides have agreed."""

    OPEN = "open"
    WAITING_CLIENT = "waiting_for_client"
    WAITING_HOUSE = "waiting_for_us"
    DONE = "done"

    @property
    def waits_for(self) -> Side | None:
        """Whose turn it is; None while both work on it, or nobody has to."""
        return {State.WAITING_CLIENT: Side.CLIENT, State.WAITING_HOUSE: Side.HOUSE}.get(self)


SET_BY_HAND = frozenset({State.OPEN, State.WAITING_CLIENT, State.WAITING_HOUSE})


@dataclass(frozen=True)
class Wait:
    """One stretch of waiting for a side; `ended_at` None: it goes on."""

    side: Side
    began_at: datetime
    ended_at: datetime | None = None


def other(side: Side) -> Side:
    """Who sits across the table."""
    return Side.HOUSE if side is Side.CLIENT else Side.CLIENT


def waiting_for(side: Side) -> State:
    """The state in which it is this side's turn."""
    return State.WAITING_CLIENT if side is Side.CLIENT else State.WAITING_HOUSE


def standing(*, client_agreed: bool, house_agreed: bool) -> State:
    """What agreements make of an activity: done by both, the other's turn after one, open without any."""
    if client_agreed and house_agreed:
        return State.DONE
    if client_agreed or house_agreed:
        return waiting_for(Side.HOUSE if client_agreed else Side.CLIENT)
    return State.OPEN


def days_waiting(waits: Iterable[Wait], side: Side, closings: Iterable[datetime], now: datetime) -> int:
    """On how many business days this side was waited for: those at whose closing a wait was going on.

    `closings` are the instants at which the calendar's business days closed. A day counts once however many activities waited,
    and one that was asked and answered between two closings counts for nobody.
    """
    spans = [(one.began_at, min(one.ended_at or now, now)) for one in waits if one.side == side]
    return sum(any(began < closing <= ended for began, ended in spans) for closing in set(closings))


def is_late(state: State, due_on: date, today: date) -> bool:
    """Not done, and its day has passed."""
    return state is not State.DONE and due_on < today
