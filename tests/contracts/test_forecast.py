"""The forecast: against a slow, obvious reference, by properties, and by its words for what it doesn't know."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.forecast import ENOUGH_DAYS, ENOUGH_WORKED, HORIZON, WINDOW, Forecast, Outlook, business_days, forecast

TODAY = date(2026, 11, 18)  # a Wednesday
DAY = timedelta(days=1)
ARMISTICE = date(2026, 11, 11)


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day != ARMISTICE


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def told(free: int, worked: dict[date, int], began_on: date | None = None, today: date = TODAY) -> Forecast:
    return forecast(free=free, worked=worked, began_on=began_on or ago(90), today=today, is_open=is_open)


def reference(free: int, worked: dict[date, int], began_on: date) -> tuple[int, int, date | None]:
    """Minutes and business days of the window, and the day of the run-out, by walking day by day."""
    days, minutes, day = 0, 0, TODAY
    while True:
        if day == TODAY:
            days += 1 if worked.get(day) and is_open(day) else 0
        else:
            days += 1 if is_open(day) else 0
        minutes += worked.get(day, 0)
        if days == WINDOW or day <= began_on:
            break
        day -= DAY
    if minutes <= 0 or not days:
        return max(0, minutes), days, None
    left, day = Fraction(free), TODAY
    for _step in range(HORIZON):
        day += DAY
        if is_open(day):
            left -= Fraction(minutes, days)
            if left <= 0:
                return minutes, days, day
    return minutes, days, None


work = st.dictionaries(st.integers(0, 60).map(ago), st.integers(0, 600), max_size=40)
began = st.integers(0, 90).map(ago)
minutes_free = st.integers(0, 20_000)


@given(free=minutes_free, worked=work, began_on=began)
def test_it_is_what_walking_day_by_day_gives(free, worked, began_on):
    found = told(free, worked, began_on)
    minutes, days, on = reference(free, worked, began_on)
    assert (found.minutes, found.days) == (minutes, days)
    if found.tells:
        assert found.on == on
        assert found.outlook == (Outlook.RUNS_OUT if on else Outlook.LATER)
    else:
        assert found.on is None


@given(free=minutes_free, worked=work, began_on=began)
def test_it_says_what_it_does_not_know(free, worked, began_on):
    found = told(free, worked, began_on)
    first = next(day for day in sorted({began_on, *(ago(n) for n in range(91))}) if day >= began_on)
    recent = [day for day, minutes in worked.items() if minutes and first <= day <= TODAY]
    if free == 0:
        assert found.outlook == Outlook.GONE
    elif found.days < ENOUGH_DAYS or (found.minutes and len(recent) < ENOUGH_WORKED):
        assert found.outlook == Outlook.UNKNOWN
    elif not found.minutes:
        assert found.outlook == Outlook.IDLE


@given(free=st.integers(1, 10_000), more=st.integers(1, 5_000), worked=work)
def test_more_hours_never_run_out_earlier(free, more, worked):
    fewer, plenty = told(free, worked), told(free + more, worked)
    assume(fewer.tells)
    assert plenty.tells
    assert (fewer.on or date.max) <= (plenty.on or date.max)


@given(free=st.integers(1, 10_000), worked=work, day=st.integers(1, 20).map(ago), more=st.integers(1, 600))
def test_more_work_never_makes_them_last_longer(free, worked, day, more):
    before = told(free, worked)
    assume(before.tells)
    after = told(free, worked | {day: worked.get(day, 0) + more})
    assert (after.on or date.max) <= (before.on or date.max)


@given(free=st.integers(1, 10_000), worked=work)
def test_they_run_out_on_a_business_day_to_come_and_not_a_day_before(free, worked):
    found = told(free, worked)
    assume(found.on is not None)
    assert found.on > TODAY
    assert is_open(found.on)
    n = len(list(business_days(TODAY, is_open, found.on)))
    assert found.left_after(n) == 0
    assert found.left_after(n - 1) > 0


@given(worked=work, free=st.integers(1, 10_000))
def test_what_lies_before_the_window_counts_for_nothing(worked, free):
    old = {ago(40 + n): 600 for n in range(20)}
    recent = {day: minutes for day, minutes in worked.items() if day > ago(40)}
    assert told(free, recent) == told(free, recent | old)


class TestTable:
    def test_an_hour_a_day_over_twenty_days(self):
        worked = {ago(n): 60 for n in range(1, 40) if is_open(ago(n))}
        found = told(600, worked)
        assert (found.pace, found.days, found.outlook) == (60, 20, Outlook.RUNS_OUT)
        assert found.on == date(2026, 12, 2)  # the tenth business day after the 18th

    def test_today_counts_only_once_something_was_worked(self):
        worked = {ago(n): 60 for n in range(1, 40) if is_open(ago(n))}
        assert told(600, worked).minutes == 1200
        assert told(600, worked | {TODAY: 30}).minutes == 19 * 60 + 30

    def test_what_was_taken_back_slows_the_pace(self):
        worked = {ago(n): 60 for n in range(1, 40) if is_open(ago(n))}
        assert told(600, worked | {ago(1): -60}).minutes == 1200 - 120

    @pytest.mark.parametrize(
        ("free", "worked", "began_on", "outlook"),
        [
            (0, {}, ago(90), Outlook.GONE),
            (600, {}, ago(90), Outlook.IDLE),
            (600, {}, ago(5), Outlook.UNKNOWN),
            (600, {ago(2): 60, ago(1): 60}, ago(90), Outlook.UNKNOWN),
            (600, {ago(5): 1, ago(2): 1, ago(1): 1}, ago(90), Outlook.LATER),
            (600, {ago(5): 60, ago(2): 60, ago(1): 60}, ago(90), Outlook.RUNS_OUT),
        ],
    )
    def test_each_outlook(self, free, worked, began_on, outlook):
        assert told(free, worked, began_on).outlook == outlook

    def test_a_calendar_that_never_opens_says_nothing(self):
        found = forecast(free=60, worked={ago(1): 60}, began_on=ago(90), today=TODAY, is_open=lambda day: False)
        assert found.outlook == Outlook.UNKNOWN

    def test_less_than_nothing_is_refused(self):
        with pytest.raises(ValueError, match="negative"):
            told(-1, {})
