"""How promises are counted: one rule for every page, list and file that says how many were kept.

Each promise is counted once, as one of `Counted`. What is contested is counted as it stands, and said beside it. The
percentage is of those that were kept, broken or conceded; excused, void and not covered ones are outside it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from slo.clock import Verdict
from slo.excusal import Standing

FEW = 10  # promises in the denominator below which a percentage would say more than is known


class Outcome(StrEnum):
    """How a contest ended."""

    OPEN = ""
    UPHELD = "upheld"  # it stays as it is
    CORRECTED = "corrected"  # what was done was undone
    CONCEDED = "conceded"  # nothing can be undone: the promise counts as not kept
    WITHDRAWN = "withdrawn"  # by the client, before there was an answer


class Counted(StrEnum):
    """As what a promise is counted; each as one of these alone."""

    MET = "met"
    MISSED = "missed"
    EXCUSED = "excused"  # missed, and both sides agreed that it doesn't count
    CONCEDED = "conceded"  # met, void or not covered, and we agreed with who contested it
    VOID = "void"
    NOT_COVERED = "not_covered"


def counted(verdict: str | None, *, excusal: str = "", conceded: bool = False) -> Counted | None:
    """As what one promise counts. `verdict` None: there is no clock. None while it runs: it is counted once it is judged."""
    if verdict == Verdict.MISSED:
        return Counted.EXCUSED if excusal == Standing.AGREED else Counted.MISSED
    if verdict == Verdict.RUNNING:
        return None
    if conceded:
        return Counted.CONCEDED
    return Counted.NOT_COVERED if verdict is None else Counted(verdict)


@dataclass(frozen=True)
class Score:
    """How many promises count as what. `contested` are among the others, as they stand."""

    met: int = 0
    missed: int = 0
    excused: int = 0
    conceded: int = 0
    void: int = 0
    not_covered: int = 0
    contested: int = 0

    @property
    def judged(self) -> int:
        """What the percentage is of: kept, broken, or conceded not to have been kept."""
        return self.met + self.missed + self.conceded

    @property
    def attainment(self) -> float | None:
        """Percent of those that were kept, cut to one decimal: only all of them are 100. None when there are none."""
        return (1000 * self.met // self.judged) / 10 if self.judged else None

    @property
    def is_telling(self) -> bool:
        """Whether there are enough of them for a percentage."""
        return self.judged >= FEW

    @property
    def says_something(self) -> bool:
        """Whether anything is counted at all."""
        return any(getattr(self, one.name) for one in fields(self))

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def plus(self, one: Counted | None, n: int = 1, contested: int = 0) -> Score:
        """With so many more of one kind; `n` may take some away."""
        more = {one.value: n} if one else {}
        return self + Score(**more, contested=contested)
