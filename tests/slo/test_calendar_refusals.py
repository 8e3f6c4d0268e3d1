"""What a calendar refuses, and how it says so."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from slo.calendar import (
    BadHolidayError,
    BadWindowError,
    Calendar,
    CalendarError,
    NaiveInstantError,
    NegativeDurationError,
    OutsideHorizonError,
    UnknownZoneError,
)
from tests.slo.cases import ALWAYS, DAY, HOUR, MICROSECOND, at, calendar


@pytest.mark.parametrize(
    "zone",
    ["", "Europe/Lutetia", "Europe", "../etc/passwd", "/etc/passwd", "localtime", "right/UTC", None, 1, []],
)
def test_unknown_zones(zone: Any) -> None:
    with pytest.raises(UnknownZoneError, match="not a zone"):
        Calendar(zone, {}, {})
    with pytest.raises(UnknownZoneError, match="not a zone"):
        Calendar.from_data({"zone": zone, "weekly": {}, "holidays": {}})


@pytest.mark.parametrize(
    "weekly",
    [
        {0: [("18:00", "09:00")]},
        {0: [("09:00", "09:00")]},
        {0: [("24:00", "24:00")]},
        {0: [("09:00", "12:00"), ("11:59", "13:00")]},
        {0: [("09:00", "18:00"), ("09:00", "18:00")]},
        {0: [("9:00", "18:00")]},
        {0: [("09:00", "24:01")]},
        {0: [("09:00", "18:60")]},
        {0: [("09:00", "18:00\n")]},
        {0: [("09:00",)]},
        {0: ["09:00"]},
        {0: [(9, 18)]},
        {0: None},
        {7: []},
        {-1: []},
        {True: []},
        {"monday": []},
        {0: [], "0": []},
        None,
    ],
)
def test_bad_windows(weekly: Any) -> None:
    with pytest.raises(BadWindowError):
        Calendar("Europe/Paris", weekly, {})


@pytest.mark.parametrize(
    "holidays",
    [
        {"2026-02-30": "x"},
        {"20261225": "x"},
        {datetime(2026, 1, 1, tzinfo=UTC): "x"},
        {"2026-01-01": 1},
        {"2026-01-01": {"name": "x"}},
        {"2026-01-01": {"name": 1, "windows": [["09:00", "12:00"]]}},
        {"2026-01-01": {"name": "x", "windows": [["12:00", "09:00"]]}},
        {"2026-01-01": {"name": "x", "windows": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        {"2026-01-01": {"name": "x", "windows": None}},
        {"2026-01-01": {"name": "x", "windows": [], "more": 1}},
        [],
        {1: "x"},
    ],
)
def test_bad_holidays(holidays: Any) -> None:
    with pytest.raises(BadHolidayError):
        Calendar("Europe/Paris", {}, holidays)


@pytest.mark.parametrize("data", [{}, [], {"zone": "UTC", "weekly": {}, "holidays": {}, "more": 1}])
def test_data_of_another_shape(data: Any) -> None:
    with pytest.raises(CalendarError):
        Calendar.from_data(data)


def test_naive_instants() -> None:
    naive, aware, office = datetime.fromisoformat("2026-11-23T09:00"), at("2026-11-23T09:00"), calendar()
    for ask in (
        lambda: office.add(naive, HOUR),
        lambda: office.between(naive, aware),
        lambda: office.between(aware, naive),
        lambda: office.is_open(naive),
        lambda: office.next_opening(naive),
        lambda: office.intervals(aware, naive),
    ):
        with pytest.raises(NaiveInstantError):
            ask()


def test_negative_durations_and_spans() -> None:
    office, start = calendar(), at("2026-11-23T09:00")
    with pytest.raises(NegativeDurationError):
        office.add(start, -MICROSECOND)
    with pytest.raises(NegativeDurationError):
        office.between(start, start - MICROSECOND)
    with pytest.raises(NegativeDurationError):
        office.intervals(start, start - MICROSECOND)


@pytest.mark.parametrize("weekly", [{}, {"0": []}])
def test_a_calendar_that_never_opens(weekly: Any) -> None:
    never, start = calendar(weekly=weekly), at("2026-11-23T09:00")
    assert never.between(start, start + 100 * DAY) == timedelta(0)
    assert never.add(start, timedelta(0)) == start
    with pytest.raises(OutsideHorizonError, match=r"Europe/Paris never opens from 2026-11-23.* to 2199"):
        never.next_opening(start)
    with pytest.raises(OutsideHorizonError, match=r"Europe/Paris opens for less than 1:00:00 from"):
        never.add(start, HOUR)


def test_a_calendar_that_opens_too_little_before_its_horizon() -> None:
    with pytest.raises(OutsideHorizonError, match="Europe/Paris opens for less"):
        calendar(weekly={"0": [["09:00", "09:01"]]}).add(at("2190-01-01T00:00"), 24 * HOUR)


@pytest.mark.parametrize(
    "instant",
    [
        "0001-01-01T00:00+00:00",
        "0001-01-01T00:00+14:00",  # before the first instant that Python knows in UTC
        "1969-12-31T23:59:59.999999+00:00",
        "1970-01-01T00:00+00:01",
        "2200-01-01T00:00+00:00",
        "9999-12-31T23:59-12:00",
    ],
)
def test_instants_outside_the_horizon(instant: str) -> None:
    with pytest.raises(OutsideHorizonError, match="from 1970 to 2199"):
        calendar().is_open(datetime.fromisoformat(instant))


def test_instants_at_the_edges_of_the_horizon() -> None:
    always = calendar("Pacific/Auckland", ALWAYS)
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC) - MICROSECOND
    assert always.is_open(first)
    assert always.between(last - DAY, last) == DAY
    assert always.add(last - DAY, DAY) == last


class TestArrays:
    """What a compiled table refuses, before it answers anything."""

    def test_what_lies_outside_what_is_compiled(self) -> None:
        alone = Calendar("Europe/Paris", {0: [("09:00", "18:00")]}, {})  # one that nobody else asks for other years
        table = alone.compiled(at("2026-02-01T00:00"), at("2026-03-01T00:00"))
        first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2026, 2027))
        assert table.between_many(np.array([first]), np.array([last - 1])).shape == (1,)
        for start in (first - 1, last, np.iinfo(np.int64).max):
            with pytest.raises(OutsideHorizonError, match="outside what is compiled: 2026-01-01"):
                table.add_many(np.array([first, start]), np.array([0, 0]))
        with pytest.raises(OutsideHorizonError, match="go beyond 2027-01-01"):
            table.add_many(np.array([first, last - 1]), np.array([60_000_000, 86_400_000_000]))

    def test_negative_durations_and_spans(self) -> None:
        table = calendar().compiled(at("2026-02-01T00:00"), at("2026-03-01T00:00"))
        start = np.array([int(at("2026-02-01T00:00").timestamp()) * 1_000_000])
        with pytest.raises(NegativeDurationError):
            table.add_many(start, np.array([-1]))
        with pytest.raises(NegativeDurationError):
            table.between_many(start, start - 1)

    def test_what_is_no_integer(self) -> None:
        table = calendar().compiled(at("2026-02-01T00:00"), at("2026-03-01T00:00"))
        for wrong in (np.array([1.5]), np.array(["now"]), np.array([None])):
            with pytest.raises(CalendarError, match="int64 microseconds"):
                table.add_many(wrong, np.array([1]))

    def test_no_rows_and_one_duration_for_all(self) -> None:
        table = calendar().compiled(at("2026-02-01T00:00"), at("2026-03-01T00:00"))
        assert table.add_many(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
        starts = np.array([int(at(text).timestamp()) * 1_000_000 for text in ("2026-02-02T09:00", "2026-02-03T09:00")])
        assert table.add_many(starts, np.int64(3_600_000_000)).tolist() == (starts + 3_600_000_000).tolist()

    def test_a_calendar_that_never_opens(self) -> None:
        table = calendar(weekly={}).compiled(at("2026-02-01T00:00"), at("2026-03-01T00:00"))
        start = np.array([int(at("2026-02-01T00:00").timestamp()) * 1_000_000])
        assert table.between_many(start, start + 1).tolist() == [0]
        assert table.add_many(start, np.array([0])).tolist() == start.tolist()
        with pytest.raises(OutsideHorizonError):
            table.add_many(start, np.array([1]))

    def test_numpy_is_not_loaded_by_asking_for_one_instant(self) -> None:
        code = (
            "import sys; from datetime import *; from slo.calendar import Calendar;"
            "c = Calendar('UTC', {0: [('09:00', '12:00')]}, {});"
            "c.add(datetime.now(UTC), timedelta(hours=1)); c.compiled(datetime.now(UTC), datetime.now(UTC)).opens;"
            "sys.exit('numpy' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
