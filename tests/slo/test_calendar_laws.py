"""The law of business time: against the minute-by-minute reference, and to the microsecond."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.calendar import Calendar
from tests.slo import reference
from tests.slo.cases import ALWAYS, CHANGES, DAY, MICROSECOND, MINUTE, OFFICE, SPLIT, around, calendar


@st.composite
def calendars(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """A calendar of a zone whose clocks change, and an instant (a whole minute) a few days around that."""
    zone, day, _ = draw(st.sampled_from(CHANGES))
    times = st.integers(0, 1440).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
    cuts = st.lists(times, max_size=6, unique=True).map(sorted)
    weekly = {}
    for weekday in range(7):
        edges = draw(cuts)
        apart = zip(edges[::2], edges[1::2], strict=False)
        windows = pairwise(edges) if draw(st.booleans()) else apart
        weekly[str(weekday)] = [list(window) for window in windows]
    dates = st.integers(-3, 3).map(lambda days: (date.fromisoformat(day) + days * DAY).isoformat())
    holidays = draw(st.dictionaries(dates, st.sampled_from(["Noël", "Pont"]), max_size=2))
    start = around(zone, day)[0] + draw(st.integers(0, 3 * 1440)) * MINUTE
    return {"zone": zone, "weekly": weekly, "holidays": holidays}, start


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=31_000)).map(
    lambda since: datetime(1975, 1, 1, tzinfo=UTC) + since
)
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=40)) | st.timedeltas(timedelta(0), timedelta(hours=20))
BUSINESS = st.builds(
    calendar,
    st.sampled_from(sorted({zone for zone, _, _ in CHANGES})),
    st.sampled_from([ALWAYS, SPLIT, OFFICE]),
    st.sampled_from([{}, {"2026-12-25": "Noël", "1999-12-31": "Eve", "2000-01-01": "New Year"}]),
)


class TestAgainstTheReference:
    @pytest.mark.parametrize(("zone", "day", "shift"), CHANGES)
    def test_the_table_names_days_on_which_clocks_do_change(self, zone: str, day: str, shift: int) -> None:
        a, b = around(zone, day)
        before, after = (instant.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) for instant in (a, b))
        assert (after - before) - (b - a) == shift * MINUTE

    @pytest.mark.parametrize(
        ("weekly", "feast"),
        [(ALWAYS, None), (ALWAYS, 0), (SPLIT, 1), (OFFICE, None)],
        ids=["always", "always but the day itself", "split, without the eve", "office"],
    )
    @pytest.mark.parametrize(("zone", "day", "shift"), CHANGES)
    def test_every_minute_around_a_change_of_clocks(
        self,
        zone: str,
        day: str,
        shift: int,
        weekly: dict[str, Any],
        feast: int | None,
    ) -> None:
        holidays = {} if feast is None else {(date.fromisoformat(day) - feast * DAY).isoformat(): "Feast"}
        data = {"zone": zone, "weekly": weekly, "holidays": holidays}
        business, (a, b) = Calendar.from_data(data), around(zone, day)
        opened = timedelta(0)
        lines = iter(business.intervals(a, b))
        line = next(lines)
        for minute in reference.minutes(a, b):
            if minute == line.ends_at:
                line = next(lines)
            kind = reference.kind_at(data, minute)
            assert (line.kind, line.label) == kind
            assert business.is_open(minute) == (kind[0] == "open")
            assert business.between(a, minute) == opened
            if kind[0] == "open":
                opened += MINUTE
                assert business.add(a, opened) == minute + MINUTE
                assert business.next_opening(minute) == minute
        assert line.ends_at == b
        assert next(lines, None) is None

    @settings(max_examples=150, deadline=None)
    @given(
        given_calendar=calendars(),
        length=st.integers(0, 3 * 1440),
        share=st.fractions(0, 1, max_denominator=60),
    )
    def test_any_calendar(
        self,
        given_calendar: tuple[dict[str, Any], datetime],
        length: int,
        share: Fraction,
    ) -> None:
        data, start = given_calendar
        business, end = Calendar.from_data(data), start + length * MINUTE
        expected = reference.open_minutes(data, start, end)
        assert business.between(start, end) == expected * MINUTE
        amount = int(expected * share)
        assert business.add(start, amount * MINUTE) == reference.add(data, start, amount)
        lines = [line for line in business.intervals(start, end) if line.kind == "open"]
        assert sum((line.ends_at - line.starts_at for line in lines), timedelta(0)) == expected * MINUTE


class TestLaws:
    """To the microsecond, over decades, whatever the instants."""

    @settings(deadline=None, max_examples=200)
    @given(BUSINESS, INSTANTS, DURATIONS)
    def test_adding_is_undone_by_measuring_and_is_the_earliest(
        self, business: Calendar, start: datetime, amount: timedelta
    ) -> None:
        end = business.add(start, amount)
        assert end >= start
        assert business.between(start, end) == amount
        if amount:
            assert business.between(start, end - MICROSECOND) == amount - MICROSECOND
        else:
            assert end == start

    @settings(deadline=None, max_examples=200)
    @given(BUSINESS, INSTANTS, DURATIONS, DURATIONS)
    def test_measures_add_up(
        self,
        business: Calendar,
        a: datetime,
        first: timedelta,
        second: timedelta,
    ) -> None:
        b, c = a + first * 30, a + first * 30 + second
        assert business.between(a, b) + business.between(b, c) == business.between(a, c)
        assert timedelta(0) <= business.between(b, c) <= second
        assert business.add(business.add(a, first), second) == business.add(a, first + second)

    @settings(deadline=None, max_examples=100)
    @given(BUSINESS, INSTANTS, INSTANTS, DURATIONS, DURATIONS)
    def test_later_or_longer_is_never_due_earlier(
        self, business: Calendar, a: datetime, b: datetime, shorter: timedelta, longer: timedelta
    ) -> None:
        (a, b), (shorter, longer) = sorted([a, b]), sorted([shorter, longer])
        assert business.add(a, shorter) <= business.add(b, shorter)
        assert business.add(a, shorter) <= business.add(a, longer)

    @settings(deadline=None, max_examples=100)
    @given(BUSINESS, INSTANTS, DURATIONS)
    def test_intervals_cover_the_span_once_and_tell_the_same_as_the_rest(
        self, business: Calendar, a: datetime, length: timedelta
    ) -> None:
        b = a + length * 12
        lines = business.intervals(a, b)
        assert [*(line.starts_at for line in lines), b] == [a, *(line.ends_at for line in lines)]
        for line in lines:
            opened = business.between(line.starts_at, line.ends_at)
            assert opened == (line.ends_at - line.starts_at if line.kind == "open" else timedelta(0))
            assert business.is_open(line.starts_at) == (line.kind == "open")
            assert business.is_open(line.ends_at - MICROSECOND) == (line.kind == "open")
        assert all((one.kind, one.label) != (two.kind, two.label) for one, two in pairwise(lines))

    @settings(deadline=None, max_examples=100)
    @given(BUSINESS, INSTANTS)
    def test_the_next_opening_is_open_and_nothing_before_it_is(
        self,
        business: Calendar,
        start: datetime,
    ) -> None:
        opening = business.next_opening(start)
        assert business.is_open(opening)
        assert business.between(start, opening) == timedelta(0)
