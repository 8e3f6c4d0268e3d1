"""Saving a calendar publishes an edition; nothing ever changes an edition."""

import pytest
from django.urls import reverse

from slo.lines import FRENCH_DAYS, LineError, read_holidays, read_weekly, write_holidays, write_weekly
from slo.models import BusinessCalendar, CalendarEdition

from .conftest import messages


def editions(cast):
    return list(cast.paris.editions.order_by("number"))


def test_saving_other_hours_publishes_an_edition(change, ada, cast):
    weekly = "Mon-Thu 09:00-12:30, 14:00-18:00\nFri 9:00-16:00"
    answer = change("slo_businesscalendar", cast.paris.pk, weekly=weekly)
    assert "Edition 2 is published" in messages(answer, ada)
    first, second = editions(cast)
    assert (first.number, second.number) == (1, 2)
    assert second.weekly["0"] == [["09:00", "12:30"], ["14:00", "18:00"]]
    assert second.weekly["4"] == [["09:00", "16:00"]]
    assert second.holidays == first.holidays


def test_a_french_reader_meets_french_days_and_saving_them_publishes_nothing(change, ada, cast):
    cast.ada.language = "fr"
    cast.ada.save()
    page = ada.get(reverse("admin:slo_businesscalendar_change", args=[cast.paris.pk]))
    assert "lun-ven 09:00-18:00" in page.text
    assert change("slo_businesscalendar", cast.paris.pk, page).status_code == 302
    assert len(editions(cast)) == 1


def test_saving_without_a_change_publishes_nothing(change, cast):
    assert change("slo_businesscalendar", cast.paris.pk, name="Paris").status_code == 302
    assert len(editions(cast)) == 1
    assert BusinessCalendar.objects.get(pk=cast.paris.pk).name == "Paris"


def test_a_countrys_holidays_are_added_and_lines_by_hand_win(change, cast):
    answer = change(
        "slo_businesscalendar", cast.paris.pk, country="FR", holidays="2026-12-24 Christmas Eve\n2027-05-01 Ours"
    )
    assert answer.status_code == 302
    holidays = editions(cast)[-1].holidays
    assert holidays["2026-12-24"] == "Christmas Eve"
    assert holidays["2027-05-01"] == "Ours"
    assert "2027-07-14" in holidays


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weekly": "Someday 09:00-18:00"}, "can’t be read|can&#x27;t be read"),
        ({"weekly": "Mon 18:00-09:00"}, "can&#x27;t be used"),
        ({"weekly": "Mon 09:00-12:00, 11:00-18:00"}, "overlap"),
        ({"holidays": "24 December"}, "can&#x27;t be read"),
        ({"holidays": "2026-02-30 Never"}, "can&#x27;t be used"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(change, cast, changes, words):
    answer = change("slo_businesscalendar", cast.paris.pk, **changes)
    assert answer.status_code == 200
    assert any(word in answer.text for word in words.split("|"))
    assert len(editions(cast)) == 1


def test_an_edition_never_takes_effect_in_the_past(change, ada, cast):
    answer = change(
        "slo_businesscalendar",
        cast.paris.pk,
        weekly="Mon-Fri 08:00-18:00",
        effective_at_0="2025-12-01",
        effective_at_1="09:00",
    )
    assert "takes effect now or later" in messages(answer, ada)
    assert len(editions(cast)) == 1


def test_a_new_calendar_begins_with_its_first_edition(change, cast):
    answer = change("slo_businesscalendar", None, name="Geneva", zone="Europe/Zurich", weekly="Mon-Fri 08:00-17:00")
    assert answer.status_code == 302
    edition = CalendarEdition.objects.get(calendar__name="Geneva")
    assert (edition.number, edition.zone) == (1, "Europe/Zurich")


def test_the_history_shows_on_the_page(ada, cast):
    page = ada.get(reverse("admin:slo_businesscalendar_change", args=[cast.paris.pk]))
    assert "Mon-Fri 09:00-18:00" in page.text


def test_lines_come_back_as_they_were_written():
    week = "Mon-Tue 09:00-12:30, 14:00-18:00\nWed 00:00-24:00\nFri 09:00-17:00"
    assert write_weekly(read_weekly(week)) == week
    assert read_weekly("lun-mar 9:00-12:00") == {"0": [["09:00", "12:00"]], "1": [["09:00", "12:00"]]}
    assert read_weekly("Monday: 09:00 - 12:00") == {"0": [["09:00", "12:00"]]}
    french = write_weekly(read_weekly(week), FRENCH_DAYS)
    assert french.startswith("lun-mar 09:00-12:30")
    assert read_weekly(french) == read_weekly(week)
    days = "2026-12-24 Christmas Eve\n2026-12-25 Noël"
    assert write_holidays(read_holidays(days)) == days
    for wrong in ("Mon", "Fri-Mon 09:00-10:00", "Mon 9-12", "Mon 09:00"):
        with pytest.raises(LineError):
            read_weekly(wrong)
