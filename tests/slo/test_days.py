"""Business days and their closings, against a calendar read day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import tenancy
from slo import services
from slo.calendar import Calendar, calendar_from
from slo.days import closings
from slo.models import BusinessCalendar

from .cases import at

PARIS = calendar_from(
    "Europe/Paris", {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(5)}, {"2026-12-25": "Noël"}
)
ALWAYS = calendar_from("Europe/Paris", {str(day): [["00:00", "24:00"]] for day in range(7)}, {})
NIGHTS = calendar_from("America/New_York", {"0": [["22:00", "24:00"]], "1": [["00:00", "02:00"]]}, {})


def test_a_day_closes_at_the_end_of_its_last_window():
    assert closings(PARIS, at("2026-12-24T10:00"), at("2026-12-28T18:00")) == [
        at("2026-12-24T18:00"), at("2026-12-28T18:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "until", "count"),
    [
        ("2026-12-24T18:00", "2026-12-28T17:59", 0),
        ("2026-12-24T17:59", "2026-12-24T18:00", 1),
        ("2026-12-28T18:00", "2026-12-24T10:00", 0),  # backwards
    ],
)
def test_after_is_left_out_and_until_is_counted(after, until, count):
    assert len(closings(PARIS, at(after), at(until))) == count


def test_windows_that_meet_at_midnight_are_days_of_their_own():
    assert closings(ALWAYS, at("2026-10-24T10:00"), at("2026-10-26T10:00")) == [
        at("2026-10-25T00:00"), at("2026-10-26T00:00"),
    ]  # fmt: skip
    assert len(closings(NIGHTS, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC))) == 2


@given(
    st.sampled_from([PARIS, ALWAYS, NIGHTS]),
    st.integers(0, 24 * 400),
    st.integers(0, 24 * 40),
)
def test_minute_by_minute_the_last_open_one_of_a_date_is_followed_by_its_closing(calendar: Calendar, begins, lasts):
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=begins)
    until = after + timedelta(hours=lasts)
    zone = ZoneInfo(calendar.zone)
    last: dict[date, datetime] = {}
    instant = after - timedelta(days=2)
    while instant < until + timedelta(days=2):
        if calendar.is_open(instant):
            last[instant.astimezone(zone).date()] = instant + timedelta(hours=1)
        instant += timedelta(hours=1)
    assert closings(calendar, after, until) == [one for _, one in sorted(last.items()) if after < one <= until]


@pytest.mark.django_db
def test_each_day_goes_by_the_edition_that_ruled_then(cast):
    """From Wednesday 25 on the house closes at noon, and Saturdays are open."""
    with tenancy.everyone():
        services.publish_edition(
            actor=None, calendar=cast.paris, zone="Europe/Paris", holidays={},
            weekly={str(day): [["09:00", "12:00"]] for day in range(6)}, effective_at=at("2026-11-25T00:00"), now=cast.now,
        )  # fmt: skip
        found = services.business_days(cast.paris.pk, at("2026-11-24T09:00"), at("2026-11-28T12:00"))
    assert found == [
        at("2026-11-24T18:00"), *(at(f"2026-11-{day}T12:00") for day in (25, 26, 27, 28)),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        (date(2026, 11, 18), 1, date(2026, 11, 18)),
        (date(2026, 11, 18), 4, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 12, 24), 2, date(2026, 12, 28)),
    ],
)
def test_the_first_business_day_is_the_day_itself_when_it_is_one(cast, start, number, expected):
    with tenancy.everyone():
        edition = services.edition_at(cast.paris.pk, cast.now)
        assert services.business_day(edition, start, number) == expected


@pytest.mark.django_db
def test_a_calendar_without_hours_has_no_days(cast):
    with tenancy.everyone():
        empty = BusinessCalendar.objects.create(name="Empty")
        assert services.business_days(empty.pk, cast.now, cast.now + timedelta(days=9)) == []
