"""Charts' geometry: what is drawn is what the figures say."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forecast import forecast
from contracts.lots import Period
from portal import charts

TODAY = date(2026, 11, 18)
PERIOD = Period(date(2026, 11, 2), date(2026, 12, 31), 1200)


def is_open(day: date) -> bool:
    return day.weekday() < 5


def told(free: int, pace: int):
    worked = {TODAY - timedelta(days=n): pace for n in range(1, 40) if is_open(TODAY - timedelta(days=n))}
    return forecast(free=free, worked=worked, began_on=date(2026, 1, 1), today=TODAY, is_open=is_open)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


@given(free=st.integers(0, 1200), pace=st.integers(0, 500), plane=st.sampled_from([charts.WIDE, charts.NARROW]))
def test_nothing_is_drawn_outside_its_field(free, pace, plane):
    left = charts.left_by_day(free, TODAY, PERIOD.first, {TODAY: -60})
    drawn = charts.burn_down(plane, PERIOD, TODAY, left, told(free, pace), is_open)
    for path in (drawn.actual, drawn.area, drawn.even, drawn.expected):
        for x, y in points(path):
            assert plane.left <= x <= plane.end
            assert plane.top <= y <= plane.floor


@pytest.mark.parametrize("pace", [40, 90, 240])
def test_three_lines_that_differ(pace):
    left = charts.left_by_day(900, TODAY, PERIOD.first, {TODAY - timedelta(days=5): -300})
    drawn = charts.burn_down(charts.WIDE, PERIOD, TODAY, left, told(900, pace), is_open)
    assert len({drawn.actual, drawn.even, drawn.expected}) == 3
    assert points(drawn.expected)[0] == points(drawn.actual)[-1]
    assert points(drawn.even)[-1][1] == charts.WIDE.floor


def test_without_a_pace_nothing_is_foreseen():
    left = charts.left_by_day(900, TODAY, PERIOD.first, {})
    drawn = charts.burn_down(charts.WIDE, PERIOD, TODAY, left, told(900, 0), is_open)
    assert drawn.expected == ""
    assert drawn.gone is None


def test_the_run_out_is_marked_on_its_day():
    left = charts.left_by_day(600, TODAY, PERIOD.first, {})
    outlook = told(600, 60)
    drawn = charts.burn_down(charts.WIDE, PERIOD, TODAY, left, outlook, is_open)
    assert outlook.on == date(2026, 12, 2)
    assert drawn.gone is not None
    assert (drawn.gone.x, drawn.gone.y) == tuple(f"{n:.1f}" for n in points(drawn.expected)[-1])


def test_the_table_tells_the_same():
    left = charts.left_by_day(600, TODAY, PERIOD.first, {TODAY: -60})
    rows = {row.day: row for row in charts.table(PERIOD, TODAY, left, told(600, 60), is_open)}
    assert (rows[TODAY].left, rows[TODAY].expected) == (600, False)
    assert rows[date(2026, 12, 2)].left == 0
    assert (rows[PERIOD.first].even, rows[PERIOD.last].even) == (1200, 0)


def test_a_balance_is_followed_back_day_by_day():
    changes = {TODAY: -60, TODAY - timedelta(days=2): 600}
    left = charts.left_by_day(540, TODAY, TODAY - timedelta(days=3), changes)
    assert list(left.values()) == [0, 600, 600, 540]


def test_a_spark_says_what_there_was_sixty_days_ago():
    drawn = charts.spark(300, TODAY, {TODAY - timedelta(days=10): -100}, None, is_open)
    assert drawn.then == 400
    assert drawn.ahead == ""
    assert points(drawn.line)[-1] == (float(drawn.x), float(drawn.y))
