"""Rounding and cover, against a slow and obvious reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.hours import Cover, billable, cover

MINUTES = st.integers(1, 3000)


@pytest.mark.parametrize(
    ("actual", "increment", "billed"), [(1, 15, 15), (15, 15, 15), (16, 15, 30), (61, 30, 90), (7, 1, 7), (1, 480, 480)]
)
def test_minutes_are_rounded_up_to_the_increment(actual: int, increment: int, billed: int) -> None:
    assert billable(actual, increment) == billed


@given(actual=MINUTES, increment=st.integers(1, 480))
def test_it_is_the_first_multiple_that_holds_them(actual: int, increment: int) -> None:
    reached = increment
    while reached < actual:
        reached += increment
    assert billable(actual, increment) == reached
    assert billable(reached, increment) == reached  # rounded once: rounding again changes nothing


@pytest.mark.parametrize(("actual", "increment"), [(0, 15), (-1, 15), (15, 0), (15, -15)])
def test_no_time_and_no_increment_are_mistakes_of_ours(actual: int, increment: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        billable(actual, increment)


@pytest.mark.parametrize(
    ("minutes", "balance", "expected"),
    [
        (30, 60, Cover(30, 0)),
        (30, 30, Cover(30, 0)),
        (30, 20, Cover(20, 10)),
        (30, 0, Cover(0, 30)),
        (0, 5, Cover(0, 0)),
    ],
)
def test_the_balance_covers_what_it_can(minutes: int, balance: int, expected: Cover) -> None:
    assert cover(minutes, balance) == expected


@given(minutes=st.integers(0, 500), balance=st.integers(0, 500))
def test_minute_by_minute_it_comes_to_the_same(minutes: int, balance: int) -> None:
    covered = awaiting = 0
    for minute in range(minutes):
        if minute < balance:
            covered += 1
        else:
            awaiting += 1
    assert cover(minutes, balance) == Cover(covered, awaiting)


@pytest.mark.parametrize(("minutes", "balance"), [(-1, 5), (5, -1)])
def test_less_than_nothing_is_a_mistake_of_ours(minutes: int, balance: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        cover(minutes, balance)
