"""Durations, instants, initials and icons are written the same way everywhere."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from portal.templatetags import ui

PARIS = ZoneInfo("Europe/Paris")
NB = "\N{NO-BREAK SPACE}"
MORNING = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def held(text: str) -> str:
    return text.replace("_", NB)


@pytest.fixture(autouse=True)
def in_paris_in_november(monkeypatch):
    """A reader in Paris, writing English, in 2026."""
    monkeypatch.setattr(timezone, "now", lambda: MORNING)
    with timezone.override(PARIS), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0_min"),
        (45, "45_min"),
        (59, "59_min"),
        (60, "1_h_00"),
        (174, "2_h_54"),
        (240, "4_h_00"),
        (-27, "−_27_min"),
        (-78, "−_1_h_18"),
        (72_240, "1,204_h_00"),
        (dt.timedelta(hours=2, minutes=54, seconds=59), "2_h_54"),
        (dt.timedelta(seconds=-90), "−_1_min"),
        (dt.timedelta(seconds=-20), "0_min"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_duration_is_hours_and_minutes_that_hold_together(value, written):
    assert ui.duration(value) == held(written)


def test_hours_in_a_column_always_begin_with_hours():
    assert [ui.hours(value) for value in (48, 0, -65, None)] == [held("0_h_48"), held("0_h_00"), held("−_1_h_05"), ""]


def test_a_duration_for_machines_is_iso_8601():
    assert [ui.machine_duration(value) for value in (174, -5, dt.timedelta(hours=1))] == [
        "PT2H54M",
        "-PT0H5M",
        "PT1H0M",
    ]


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("short", "Tue 24_Nov,_10:30"),
        ("dated", "Tue 24_Nov_2026,_10:30"),
        ("day", "Tue_24_Nov"),
        ("date", "24_Nov_2026"),
        ("time", "10:30"),
        ("weekday", "Tue_10:30"),
        ("month", "November_2026"),
        ("long", "Tuesday 24_November_2026,_10:30"),
    ],
)
def test_an_instant_is_written_in_the_readers_zone(style, written):
    assert ui.instant(MORNING, style) == held(written)


def test_an_instant_of_another_year_says_its_year():
    assert ui.instant(MORNING.replace(year=2025)) == held("Mon 24_Nov_2025,_10:30")


def test_an_instant_follows_the_readers_zone_and_language():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert ui.instant(MORNING) == held("Tue 24_Nov,_18:30")
    with translation.override("fr"):
        assert ui.instant(MORNING) == held("mar. 24_nov.,_10:30")
        assert ui.instant(MORNING, "day") == held("mar._24_nov.")
        assert ui.instant(MORNING, "long") == held("mardi 24_novembre_2026,_10:30")


def test_a_date_has_no_hour():
    assert ui.instant(dt.date(2026, 11, 24)) == held("Tue_24_Nov")
    assert ui.instant(None) == ""


def test_when_says_the_business_zone_on_hover():
    with timezone.override(ZoneInfo("Europe/Lisbon")):
        html = ui.when(MORNING, zone="Europe/Paris")
    assert 'datetime="2026-11-24T09:30+00:00"' in html
    assert held("Tue 24_Nov,_10:30") + " in Europe/Paris" in html
    assert held(">Tue 24_Nov,_09:30<") in html


def test_when_without_a_zone_has_no_hover():
    assert ui.when(MORNING, "weekday") == held('<time datetime="2026-11-24T10:30+01:00">Tue_10:30</time>')
    assert ui.when(dt.date(2026, 11, 24)) == held('<time datetime="2026-11-24">Tue_24_Nov</time>')
    assert ui.when(None) == ""


@pytest.mark.parametrize(
    ("person", "letters"),
    [
        ("Léa Fontaine", "LF"),
        ("hélène de la marchetti", "HM"),
        ("Jean-Luc", "JL"),
        ("Ñandú", "Ñ"),
        ("priya.raman@globex.example", "PR"),
        (SimpleNamespace(name="Camille Roussel", email="c@x.example"), "CR"),
        (SimpleNamespace(name="", email="ops@x.example"), "O"),
        (SimpleNamespace(get_full_name=lambda: "Ana Duarte"), "AD"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials_are_the_first_and_the_last_name(person, letters):
    assert ui.initials(person) == letters


def test_first_name_is_what_a_narrow_column_shows():
    assert ui.first_name(SimpleNamespace(name="Léa Fontaine")) == "Léa"


def test_a_part_stays_within_the_whole():
    assert [ui.percent_of(*pair) for pair in ((1080, 2790), (5, 0), (9, 4), (-3, 4), (None, 4))] == [39, 0, 100, 0, 0]


def test_an_icon_is_hidden_from_readers_and_comes_from_the_sprite():
    html = Template('{% load ui %}{% icon "clock" %}{% icon "x" size="lg" %}').render(Context())
    assert 'aria-hidden="true"' in html
    assert "img/icons" in html
    assert '#i-clock"' in html
    assert 'data-size="lg"' in html


def test_an_icons_name_is_escaped():
    assert "<script>" not in ui.icon('"><script>')


def test_a_message_names_what_can_be_taken_back():
    assert ui.undo_key("safe undo:k3y draft:ticket:42") == "k3y"
    assert ui.undo_key("") == ""
