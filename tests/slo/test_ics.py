"""Closed days from ICS files, and the files that are refused in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slo.ics import MOST_BYTES, WHY, BadFile, closed_days
from slo.recurrence import WEEKDAYS, Patience, days_of

TODAY = date(2026, 11, 18)


def ics(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.com\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{body}END:VCALENDAR\r\n".encode()


def day(text: str, name: str = "Feast", *more: str) -> str:
    return "\r\n".join([f"SUMMARY:{name}", f"DTSTART;VALUE=DATE:{text}", *more])


def test_a_day_several_days_and_a_day_without_an_end():
    found = closed_days(
        ics(
            day("20261224", "Eve", "DTEND;VALUE=DATE:20261225"),
            day("20261228", "Works holiday", "DTEND;VALUE=DATE:20261231"),
            day("20270101", "New Year"),
            day("20270506", "Bridge", "DURATION:P2D"),
        ),
        TODAY,
    )
    assert found == {
        "2026-12-24": "Eve", "2026-12-28": "Works holiday", "2026-12-29": "Works holiday", "2026-12-30": "Works holiday",
        "2027-01-01": "New Year", "2027-05-06": "Bridge", "2027-05-07": "Bridge",
    }  # fmt: skip


def test_what_comes_again_each_year_without_an_end_is_followed_for_as_long_as_we_plan():
    found = closed_days(ics(day("19580714", "National Day", "RRULE:FREQ=YEARLY")), TODAY)
    assert found == {f"{year}-07-14": "National Day" for year in range(2025, 2032)}


@pytest.mark.parametrize(
    ("rule", "years"),
    [("COUNT=3", {2024, 2025, 2026}), ("UNTIL=20270101", {2024, 2025, 2026}), ("INTERVAL=2", {2024, 2026, 2028, 2030}), ("UNTIL=20270101T000000Z", {2024, 2025, 2026})],
)  # fmt: skip
def test_rules_end_as_they_say(rule, years):
    found = closed_days(ics(day("20240501", "Labour", f"RRULE:FREQ=YEARLY;{rule}")), TODAY)
    assert {int(one[:4]) for one in found} == {year for year in years if year > 2024}


def test_by_weekday_and_easter_lists():
    found = closed_days(
        ics(
            day("20251127", "Thanksgiving", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
            day("20260406", "Easter Monday", "RDATE;VALUE=DATE:20270329,20280417"),
        ),
        TODAY,
    )
    assert {"2025-11-27", "2026-11-26", "2027-11-25", "2026-04-06", "2027-03-29", "2028-04-17"} <= set(found)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", {"2026-05-25", "2027-05-31"}),
        ("FREQ=YEARLY;BYDAY=1MO", {"2026-01-05", "2027-01-04"}),  # of the year
        ("FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2", {"2026-02-28", "2027-02-28", "2028-02-29"}),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", {"2026-02-13", "2026-03-13", "2026-11-13"}),
        ("FREQ=MONTHLY;INTERVAL=6;COUNT=3", {"2025-07-01", "2026-01-01"}),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", {"2025-12-31", "2026-12-31", "2027-12-31", "2028-12-29"}),
    ],
)  # fmt: skip
def test_days_chosen_by_their_place(rule, days):
    found = closed_days(ics(day("20250101", "Chosen", f"RRULE:{rule}")), TODAY)
    assert days <= set(found)
    assert not {one for one in found if one[:4] == "2026" and one not in days}


def test_dates_taken_out_moved_or_cancelled():
    yearly = day("20250501", "Labour", "RRULE:FREQ=YEARLY;COUNT=4", "EXDATE;VALUE=DATE:20260501")
    moved = f"UID:0@example.com\r\nRECURRENCE-ID;VALUE=DATE:20270501\r\n{day('20270503', 'Labour, moved')}"
    found = closed_days(
        ics(yearly, moved.replace("UID:0", "UID:0"), day("20260714", "Gone", "STATUS:CANCELLED")).replace(
            b"UID:1@example.com\r\n", b""
        ),
        TODAY,
    )
    assert found == {"2025-05-01": "Labour", "2027-05-03": "Labour, moved", "2028-05-01": "Labour"}


def why(content: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        closed_days(content, TODAY)
    assert str(WHY[caught.value.code]) in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    "content",
    [
        b"", b"hello", b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR", b"\x00\xff\xfe", b"PK\x03\x04",
        ics("SUMMARY:No day"), ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:20261340"), ics("SUMMARY:x\r\nDTSTART:never"),
    ],
)  # fmt: skip
def test_broken_files(content):
    assert why(content) in {"ics_broken", "ics_empty"}


def test_hours_instead_of_days_are_named():
    with pytest.raises(BadFile, match=r"hours.*“Stand-up”"):
        closed_days(ics("SUMMARY:Stand-up\r\nDTSTART:20261224T090000Z\r\nDTEND:20261224T100000Z"), TODAY)
    assert why(ics(day("20261224", "x", "EXDATE:20261224T090000Z"))) == "ics_hours"


def test_megabytes_and_thousands():
    assert why(b"BEGIN:VCALENDAR\r\n" + b"X" * MOST_BYTES) == "ics_large"
    assert why(ics(*["SUMMARY:x"] * 2_001)) == "ics_large"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY", "FREQ=DAILY;COUNT=1000000000", "FREQ=WEEKLY;COUNT=0", "FREQ=HOURLY", "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=5", "FREQ=YEARLY;INTERVAL=0", "FREQ=NEVER", "INTERVAL=2",
        "FREQ=YEARLY;BYHOUR=1,2,3", "FREQ=YEARLY;BYSETPOS=0", "FREQ=WEEKLY;BYDAY=MO,TU,WE", "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=DAILY;BYDAY=-1FR", "FREQ=YEARLY;BYMONTH=13", "FREQ=DAILY;COUNT=-1",
        "FREQ=YEARLY\r\nRRULE:FREQ=MONTHLY",
    ],
)  # fmt: skip
def test_rules_that_come_too_often_or_lead_nowhere(rule):
    assert why(ics(day("20250101", "Often", f"RRULE:{rule}"))) in {"ics_often", "ics_broken"}


@pytest.mark.parametrize(
    ("begins", "rule", "expected"),
    [
        ("20261221", "FREQ=DAILY;COUNT=3", {"2026-12-21", "2026-12-22", "2026-12-23"}),
        ("20261221", "FREQ=DAILY;INTERVAL=2;UNTIL=20261226", {"2026-12-21", "2026-12-23", "2026-12-25"}),
        ("20261222", "FREQ=DAILY;BYDAY=MO,FR;UNTIL=20261231", {"2026-12-22", "2026-12-25", "2026-12-28"}),
        ("20270702", "FREQ=WEEKLY;UNTIL=20270723", {"2027-07-02", "2027-07-09", "2027-07-16", "2027-07-23"}),
        ("20270705", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO;COUNT=4", {"2027-07-05", "2027-07-11", "2027-07-19", "2027-07-25"}),
        ("20270705", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4", {"2027-07-05", "2027-07-18", "2027-07-19", "2027-08-01"}),
        ("20270707", "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1;COUNT=2", {"2027-07-07", "2027-07-12", "2027-07-19"}),  # of whole weeks
        ("20240105", "FREQ=WEEKLY;COUNT=53", {"2025-01-03"}),  # what was before is counted
        ("20200103", "FREQ=WEEKLY;BYMONTH=8;BYDAY=FR;UNTIL=20250815", {"2025-08-01", "2025-08-08", "2025-08-15"}),
    ],
)  # fmt: skip
def test_what_comes_each_week_or_day_is_followed_too(begins, rule, expected):
    assert set(closed_days(ics(day(begins, "Closure", f"RRULE:{rule}")), TODAY)) == expected


def test_a_week_taken_out_is_open():
    fridays = day("20270702", "Friday", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270709")
    assert set(closed_days(ics(fridays), TODAY)) == {"2027-07-02", "2027-07-16"}


def test_each_weekend_of_all_the_years_and_no_more():
    found = closed_days(ics(day("20000101", "Weekend", "RRULE:FREQ=WEEKLY;BYDAY=SA,SU")), TODAY)
    assert (len(found), min(found), max(found)) == (730, "2025-01-04", "2031-12-28")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", f"FREQ=YEARLY;COUNT={'9' * 400};BYDAY=MO",
        f"FREQ=MONTHLY;COUNT=9;BYDAY={','.join(f'{number}MO' for number in range(6, 1000))}",
    ],
)  # fmt: skip
def test_a_thousand_rules_of_a_billion_days_end_all_the_same(rule):
    """Each alone would be looked for in a hundred years of days; the file as a whole has a limit."""
    assert why(ics(*[day("19000101", "Endless", f"RRULE:{rule}")] * min(1_999, 400_000 // len(rule)))) == "ics_often"


def test_a_full_list_of_yearly_holidays_stays_within_the_limit():
    feasts = [day(f"2000{1 + n % 12:02}{1 + n % 28:02}", f"Feast {n}", "RRULE:FREQ=YEARLY") for n in range(600)]
    assert len(closed_days(ics(*feasts), TODAY)) == 84 * 7


DATES = st.dates(date(2019, 1, 1), date(2027, 12, 31))
# What can never come true takes dateutil a second each, and it doesn't mix weekdays with a number and without: neither is drawn.
NUMBERED = st.tuples(st.sampled_from([-4, -2, -1, 1, 3, 4]), st.sampled_from(WEEKDAYS)).map(
    lambda one: f"{one[0]}{one[1]}"
)
PARTS = {
    "INTERVAL": st.integers(1, 5).map(lambda one: [one]),
    "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=3),
    "BYMONTHDAY": st.lists(st.integers(-28, 28).filter(bool), min_size=1, max_size=3),
    "BYSETPOS": st.sampled_from([[1], [-1], [1, -1]]),
    "WKST": st.sampled_from(WEEKDAYS).map(lambda one: [one]),
    "COUNT": st.integers(1, 40).map(lambda one: [one]),
}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, list[Any]]:
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    days = NUMBERED if frequency in {"YEARLY", "MONTHLY"} and draw(st.booleans()) else st.sampled_from(WEEKDAYS)
    known = PARTS | {"BYDAY": st.lists(days, min_size=1, max_size=3)}
    chosen = draw(st.sets(st.sampled_from(sorted(known)), max_size=4))
    if frequency == "WEEKLY" or days is NUMBERED:
        chosen -= {"BYMONTHDAY"}
    if not chosen & {"BYMONTH", "BYMONTHDAY", "BYDAY"}:
        chosen -= {"BYSETPOS"}
    return {"FREQ": [frequency], **{name: draw(known[name]) for name in sorted(chosen)}}


def whole_weeks(rule: dict[str, list[Any]], begins: date) -> tuple[dict[str, list[Any]], date]:
    """The same rule from the first day of its first week. BYSETPOS chooses within whole periods here, as it does of months and
    years in dateutil, too; of weeks that one cuts the first off at the day on which the rule begins."""
    week_begins = WEEKDAYS.index(rule.get("WKST", ["MO"])[0])
    named = {"BYDAY": [WEEKDAYS[begins.weekday()]], **{name: part for name, part in rule.items() if name != "COUNT"}}
    return named, begins - timedelta(days=(begins.weekday() - week_begins) % 7)


def by_dateutil(rule: dict[str, list[Any]], begins: date, first: date, last: date) -> list[date]:
    theirs, since, count = rule, begins, None
    if rule["FREQ"] == ["WEEKLY"] and "BYSETPOS" in rule:
        (theirs, since), count = whole_weeks(rule, begins), rule.get("COUNT", [None])[0]
    text = ";".join(f"{name}={','.join(map(str, values))}" for name, values in theirs.items())
    coming = (one.date() for one in rrulestr(text, dtstart=datetime.combine(since, time())))
    found = islice((day for day in islice(coming, 8_000) if day >= begins), count)
    return [day for day in takewhile(lambda day: day <= last, found) if day >= first]


@given(rules(), DATES)
@example({"FREQ": ["WEEKLY"], "BYDAY": ["WE", "MO", "SU"], "BYSETPOS": [1], "COUNT": [9]}, date(2026, 6, 17))
@settings(max_examples=100, deadline=None)
def test_rules_come_as_dateutil_says(rule, begins):
    first, last = date(2025, 1, 1), date(2031, 12, 31)
    assert days_of(rule, begins, first, last, Patience(10_000_000)) == by_dateutil(rule, begins, first, last)


def test_a_rule_that_never_comes_true_ends_by_itself():
    found = closed_days(
        ics(day("19000101", "Never", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"), day("20261224")), TODAY
    )
    assert found == {"2026-12-24": "Feast"}


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20280101", "DTEND;VALUE=DATE:20261201", "DURATION:P400D"])
def test_events_that_last_too_long_or_less_than_nothing(end):
    assert why(ics(day("20261224", "Long", end))) == "ics_long"


def test_a_file_that_closes_nothing():
    assert why(ics(day("20010101"))) == "ics_empty"
    assert why(ics()) == "ics_empty"
