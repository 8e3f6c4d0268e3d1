"""Business time over editions: each rules its own time, and the whole answers like one calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.calendar import NegativeDurationError, OutsideHorizonError
from slo.timeline import BeforeFirstEditionError, Edition, Timeline
from slo.week import CalendarError
from tests.slo import reference
from tests.slo.cases import ALWAYS, DAY, HOUR, MINUTE, OFFICE, SPLIT, at, calendar

MONDAY = at("2026-11-23T00:00")
WEDNESDAY = at("2026-11-25T12:00")
SHORT = {str(day): [["10:00", "12:00"]] for day in range(7)}


def line(*editions: tuple[datetime, Any]) -> Timeline:
    return Timeline(tuple(Edition(start, calendar(weekly=week), 1, n) for n, (start, week) in enumerate(editions, 1)))


TWO = line((MONDAY, OFFICE), (WEDNESDAY, SHORT))


def test_each_edition_rules_from_its_instant_to_the_next() -> None:
    assert (
        TWO.between(at("2026-11-25T09:00"), at("2026-11-25T18:00")) == 3 * HOUR
    )  # the old one till noon, then nothing
    assert TWO.between(at("2026-11-26T00:00"), at("2026-11-27T00:00")) == 2 * HOUR
    assert TWO.add(at("2026-11-25T11:00"), 2 * HOUR) == at("2026-11-26T11:00")
    assert TWO.add(at("2026-11-25T11:00"), HOUR) == at("2026-11-25T12:00")  # used up as the edition ends
    assert (TWO.ruling(WEDNESDAY - MINUTE).number, TWO.ruling(WEDNESDAY).number) == (1, 2)
    assert (TWO.is_open(WEDNESDAY - MINUTE), TWO.is_open(WEDNESDAY)) == (True, False)


def test_before_the_first_one_nothing_is_known_and_it_says_when_it_begins() -> None:
    for ask in (lambda: TWO.add(MONDAY - MINUTE, HOUR), lambda: TWO.between(MONDAY - MINUTE, MONDAY)):
        with pytest.raises(BeforeFirstEditionError, match="2026-11-22 23:00"):
            ask()
    with pytest.raises(CalendarError, match="needs an edition"):
        Timeline(())
    with pytest.raises(CalendarError, match="in the order"):
        line((WEDNESDAY, OFFICE), (MONDAY, OFFICE))


def test_of_two_at_one_instant_the_later_one_rules() -> None:
    both = line((MONDAY, OFFICE), (WEDNESDAY, SHORT), (WEDNESDAY, ALWAYS))
    assert both.between(WEDNESDAY, WEDNESDAY + DAY) == DAY
    assert [one.number for one in both.editions] == [1, 3]


def test_a_pause_counts_nothing_and_closed_hours_in_it_stay_closed() -> None:
    start, since, until = at("2026-11-23T09:00"), at("2026-11-23T17:00"), at("2026-11-24T10:00")
    measure = TWO.followed_by(since, TWO.paused()).followed_by(until, TWO)
    assert measure.between(start, at("2026-11-24T11:00")) == 9 * HOUR
    assert measure.add(start, 9 * HOUR) == at("2026-11-24T11:00")
    kinds = [(one.kind, one.ends_at - one.starts_at) for one in measure.intervals(since, at("2026-11-24T11:00"))]
    assert kinds == [("paused", HOUR), ("closed", 15 * HOUR), ("paused", HOUR), ("open", HOUR)]
    assert not measure.is_open(since)
    with pytest.raises(OutsideHorizonError, match="paused with 1:00:00"):
        TWO.followed_by(since, TWO.paused()).add(start, 9 * HOUR)


def test_another_calendar_goes_on_where_the_first_one_stops() -> None:
    both = TWO.followed_by(at("2026-11-23T18:00"), line((MONDAY, ALWAYS)))
    assert both.between(at("2026-11-23T09:00"), at("2026-11-24T00:00")) == 15 * HOUR
    assert both.add(at("2026-11-23T09:00"), 10 * HOUR) == at("2026-11-23T19:00")


def test_nonsense_is_refused_and_nothing_is_added_at_once() -> None:
    with pytest.raises(NegativeDurationError):
        TWO.between(WEDNESDAY, MONDAY)
    with pytest.raises(NegativeDurationError):
        TWO.add(MONDAY, -HOUR)
    assert TWO.add(at("2026-11-24T03:00"), timedelta(0)) == at("2026-11-24T03:00")
    assert TWO.intervals(MONDAY, MONDAY) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.sampled_from([OFFICE, SHORT, ALWAYS, SPLIT])), min_size=1, max_size=4),
    st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "America/New_York"]),
    st.integers(0, 5000), st.integers(0, 4000), st.integers(1, 1500),
)  # fmt: skip
def test_it_counts_as_one_who_looks_at_every_minute(
    changes: list[tuple[int, Any]], zone: str, start: int, span: int, target: int
) -> None:
    began = at("2026-10-23T00:00")
    ordered = sorted(changes, key=lambda pair: pair[0])
    rules = [(began + minute * MINUTE, calendar(zone, week)) for minute, week in [(0, ordered[0][1]), *ordered]]
    timeline = Timeline(tuple(Edition(start_at, rule, 1, n) for n, (start_at, rule) in enumerate(rules, 1)))
    a, b = began + start * MINUTE, began + (start + span) * MINUTE
    cuts = sorted({a, b, *(at_ for at_, _rule in rules if a < at_ < b)})
    slowly = sum(
        reference.open_minutes([rule for at_, rule in rules if at_ <= x][-1].to_data(), x, y) for x, y in pairwise(cuts)
    )
    assert timeline.between(a, b) == slowly * MINUTE
    spans = timeline.spans(a, b)
    assert sum((one.counted for one in spans), timedelta(0)) == slowly * MINUTE
    assert [one.ends_at for one in spans[:-1]] == [one.starts_at for one in spans[1:]]
    due = timeline.add(a, target * MINUTE)
    assert timeline.between(a, due) == target * MINUTE
    assert timeline.between(a, due - MINUTE) < target * MINUTE
