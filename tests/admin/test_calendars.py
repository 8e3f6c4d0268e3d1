"""Saving a calendar publishes an edition; nothing ever changes an edition."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from slo.lines import FRENCH_DAYS, LineError, read_holidays, read_weekly, write_holidays, write_weekly
from slo.models import BusinessCalendar, CalendarEdition, CalendarFeed

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


def test_half_days_are_lines_with_hours():
    days = "2026-12-24 Christmas Eve 09:00-12:00, 14:00-15:00\n2026-12-25 Noël"
    read = read_holidays(days)
    assert read["2026-12-24"] == {"name": "Christmas Eve", "windows": [["09:00", "12:00"], ["14:00", "15:00"]]}
    assert write_holidays(read) == days
    assert read_holidays("2026-12-24 Eve 9:00 – 12:00")["2026-12-24"]["windows"] == [["09:00", "12:00"]]


def button(name, calendar):
    return reverse(f"admin:slo_businesscalendar_{name}", args=[calendar.pk])


def preview_and_agree(ada, url, data):
    preview = ada.post(url, data)
    assert preview.status_code == 200, preview.text[-3000:]
    return preview, ada.post(url, {"sealed": preview.context["seal"]})


def test_a_half_day_written_on_the_page_becomes_an_edition(change, cast):
    assert change("slo_businesscalendar", cast.paris.pk, holidays="2026-12-24 Eve 09:00-12:00").status_code == 302
    assert editions(cast)[-1].holidays == {"2026-12-24": {"name": "Eve", "windows": [["09:00", "12:00"]]}}


def test_one_day_is_added_without_writing_the_whole_list(ada, cast):
    before = editions(cast)[-1].holidays
    preview, _done = preview_and_agree(
        ada, button("add_day", cast.paris), {"day": "2026-12-24", "name": "Eve", "hours": "9:00-12:00"}
    )
    assert "Nothing is written yet" in preview.text
    last = editions(cast)[-1]
    assert last.holidays == {**before, "2026-12-24": {"name": "Eve", "windows": [["09:00", "12:00"]]}}
    assert last.origin == "hand"


def test_hours_that_make_no_sense_are_refused_in_the_preview(ada, cast):
    answer = ada.post(button("add_day", cast.paris), {"day": "2026-12-24", "name": "Eve", "hours": "12:00-09:00"})
    assert "closes after it opens" in answer.text
    assert not answer.context["seal"]
    assert len(editions(cast)) == 1


def test_a_regions_holidays_in_a_language_of_ones_choice(ada, cast):
    url = button("public_holidays", cast.paris) + "?country=CH"
    form = ada.get(url).context["form"]
    assert "ZH" in dict(form.fields["region"].choices)
    data = {"region": "ZH", "first": "2027", "last": "2028", "language": "de"}
    preview, _done = preview_and_agree(ada, url, data)
    assert "Weihnachten" in preview.text
    last = editions(cast)[-1]
    assert (last.number, last.origin, last.holidays["2028-05-01"]) == (2, "list", "Tag der Arbeit")


@pytest.mark.parametrize("years", [("2030", "2027"), ("1500", "1501"), ("2027", "2050")])
def test_years_that_make_no_sense(ada, cast, years):
    first, last = years
    answer = ada.post(button("public_holidays", cast.paris), {"first": first, "last": last, "language": "fr"})
    assert "at most 10 years" in answer.text
    assert len(editions(cast)) == 1


def test_an_ics_file_is_looked_at_and_then_published(ada, cast):
    ics = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Bridge\r\nDTSTART;VALUE=DATE:20261228\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    preview_and_agree(ada, button("import_ics", cast.paris), {"file": SimpleUploadedFile("a.ics", ics)})
    assert editions(cast)[-1].holidays["2026-12-28"] == "Bridge"
    answer = ada.post(button("import_ics", cast.paris), {"file": SimpleUploadedFile("a.ics", b"PK\x03\x04")})
    assert answer.status_code == 422
    assert "no ICS file" in answer.text


def test_a_feed_is_followed_asked_again_and_stopped(ada, cast):
    url = button("follow", cast.paris)
    refused = ada.post(url, {"url": "http://192.168.1.1/a.ics"})
    assert refused.status_code == 422
    assert "private network" in refused.text
    assert "http://192.168.1.1/a.ics" in refused.text  # nothing typed is lost
    assert ada.post(url, {"url": "https://93.184.215.14/a.ics"}).status_code == 302
    feed = CalendarFeed.objects.get()
    CalendarFeed.objects.update(failure="slow", failed_at=cast.now, asked_at=cast.now)
    assert "took too long" in ada.get(url).text
    assert ada.post(url, {"again": "1"}).status_code == 302
    feed.refresh_from_db()
    assert feed.asked_at is None
    assert ada.post(url, {"stop": "1"}).status_code == 302
    assert not CalendarFeed.objects.exists()
    page = ada.get(reverse("admin:slo_businesscalendar_change", args=[cast.paris.pk])).text
    assert page.index("feed followed no more") < page.index("feed followed<")
    assert "93.184.215.14" in page
    assert "a.ics" not in page


def test_the_year_is_one_click_away(ada, cast):
    assert ada.get(button("see_year", cast.paris)).url == f"/calendars/{cast.paris.pk}/"
