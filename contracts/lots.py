"""The rule of lots: which grant each minute was drawn from, and what each still holds. Integer minutes (domain §10.3).

The ledger's lines are played again in the order in which they were posted. A draw takes from the lots that were valid on the
day worked, the first to expire first; what they don't hold comes from the others, in that order. A reversal gives back to
the lots that its line drew from. Nothing here takes hours away: a lot past its day keeps what it holds until a line says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

OPEN_END = timedelta(days=90)  # of a period whose hours have no last day


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the ledger as the rule needs it. A grant gives, and may say by when it is to be used; a draw is negative."""

    id: int
    minutes: int
    on: date
    grants: bool = False
    expires_on: date | None = None
    reverses_id: int | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """A grant and what it still holds."""

    id: int
    granted: int
    left: int
    granted_on: date
    expires_on: date | None = None
    memo: str = ""

    def expires_within(self, today: date, days: int) -> bool:
        """It holds hours that are to be used within so many days."""
        return bool(self.left and self.expires_on and today <= self.expires_on <= today + timedelta(days=days))

    def is_over(self, today: date) -> bool:
        """Its last day has passed."""
        return self.expires_on is not None and self.expires_on < today


@dataclass(frozen=True, slots=True)
class Period:
    """From the newest grant to the day by which the hours are to be used; `opening` is what was free when it began."""

    first: date
    last: date
    opening: int


def lots(postings: Iterable[Posting]) -> list[Lot]:
    """Every lot, in the order in which they are used. What draws take beyond all lots is left out: the account refuses it."""
    made: dict[int, Lot] = {}
    drawn: dict[int, list[tuple[int, int]]] = {}
    for one in postings:
        if one.grants:
            made[one.id] = Lot(one.id, one.minutes, one.minutes, one.on, one.expires_on, one.memo)
        elif one.reverses_id is not None:
            for lot, minutes in drawn.pop(one.reverses_id, ()):
                made[lot] = replace(made[lot], left=made[lot].left + minutes)
        else:
            drawn[one.id] = _draw(made, -one.minutes, one.on)
    return sorted(made.values(), key=_turn)


def period(postings: Iterable[Posting], *, today: date, ends_on: date | None) -> Period | None:
    """The period that a burn-down shows; None before the first grant. `ends_on`: when the contract ends or renews, if it does."""
    rows = list(postings)
    grants = [one for one in rows if one.grants and one.on <= today]
    if not grants:
        return None
    newest = max(grants, key=lambda one: (one.on, one.id))
    opening = sum(one.minutes for one in rows if one.on < newest.on or (one.grants and one.on == newest.on))
    ends = [day for day in (newest.expires_on, ends_on) if day is not None and day > newest.on]
    last = min(ends, default=newest.on + OPEN_END)
    return Period(newest.on, max(last, today + timedelta(days=1)), max(0, opening))


def _turn(lot: Lot) -> tuple[date, date, int]:
    return lot.expires_on or date.max, lot.granted_on, lot.id


def _draw(made: dict[int, Lot], minutes: int, on: date) -> list[tuple[int, int]]:
    taken = []
    for lot in sorted(made.values(), key=lambda lot: (lot.is_over(on), _turn(lot))):
        part = min(lot.left, minutes)
        if part > 0:
            made[lot.id] = replace(lot, left=lot.left - part)
            taken.append((lot.id, part))
            minutes -= part
    return taken
