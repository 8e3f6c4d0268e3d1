"""Thousands of generated calendars and questions against the reference, in zones all over the world: zero mismatches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from slo.calendar import Calendar
from tests.slo import reference
from tests.slo.cases import ALWAYS, CHANGES, DAY, MICROSECOND, MINUTE, OFFICE, SPLIT

ZONES = sorted(
    {zone for zone, _, _ in CHANGES}
    | {
        "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Lagos", "America/Asuncion", "America/Chicago", "America/Godthab",
        "America/Los_Angeles", "America/Santiago", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata",
        "Asia/Tokyo", "Atlantic/Azores", "Australia/Adelaide", "Australia/Eucla", "Europe/Berlin", "Europe/Istanbul",
        "Europe/Lisbon", "Europe/Moscow", "America/Halifax", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Marquesas", "UTC",
    }
)  # fmt: skip
DAYS = 5  # looked at around each anchor
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def anchors(zone: str) -> list[date]:
    """Dates to look around: the zone's changes of clocks, a leap day, the end of a year."""
    known = [date.fromisoformat(day) for one, day, _ in CHANGES if one == zone]
    noon = datetime(2023, 1, 1, 12, tzinfo=UTC)
    offsets = [(noon + days * DAY).astimezone(ZoneInfo(zone)).utcoffset() for days in range(2 * 365)]
    found = [(noon + days * DAY).date() for days, (one, two) in enumerate(pairwise(offsets), start=1) if one != two]
    others = [date(2024, 2, 29), date(2025, 12, 31)]
    return [*(known or found[:2]), others[len(zone) % 2]]


TIMES = st.integers(0, 96).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}") | st.integers(0, 1440).map(
    lambda minute: f"{minute // 60:02}:{minute % 60:02}"
)


