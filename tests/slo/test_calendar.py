"""Business time by tables: what an office's day, a receipt and stored data look like."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from slo.calendar import (
    Calendar,
    HalfDay,
    Interval,
)
from tests.slo.cases import ALWAYS, DAY, EVE, HOUR, MICROSECOND, MINUTE, at, calendar


class TestTables:
    @pytest.mark.parametrize(
        ("start", "minutes", "end"),
        [
            ("2026-11-23T09:00", 60, "2026-11-23T10:00"),
            ("2026-11-23T08:00", 60, "2026-11-23T10:00"),
            ("2026-11-23T17:00", 60, "2026-11-23T18:00"),  # used up exactly at closing: due at closing
            ("2026-11-23T17:00", 61, "2026-11-24T09:01"),
            ("2026-11-23T18:00", 1, "2026-11-24T09:01"),  # closing is closed
            ("2026-11-27T17:30", 60, "2026-11-30T09:30"),  # over a weekend
            ("2026-12-24T17:30", 60, "2026-12-28T09:30"),  # over Christmas and a weekend
            ("2026-12-25T10:00", 540, "2026-12-28T18:00"),
            ("2026-11-21T12:00", 0, "2026-11-21T12:00"),  # nothing is due at once, on a Saturday as well
            ("2026-12-31T17:00", 1080, "2027-01-05T17:00"),  # over the end of a compiled year, and a holiday
            ("2026-03-27T17:00", 120, "2026-03-30T10:00"),
        ],
    )
    def test_due_instants_at_the_office(self, start: str, minutes: int, end: str) -> None:
        office = calendar(holidays={"2026-12-25": "Noël", "2027-01-01": "Jour de l'An"})
        assert office.add(at(start), minutes * MINUTE) == at(end)

    def test_the_missing_hour_does_not_count_and_the_repeated_one_counts_twice(self) -> None:
        night = calendar(weekly={"6": [["02:00", "03:00"]]})
        assert night.between(at("2025-03-30T00:00"), at("2025-03-31T00:00")) == timedelta(0)
        assert night.between(at("2025-10-26T00:00"), at("2025-10-27T00:00")) == 2 * HOUR
        assert night.add(at("2025-10-26T00:00"), 90 * MINUTE) == at("2025-10-26T02:30", fold=1)
        assert not night.is_open(datetime(2025, 3, 30, 1, tzinfo=UTC))

    def test_round_the_clock_is_real_time(self) -> None:
        always = calendar(weekly=ALWAYS)
        start = at("2025-03-29T17:00")
        assert always.add(start, 24 * HOUR) == start + 24 * HOUR
        assert len(always.intervals(start, at("2031-01-01T00:00"))) == 1

    def test_touching_windows_are_one_opening(self) -> None:
        touching = calendar(weekly={"0": [["13:00", "18:00"], ["09:00", "13:00"]], "1": [["00:00", "24:00"]]})
        monday = at("2026-11-23T00:00")
        assert touching.is_open(at("2026-11-23T13:00"))
        assert touching.add(monday, 4 * HOUR) == at("2026-11-23T13:00")
        assert [(i.kind, i.ends_at - i.starts_at) for i in touching.intervals(monday, monday + 2 * DAY)] == [
            ("closed", 9 * HOUR),
            ("open", 9 * HOUR),
            ("closed", 6 * HOUR),
            ("open", 24 * HOUR),
        ]

    def test_several_windows_a_day(self) -> None:
        lunch = calendar(weekly={"0": [["09:00", "12:00"], ["14:00", "18:00"]]})
        assert lunch.add(at("2026-11-23T11:30"), HOUR) == at("2026-11-23T14:30")
        assert lunch.next_opening(at("2026-11-23T12:00")) == at("2026-11-23T14:00")
        assert lunch.next_opening(at("2026-11-23T14:10")) == at("2026-11-23T14:10")
        assert lunch.next_opening(at("2026-11-23T18:00")) == at("2026-11-30T09:00")

    def test_a_receipt_names_its_holidays(self) -> None:
        office = calendar(holidays={"2026-12-25": "Noël", "2026-12-26": "Saint-Étienne"})
        utc = [at(f"2026-12-{text}") for text in ("24T17:00", "24T18:00", "25T00:00", "26T00:00", "27T00:00")]
        end = at("2026-12-28T09:30")
        assert office.intervals(utc[0], end) == [
            Interval(utc[0], utc[1], "open", ""),
            Interval(utc[1], utc[2], "closed", ""),
            Interval(utc[2], utc[3], "holiday", "Noël"),
            Interval(utc[3], utc[4], "holiday", "Saint-Étienne"),
            Interval(utc[4], end - 30 * MINUTE, "closed", ""),
            Interval(end - 30 * MINUTE, end, "open", ""),
        ]
        assert office.intervals(end, end) == []

    def test_a_half_day_is_open_in_its_own_windows_under_its_name(self) -> None:
        office = calendar(holidays={"2026-12-24": EVE, "2026-12-26": EVE})  # a Thursday and a Saturday
        utc = [
            at(f"2026-12-{text}") for text in ("24T00:00", "24T09:00", "24T12:00", "25T00:00", "25T09:00", "25T18:00")
        ]
        assert office.intervals(utc[0], utc[-1]) == [
            Interval(utc[0], utc[1], "holiday", "Christmas Eve"),
            Interval(utc[1], utc[2], "open", "Christmas Eve"),
            Interval(utc[2], utc[3], "holiday", "Christmas Eve"),
            Interval(utc[3], utc[4], "closed", ""),
            Interval(utc[4], utc[5], "open", ""),
        ]
        assert office.between(utc[0], utc[-1]) == 12 * HOUR
        assert office.add(utc[0], 4 * HOUR) == at("2026-12-25T10:00")
        assert office.between(at("2026-12-26T00:00"), at("2026-12-27T00:00")) == 3 * HOUR  # it opens a Saturday too
        assert office.windows_on(date(2026, 12, 24)) == (("09:00", "12:00"),)
        assert office.windows_on(date(2026, 12, 25)) == (("09:00", "18:00"),)

    def test_a_half_day_on_which_clocks_change_counts_what_is_there(self) -> None:
        night = {"name": "Stocktaking", "windows": [["01:00", "04:00"]]}
        office = calendar(holidays={"2025-03-30": night, "2025-10-26": night})
        assert office.between(at("2025-03-30T00:00"), at("2025-03-31T00:00")) == 2 * HOUR
        assert office.between(at("2025-10-26T00:00"), at("2025-10-27T00:00")) == 4 * HOUR

    def test_half_days_alone_open_a_calendar(self) -> None:
        once = calendar(weekly={}, holidays={"2030-12-24": EVE})
        assert once.next_opening(at("2026-01-01T00:00")) == at("2030-12-24T09:00")
        assert once.add(at("2026-01-01T00:00"), 3 * HOUR) == at("2030-12-24T12:00")

    def test_a_holiday_on_a_date_that_the_zone_skipped_costs_nothing(self) -> None:
        apia = calendar("Pacific/Apia", ALWAYS, {"2011-12-30": "Never was"})
        a, b = at("2011-12-29T12:00", "Pacific/Apia"), at("2011-12-31T12:00", "Pacific/Apia")
        assert apia.between(a, b) == 24 * HOUR
        assert len(apia.intervals(a, b)) == 1

    def test_answers_are_in_utc(self) -> None:
        office = calendar()
        assert office.add(at("2026-11-23T09:00"), HOUR).tzinfo is UTC
        assert office.next_opening(at("2026-11-22T09:00")).tzinfo is UTC

    def test_microseconds_are_kept(self) -> None:
        start = at("2026-11-23T17:59:59.999999")
        assert calendar().add(start, MICROSECOND) == at("2026-11-23T18:00")
        assert calendar().add(start, 2 * MICROSECOND) == at("2026-11-24T09:00:00.000001")


DATA = {
    "zone": "Europe/Paris",
    "weekly": {"4": [["14:00", "24:00"], ["09:00", "12:00"]], "0": [["09:00", "12:00"]], "6": []},
    "holidays": {"2026-12-25": "Noël", "2026-05-01": "Fête du Travail"},
}


class TestData:
    def test_it_round_trips_in_canonical_form(self) -> None:
        stored = Calendar.from_data(DATA).to_data()
        assert json.dumps(stored, ensure_ascii=False) == (
            '{"zone": "Europe/Paris", '
            '"weekly": {"0": [["09:00", "12:00"]], "4": [["09:00", "12:00"], ["14:00", "24:00"]]}, '
            '"holidays": {"2026-05-01": "Fête du Travail", "2026-12-25": "Noël"}}'
        )
        assert Calendar.from_data(json.loads(json.dumps(stored))).to_data() == stored

    def test_a_half_day_round_trips_in_canonical_form(self) -> None:
        day = {"name": "Christmas Eve", "windows": [["14:00", "15:00"], ["09:00", "12:00"]]}
        stored = Calendar.from_data(DATA | {"holidays": {"2026-12-24": day}}).to_data()
        assert stored["holidays"] == {
            "2026-12-24": {"name": "Christmas Eve", "windows": [["09:00", "12:00"], ["14:00", "15:00"]]}
        }
        assert Calendar.from_data(stored) is Calendar.from_data(json.loads(json.dumps(stored)))
        assert copy.deepcopy(Calendar.from_data(stored)) is Calendar.from_data(stored)

    def test_a_half_day_without_windows_is_a_closed_day(self) -> None:
        closed = Calendar.from_data(DATA | {"holidays": {"2026-12-25": {"name": "Noël", "windows": []}}})
        assert closed is Calendar.from_data(DATA | {"holidays": {"2026-12-25": "Noël"}})
        assert closed.to_data()["holidays"] == {"2026-12-25": "Noël"}

    def test_equality_and_hash_tell_half_days_apart(self) -> None:
        one, two = (
            Calendar("Europe/Paris", {0: [("09:00", "12:00")]}, {date(2026, 12, 24): value})
            for value in ("Christmas Eve", HalfDay("Christmas Eve", (("09:00", "12:00"),)))
        )
        assert one != two
        assert Calendar(two.zone, two.weekly, two.holidays) == two

    def test_equal_data_is_one_calendar_in_a_process(self) -> None:
        one = Calendar.from_data(DATA)
        assert Calendar.from_data(one.to_data()) is one
        assert Calendar.from_data(copy.deepcopy(DATA)) is one

    def test_equality_and_hash_follow_the_content(self) -> None:
        holidays = {date(2026, 5, 1): "Fête du Travail"}
        one = Calendar("Europe/Paris", {0: [("09:00", "12:00")]}, holidays)
        two = Calendar("Europe/Paris", {0: [("09:00", "12:00")], 1: []}, dict(holidays))
        assert (one, hash(one)) == (two, hash(two))
        assert one != Calendar("Europe/Brussels", one.weekly, one.holidays)
        assert one != Calendar("Europe/Paris", one.weekly, {})
        assert one != "Europe/Paris"

    def test_a_copy_is_the_same_calendar(self) -> None:
        one = Calendar.from_data(DATA)
        assert copy.deepcopy({"calendar": one})["calendar"] is one

    def test_it_cannot_be_changed(self) -> None:
        weekly = {0: [("09:00", "12:00")]}
        one = Calendar("Europe/Paris", weekly, {})
        weekly[1] = [("09:00", "12:00")]
        assert 1 not in one.weekly
        with pytest.raises(TypeError):
            one.weekly[1] = ()  # type: ignore[index]
        with pytest.raises(AttributeError):
            one.zone = "UTC"  # type: ignore[misc]
