"""Days of waiting, and what agreements make, against slow and obvious references."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.amendment import Side
from contracts.onboarding import State, Wait, days_waiting, is_late, other, standing, waiting_for
from tests.slo.cases import at

# Closings of a week: Monday to Friday at 18:00 of Paris, in winter.
WEEK = [datetime(2026, 11, 16 + day, 17, tzinfo=UTC) for day in range(5)]
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
HOURS = st.integers(0, 24 * 7)


def wait(begins: str, ends: str = "", side: Side = Side.CLIENT) -> Wait:
    return Wait(side, at(begins), at(ends) if ends else None)


@pytest.mark.parametrize(
    ("waits", "days"),
    [
        ([], 0),
        ([wait("2026-11-16T10:00", "2026-11-16T15:00")], 0),  # asked and answered within a day
        ([wait("2026-11-16T10:00", "2026-11-17T09:00")], 1),  # over one closing
        ([wait("2026-11-16T19:00", "2026-11-17T09:00")], 0),  # asked after closing, answered before opening
        ([wait("2026-11-16T18:00", "2026-11-17T09:00")], 0),  # asked at the closing itself
        ([wait("2026-11-16T10:00", "2026-11-16T18:00")], 1),  # still waiting at the closing
        ([wait("2026-11-13T10:00", "2026-11-16T09:00")], 0),  # the weekend is nobody's
        ([wait("2026-11-17T10:00")], 4),  # it goes on
        ([wait("2026-11-16T10:00", "2026-11-18T10:00"), wait("2026-11-17T10:00", "2026-11-18T20:00")], 3),  # a day once
        ([wait("2026-11-16T10:00", side=Side.HOUSE)], 0),  # the other side's
    ],
)
def test_a_day_counts_when_it_closes_upon_a_wait(waits: list[Wait], days: int) -> None:
    assert days_waiting(waits, Side.CLIENT, WEEK, NOW) == days


@given(st.lists(st.tuples(st.sampled_from(Side), HOURS, st.one_of(st.none(), HOURS)), max_size=6), HOURS)
def test_hour_by_hour_it_comes_to_the_same(spans: list[tuple[Side, int, int | None]], until: int) -> None:
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    now = monday + timedelta(hours=until)
    waits = [
        Wait(
            side,
            monday + timedelta(hours=begins),
            None if length is None else monday + timedelta(hours=begins + length),
        )
        for side, begins, length in spans
    ]
    for side in Side:
        days = set()
        for hour in range(24 * 8):
            instant = monday + timedelta(hours=hour)
            for one in waits:
                going_on = (
                    one.began_at < instant and (one.ended_at is None or instant <= one.ended_at) and instant <= now
                )
                if one.side is side and going_on and instant in WEEK:
                    days.add(instant)
        assert days_waiting(waits, side, WEEK, now) == len(days)


@pytest.mark.parametrize(
    ("client", "house", "state"),
    [
        (True, True, State.DONE),
        (True, False, State.WAITING_HOUSE),
        (False, True, State.WAITING_CLIENT),
        (False, False, State.OPEN),
    ],
)
def test_agreements_make_the_state(client: bool, house: bool, state: State) -> None:
    assert standing(client_agreed=client, house_agreed=house) is state


@pytest.mark.parametrize("side", Side)
def test_whoever_is_waited_for_is_not_the_other(side: Side) -> None:
    assert waiting_for(side).waits_for is side
    assert other(side) is not side
    assert other(other(side)) is side


@pytest.mark.parametrize(
    ("state", "day", "late"),
    [("open", 17, True), ("open", 18, False), ("waiting_for_client", 17, True), ("done", 17, False)],
)
def test_late_is_what_is_not_done_after_its_day(state: str, day: int, late: bool) -> None:
    assert is_late(State(state), date(2026, 11, day), date(2026, 11, 18)) is late