@st.composite
def windows(draw: st.DrawFn) -> list[list[str]]:
    """Up to three windows of a day, that may touch; often none."""
    edges = sorted(draw(st.lists(TIMES, max_size=6, unique=True)))
    touching = len(edges) % 2 == 1  # an odd number of edges: window after window
    return [list(pair) for pair in (pairwise(edges) if touching else zip(edges[::2], edges[1::2], strict=True))]


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, Any]:
    """A week: a usual one, or any."""
    if (usual := draw(st.sampled_from([None, None, ALWAYS, OFFICE, SPLIT]))) is not None:
        return usual
    kinds = [draw(windows()), draw(windows())]
    shape = draw(st.integers(0, 3**7 - 1))
    chosen = {str(day): shape // 3**day % 3 for day in range(7)}
    return {day: kinds[kind] for day, kind in chosen.items() if kind < 2}


@st.composite
def calendars(draw: st.DrawFn) -> tuple[dict[str, Any], date]:
    """A calendar's data, and a date around which something happens in its zone."""
    zone = draw(st.sampled_from(ZONES))
    anchor = draw(st.sampled_from(anchors(zone)))
    dates = st.integers(-2, 2).map(lambda days: (anchor + days * DAY).isoformat())
    holiday = st.sampled_from(["Noël", "Pont"]) | windows().map(lambda own: {"name": "Eve", "windows": own})
    holidays = draw(st.dictionaries(dates, holiday, max_size=3))
    return {"zone": zone, "weekly": draw(weeks()), "holidays": holidays}, anchor


def micros(instants: list[datetime]) -> Any:
    return np.array([(one - EPOCH) // MICROSECOND for one in instants], dtype=np.int64)


SEEDED = settings(
    deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def test_thousands_of_cases_against_every_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """A case is a calendar with a start, a length and an amount; starts are any minute, and often a boundary."""
    cases: set[tuple[Any, ...]] = set()
    zones: set[str] = set()

    @settings(SEEDED, max_examples=650)
    @given(calendars(), st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=11, max_size=12, unique=True))
    def look(given_calendar: tuple[dict[str, Any], date], draws: list[tuple[int, int, int]]) -> None:
        data, anchor = given_calendar
        business = Calendar.from_data(data)
        first = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC) - DAYS // 2 * DAY
        walls = reference.wall_clocks(data["zone"], first, DAYS)
        kinds = [reference.kind_of(data, *wall) for wall in walls]
        counted = list(accumulate((kind == "open" for kind, _ in kinds), initial=0))
        edges = [0, *(number for number, (one, two) in enumerate(pairwise(kinds), start=1) if one != two)]
        asked = []
        for any_start, any_length, any_amount in draws:
            start = edges[any_start % len(edges)] if any_start % 2 else any_start % len(kinds)
            end = start + any_length % (len(kinds) - start + 1)
            amount = any_amount % (counted[end] - counted[start] + 1)
            asked.append((start, end, amount))
            cases.add((data["zone"], anchor, repr(data), start, end, amount))
        zones.add(data["zone"])
        starts, ends = ([first + one[column] * MINUTE for one in asked] for column in (0, 1))
        opened = [counted[end] - counted[start] for start, end, _ in asked]
        assert [business.between(*pair) for pair in zip(starts, ends, strict=True)] == [one * MINUTE for one in opened]
        due = [
            first + (start if not amount else next(n for n in range(start, end + 1) if counted[n] - counted[start] >= amount)) * MINUTE
            for start, end, amount in asked
        ]  # fmt: skip
        amounts = [amount * MINUTE for _, _, amount in asked]
        assert [business.add(*pair) for pair in zip(starts, amounts, strict=True)] == due
        for (start, end, _), a, b in zip(asked, starts, ends, strict=True):
            assert list(spelled(business, a, b)) == list(runs(kinds[start:end]))
            if start < len(kinds):
                assert business.is_open(a) == (kinds[start][0] == "open")
        table = business.compiled(first, first + DAYS * DAY)
        assert table.between_many(micros(starts), micros(ends)).tolist() == [one * 60_000_000 for one in opened]
        assert (
            table.add_many(micros(starts), np.array([one // MICROSECOND for one in amounts])).tolist()
            == micros(due).tolist()
        )

    look()
    with capsys.disabled():
        print(f"\n{len(cases):,} cases in {len(zones)} zones against every minute: 0 mismatches")
    assert len(cases) >= 5_000
    assert len(zones) >= 40


def runs(kinds: list[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """Kind and name, minute by minute, as (kind, name, how many minutes in a row)."""
    count = 0
    for number, kind in enumerate(kinds):
        count += 1
        if number + 1 == len(kinds) or kinds[number + 1] != kind:
            yield (*kind, count)
            count = 0


def spelled(business: Calendar, a: datetime, b: datetime) -> Iterator[tuple[str, str, int]]:
    """What `intervals` says, in the same form."""
    for line in business.intervals(a, b):
        yield line.kind, line.label, (line.ends_at - line.starts_at) // MINUTE


@st.composite
def long_calendars(draw: st.DrawFn) -> tuple[dict[str, Any], datetime, datetime]:
    """A calendar with holidays and half days over the years, and a span of up to three of them."""
    zone = draw(st.sampled_from(ZONES))
    start = datetime(2015, 1, 1, tzinfo=UTC) + draw(st.integers(0, 12 * 365 * 1440)) * MINUTE
    dates = st.integers(0, 3 * 365).map(lambda days: (start.date() + days * DAY).isoformat())
    holiday = st.just("Feast") | windows().map(lambda own: {"name": "Eve", "windows": own})
    holidays = draw(st.dictionaries(dates, holiday, max_size=12))
    length = draw(st.integers(0, 3 * 365 * 1440))
    return {"zone": zone, "weekly": draw(weeks()), "holidays": holidays}, start, start + length * MINUTE


def test_spans_of_years_against_every_date(capsys: pytest.CaptureFixture[str]) -> None:
    cases: set[str] = set()

    @settings(SEEDED, max_examples=220)
    @given(long_calendars())
    def look(given_calendar: tuple[dict[str, Any], datetime, datetime]) -> None:
        data, start, end = given_calendar
        business = Calendar.from_data(data)
        opened = reference.open_minutes_by_dates(data, start, end) * MINUTE
        assert business.between(start, end) == opened
        if opened:
            due = business.add(start, opened)
            assert due <= end
            assert business.between(due, end) == timedelta(0)
            assert business.between(start, due - MICROSECOND) == opened - MICROSECOND
        cases.add(repr(given_calendar))

    look()
    with capsys.disabled():
        print(f"\n{len(cases):,} spans of up to three years against every date: 0 mismatches")
    assert len(cases) >= 200


def test_the_reference_by_dates_agrees_with_the_reference_by_minutes() -> None:
    data = {
        "zone": "Australia/Lord_Howe",
        "weekly": SPLIT,
        "holidays": {"2025-10-06": {"name": "Eve", "windows": [["01:45", "02:30"]]}},
    }
    a, b = datetime(2025, 9, 29, 5, 17, tzinfo=UTC), datetime(2025, 10, 12, 23, 59, tzinfo=UTC)
    assert reference.open_minutes_by_dates(data, a, b) == reference.open_minutes(data, a, b) > 0


@pytest.mark.parametrize(
    "weekly", [ALWAYS, OFFICE, SPLIT, {"6": [["01:00", "03:00"]]}], ids=["always", "office", "split", "sunday"]
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_arrays_answer_as_single_questions_do_to_the_microsecond(zone: str, weekly: Any) -> None:
    business = Calendar.from_data({"zone": zone, "weekly": weekly, "holidays": {"2024-05-01": "Feast"}})
    chance = np.random.default_rng(2026)
    a, b = datetime(2023, 6, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    table = business.compiled(a, b)
    edges = np.concatenate([np.array(table.opens[:100]), np.array(table.closes[:100])])
    starts = np.concatenate(
        [edges - 1, edges, edges + 1, micros([a])[0] + chance.integers(1, 365 * 86_400_000_000, 300)]
    )
    starts = starts[(starts >= micros([a])[0]) & (starts < micros([b])[0])]
    amounts = np.concatenate([[0, 1], chance.integers(0, 90 * 3_600_000_000, len(starts) - 2)])
    due = table.add_many(starts, amounts)
    instants = [EPOCH + int(one) * MICROSECOND for one in starts]
    assert due.tolist() == micros(
        [business.add(start, int(amount) * MICROSECOND) for start, amount in zip(instants, amounts, strict=True)]
    ).tolist()  # fmt: skip
    later = np.maximum(due, starts + amounts)
    assert table.between_many(starts, later).tolist() == [
        business.between(start, EPOCH + int(end) * MICROSECOND) // MICROSECOND for start, end in zip(instants, later, strict=True)
    ]  # fmt: skip
