"""Publishing calendar editions, and asking which one rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import tenancy
from common.errors import Refused
from slo import services
from slo.models import BusinessCalendar, CalendarEdition
from slo.services import NoEdition
from tests.slo import reference
from tests.slo.cases import ALWAYS, CHANGES, DAY, MICROSECOND, OFFICE, at

LATER = timedelta(days=30)


@pytest.fixture
def lyon(db: None) -> BusinessCalendar:
    return BusinessCalendar.objects.create(name="Lyon")


def publish(calendar: BusinessCalendar, now: datetime, **more: Any) -> CalendarEdition:
    values: dict[str, Any] = {
        "actor": None, "calendar": calendar, "zone": "Europe/Paris", "weekly": OFFICE, "holidays": {},
        "effective_at": now, "now": now,
    }  # fmt: skip
    return services.publish_edition(**values | more)


NOW = at("2026-11-18T10:00")


def test_editions_are_numbered_and_kept_in_canonical_form(lyon: BusinessCalendar) -> None:
    first = publish(lyon, NOW, weekly={"1": [["14:00", "18:00"], ["09:00", "12:00"]], "0": []})
    second = publish(lyon, NOW, effective_at=NOW + LATER, holidays={"2026-12-25": "Noël"})
    assert [one.number for one in (first, second)] == [1, 2]
    first.refresh_from_db()
    assert first.weekly == {"1": [["09:00", "12:00"], ["14:00", "18:00"]]}
    assert second.rule().to_data() == {"zone": "Europe/Paris", "weekly": OFFICE, "holidays": {"2026-12-25": "Noël"}}


def test_the_first_may_begin_in_the_past_and_no_other(lyon: BusinessCalendar) -> None:
    publish(lyon, NOW, effective_at=NOW - LATER)
    with pytest.raises(Refused, match="now or later"):
        publish(lyon, NOW, effective_at=NOW - MICROSECOND)
    assert publish(lyon, NOW).number == 2


def test_none_goes_behind_the_one_before_it(lyon: BusinessCalendar) -> None:
    publish(lyon, NOW)
    publish(lyon, NOW, effective_at=NOW + LATER)
    with pytest.raises(Refused, match="never before the one it follows"):
        publish(lyon, NOW, effective_at=NOW + LATER - MICROSECOND)


def test_one_that_has_not_begun_is_corrected_by_another_from_the_same_instant(lyon: BusinessCalendar) -> None:
    publish(lyon, NOW)
    publish(lyon, NOW, effective_at=NOW + LATER)
    corrected = publish(lyon, NOW, effective_at=NOW + LATER, weekly=ALWAYS)
    assert services.edition_at(lyon.pk, NOW + LATER) == corrected


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekly": {"0": [["09:00", "08:00"]]}},
        {"weekly": {"0": [["09:00", "12:00"], ["11:00", "18:00"]]}},
        {"weekly": {"7": [["09:00", "18:00"]]}},
        {"weekly": {"0": [["9h", "18h"]]}},
        {"weekly": [["09:00", "18:00"]]},
        {"weekly": None},
        {"weekly": {}},  # never open
        {"weekly": {"0": []}},
        {"zone": "Europe/Atlantis"},
        {"zone": ""},
        {"holidays": {"2026-02-30": "Never"}},
        {"holidays": ["2026-12-25"]},
        {"effective_at": datetime(2200, 1, 1, tzinfo=UTC)},
        {"effective_at": datetime(2026, 11, 18)},  # noqa: DTZ001
    ],
)
def test_what_can_not_be_used_is_refused_with_the_reason(lyon: BusinessCalendar, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"This calendar can't be used: \S+"):
        publish(lyon, NOW, **wrong)
    assert not lyon.editions.exists()


@pytest.mark.parametrize("who", ["lea", "nadia", "max", "carl"])
def test_only_administrators_publish(cast: Any, who: str) -> None:
    with pytest.raises(PermissionDenied):
        publish(cast.paris, cast.now, actor=getattr(cast, who))
    assert publish(cast.paris, cast.now, actor=cast.ada).number == 2


@pytest.mark.parametrize("sql", ["UPDATE slo_calendaredition SET zone = 'UTC'", "DELETE FROM slo_calendaredition"])
def test_an_edition_never_changes_whoever_asks(cast: Any, sql: str) -> None:
    with pytest.raises(DatabaseError, match="never changes"), tenancy.user(cast.ada), connection.cursor() as cursor:
        cursor.execute(sql)


class TestEditionAt:
    def test_each_rules_from_its_instant_on(self, lyon: BusinessCalendar) -> None:
        first, second = publish(lyon, NOW), publish(lyon, NOW, effective_at=NOW + LATER)
        assert services.edition_at(lyon.pk, NOW) == first
        assert services.edition_at(lyon.pk, NOW + LATER - MICROSECOND) == first
        assert services.edition_at(lyon.pk, NOW + LATER) == second

    def test_before_the_first_and_without_a_calendar_there_is_none(self, lyon: BusinessCalendar) -> None:
        publish(lyon, NOW)
        for calendar_id, instant in ((lyon.pk, NOW - MICROSECOND), (None, NOW), (0, NOW)):
            with pytest.raises(NoEdition, match="no business calendar"):
                services.edition_at(calendar_id, instant)


def slow_close(data: dict[str, Any], start: datetime, days: int) -> datetime:
    """Walk on by minutes, count the dates that have an open one, and stop where the last of them ends."""
    zone = reference.ZoneInfo(data["zone"])
    first, counted = start.astimezone(zone).date(), []
    for instant in reference.minutes(start.replace(second=0, microsecond=0), start + 40 * DAY):
        day = instant.astimezone(zone).date()
        if len(counted) == days and day > counted[-1]:
            return instant
        if day > first and day not in counted and reference.kind_at(data, instant)[0] == "open":
            counted.append(day)
    raise AssertionError("no such day within forty")


class TestCloseOfBusinessDay:
    @pytest.mark.parametrize(
        ("start", "days", "close"),
        [
            ("2026-11-18T10:00", 1, "2026-11-20T00:00"),
            ("2026-11-18T10:00", 10, "2026-12-03T00:00"),
            ("2026-11-20T17:59", 1, "2026-11-24T00:00"),  # a Friday: Monday's end
            ("2026-11-21T10:00", 1, "2026-11-24T00:00"),  # a Saturday
            ("2026-11-10T10:00", 1, "2026-11-13T00:00"),  # the eleventh is a holiday
            ("2026-11-18T23:59", 1, "2026-11-20T00:00"),
            ("2026-11-19T00:00", 1, "2026-11-21T00:00"),  # the date in Paris, not in UTC
            ("2027-03-26T10:00", 1, "2027-03-30T00:00"),  # over the spring's change
        ],
    )
    def test_it_counts_whole_business_days_after_today(self, cast: Any, start: str, days: int, close: str) -> None:
        edition = services.edition_at(cast.paris.pk, cast.now)
        assert services.close_of_business_day(edition, at(start), days) == at(close)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(change=st.sampled_from(CHANGES), minutes=st.integers(-4 * 1440, 1440), days=st.integers(1, 3))
    def test_it_is_where_a_walk_by_minutes_arrives(self, change: tuple[str, str, int], minutes: int, days: int) -> None:
        zone, day, _shift = change
        start = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes)
        data = {"zone": zone, "weekly": OFFICE, "holidays": {}}
        assert services.close_of_business_day(CalendarEdition(**data), start, days) == slow_close(data, start, days)
