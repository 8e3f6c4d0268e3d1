"""The rule of the ladder: which level comes next, when silence climbs, and when it is over (service guide §8).

Levels are climbed in order, one cause at a time. A level with nobody there is entered, marked empty and left at once.
An escalation that has reached the top stays there, and alarms daily until somebody takes it. Nothing here reads a
clock or a database: instants are arguments, with an offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ALARM_EVERY = timedelta(days=1)
"""How often the top level, or a promise broken there, is reminded."""


class Cause(StrEnum):
    """Why a level was reached (domain §9)."""

    BREACH = "breach"  # an answer is late: the first, or the next
    UNRESOLVED = "unresolved"  # a promised resolution is late
    SILENCE = "silence"
    PERSISTS = "persists"
    BROKEN_PROMISE = "broken_promise"
    EMPTY_LEVEL = "empty_level"


class Move(StrEnum):
    """What a cause does."""

    OPEN = "open"
    CLIMB = "climb"
    ALARM = "alarm"
    ATTACH = "attach"
    NO_LADDER = "no_ladder"


class Ending(StrEnum):
    """Why an escalation is over."""

    ANSWERED = "answered"
    TICKET_DONE = "ticket_done"


@dataclass(frozen=True, slots=True)
class Level:
    """A rung: its position on the ladder, and the business minutes its people have; whether anybody is there."""

    position: int
    acknowledge_minutes: int
    has_people: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A level reached, and why; empty means that the next one is reached at once."""

    level: int
    cause: Cause
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens: the levels entered, in order, and the level where the escalation stands afterwards."""

    move: Move
    entries: tuple[Entry, ...] = ()
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an open escalation knows of itself. `cause` is why it stands at this level, empty levels left aside."""

    cause: Cause
    entered_at: datetime
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None = None
    update_by: datetime | None = None


def decide(levels: Iterable[Level], standing_at: int | None, cause: Cause) -> Decision:
    """What a cause does to a ticket whose open escalation stands at a level (None: it has none).

    A missed objective opens, and is attached to what is open. The client's "it persists" opens or climbs one; silence
    and a broken promise climb. Whoever would climb over the top alarms it. Positions need no order and may have gaps.
    """
    ladder = sorted(levels, key=lambda level: level.position)
    if standing_at is not None and cause in {Cause.BREACH, Cause.UNRESOLVED}:
        return Decision(Move.ATTACH)
    if not ladder:
        return Decision(Move.NO_LADDER if standing_at is None else Move.ALARM)
    above = [level for level in ladder if standing_at is None or level.position > standing_at]
    if not above:
        return Decision(Move.ALARM, level=ladder[-1])
    entered = _up_to_somebody(above)
    entries = tuple(
        Entry(level.position, Cause.EMPTY_LEVEL if rank else cause, not level.has_people)
        for rank, level in enumerate(entered)
    )
    return Decision(Move.OPEN if standing_at is None else Move.CLIMB, entries, entered[-1])


def overdue(standing: Standing, now: datetime) -> Cause | None:
    """Why an open escalation climbs by itself: nobody took the level in time, or the promised update hasn't come.

    At the last instant it is still in time. Whoever has acknowledged is asked about the promise alone.
    """
    if standing.acknowledged_at is not None:
        return Cause.BROKEN_PROMISE if standing.update_by is not None and standing.update_by < now else None
    return Cause.SILENCE if standing.acknowledge_by is not None and standing.acknowledge_by < now else None


def ending(standing: Standing, *, ticket_is_open: bool, answered_at: datetime | None) -> Ending | None:
    """Why an open escalation is over, or None: what the last public human answer (or None) and the ticket's end mean.

    An answer since the level was entered ends it, except where the client says that the problem persists, or where a
    resolution is late: there somebody has to take it first. Once taken, an answer since then keeps the promise, and ends it whatever the cause.
    """
    if not ticket_is_open:
        return Ending.TICKET_DONE
    if answered_at is None:
        return None
    if standing.acknowledged_at is not None:
        return Ending.ANSWERED if answered_at > standing.acknowledged_at else None
    if standing.cause in {Cause.PERSISTS, Cause.UNRESOLVED}:
        return None
    return Ending.ANSWERED if answered_at > standing.entered_at else None


def _up_to_somebody(levels: Sequence[Level]) -> Sequence[Level]:
    """The levels entered on the way: up to the first where somebody is, or all of them."""
    for number, level in enumerate(levels, start=1):
        if level.has_people:
            return levels[:number]
    return levels
