"""What a promise counts as: one rule, against a slow one that asks each question of each promise by itself."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.attainment import FEW, Counted, Score, counted


@dataclass(frozen=True)
class Promise:
    """As it would be told on paper."""

    verdict: str | None
    excusal: str = ""
    conceded: bool = False
    contested: bool = False


PROMISES = st.builds(
    Promise,
    st.sampled_from([None, "running", "met", "missed", "void"]),
    st.sampled_from(["", "asks_client", "asks_valiantys", "agreed", "declined"]),
    st.booleans(),
    st.booleans(),
)


def slow(promises: list[Promise]) -> tuple[dict[str, int], Fraction | None]:
    """Each figure by its own sentence; the share of those kept among kept, missed and conceded."""
    kept = [one for one in promises if one.verdict == "met" and not one.conceded]
    missed = [one for one in promises if one.verdict == "missed" and one.excusal != "agreed"]
    conceded = [one for one in promises if one.conceded and one.verdict not in {"missed", "running"}]
    figures = {
        "met": len(kept),
        "missed": len(missed),
        "excused": sum(1 for one in promises if one.verdict == "missed" and one.excusal == "agreed"),
        "conceded": len(conceded),
        "void": sum(1 for one in promises if one.verdict == "void" and not one.conceded),
        "not_covered": sum(1 for one in promises if one.verdict is None and not one.conceded),
        "contested": sum(1 for one in promises if one.contested),
    }
    among = len(kept) + len(missed) + len(conceded)
    return figures, Fraction(100 * len(kept), among) if among else None


@settings(max_examples=300, deadline=None)
@given(st.lists(PROMISES, max_size=40), st.integers(0, 40))
def test_it_counts_as_the_slow_reference_does(promises: list[Promise], cut: int) -> None:
    halves = []
    for half in (promises[:cut], promises[cut:]):
        score = Score()
        for one in half:
            kind = counted(one.verdict, excusal=one.excusal, conceded=one.conceded)
            score = score.plus(kind, contested=int(one.contested))
        halves.append(score)
    whole = halves[0] + halves[1]
    figures, share = slow(promises)
    assert {name: getattr(whole, name) for name in figures} == figures
    if share is None:
        assert whole.attainment is None
    else:
        assert whole.attainment is not None
        assert 0 <= share - Fraction(whole.attainment).limit_denominator(10) < Fraction(1, 10)
    assert (whole.attainment == 100) == (share == 100)
    judged = sum(1 for one in promises if one.verdict != "running")
    assert sum(astuple(whole)) - whole.contested == judged  # each is counted once
    assert whole.says_something == any(figures.values())
    assert whole.is_telling == (figures["met"] + figures["missed"] + figures["conceded"] >= FEW)


@pytest.mark.parametrize(("verdict", "excusal", "conceded", "expected"), [
    ("met", "", False, Counted.MET), ("met", "", True, Counted.CONCEDED),
    ("missed", "", False, Counted.MISSED), ("missed", "asks_client", False, Counted.MISSED),
    ("missed", "declined", False, Counted.MISSED), ("missed", "agreed", False, Counted.EXCUSED),
    ("missed", "", True, Counted.MISSED), ("missed", "agreed", True, Counted.EXCUSED),
    ("void", "", False, Counted.VOID), ("void", "", True, Counted.CONCEDED),
    (None, "", False, Counted.NOT_COVERED), (None, "", True, Counted.CONCEDED),
    ("running", "", False, None), ("running", "", True, None),
])  # fmt: skip
def test_as_what_each_counts(verdict: str | None, excusal: str, conceded: bool, expected: Counted | None) -> None:
    assert counted(verdict, excusal=excusal, conceded=conceded) is expected


def test_what_is_taken_away_leaves_what_was() -> None:
    score = Score(met=2).plus(Counted.MET, -1).plus(Counted.CONCEDED)
    assert (score.met, score.conceded, score.attainment) == (1, 1, 50.0)
