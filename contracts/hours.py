"""The rule of Reserved Hours: rounding and cover. Integer minutes (domain §10)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cover:
    """How billable minutes are met: what the balance covers, and what waits for an approver."""

    covered: int
    awaiting: int


def billable(actual: int, increment: int) -> int:
    """Minutes worked, rounded up to the contract's increment, once per entry. ValueError unless both are positive."""
    if actual <= 0 or increment <= 0:
        raise ValueError("minutes worked and the increment are positive whole numbers")
    return -(-actual // increment) * increment


def cover(minutes: int, balance: int) -> Cover:
    """Draw what is there, never below zero; the rest awaits approval and is never lost. ValueError if negative."""
    if minutes < 0 or balance < 0:
        raise ValueError("minutes and balance can't be negative")
    covered = min(minutes, balance)
    return Cover(covered, minutes - covered)
