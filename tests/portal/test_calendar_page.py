"""A calendar's year: what it shows, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from slo import services as slo
from slo.models import BusinessCalendar, CalendarFeed
from tests.cast import NINE_TO_SIX

pytestmark = pytest.mark.django_db
EVE = {"name": "Réveillon", "windows": [["09:00", "12:00"]]}


def page(client, person, calendar, query=""):
    client.force_login(person)
    return client.get(reverse("portal:calendar", args=[calendar.pk]) + query)


def publish(calendar, cast, **more):
    values = {"zone": "Europe/Paris", "weekly": NINE_TO_SIX, "holidays": {}, "effective_at": cast.now, "now": cast.now}
    return slo.publish_edition(actor=None, calendar=calendar, **{**values, **more})


def test_a_client_sees_the_calendar_that_its_contract_counts_by(client, cast):
    answer = page(client, cast.ann, cast.paris)
    assert answer.status_code == 200
    assert "Armistice 1918" in answer.text
    assert "NW-2026" in answer.text
    assert len(re.findall(r'<table class="month"', answer.text)) == 12


def test_nobody_sees_the_calendar_of_others(client, cast):
    assert page(client, cast.bob, cast.always).status_code == 404  # Northwind's, for critical requests
    assert page(client, cast.ann, cast.always).status_code == 200
    other = BusinessCalendar.objects.create(name="Of nobody")
    publish(other, cast)
    assert page(client, cast.ann, other).status_code == 404
    assert client.get(reverse("portal:calendar", args=[987654])).status_code == 404
    for person in (cast.julien, cast.nadia, cast.max, cast.ada):
        assert page(client, person, other).status_code == 200


def test_days_say_what_they_are_by_more_than_colour(client, cast):
    publish(cast.paris, cast, holidays={"2026-12-24": EVE, "2026-12-25": "Noël"})
    text = page(client, cast.rosa, cast.paris, "?year=2026").text
    assert 'href="#day-2026-12-24" title="Réveillon, 09:00–12:00"' in text
    assert '24<span class="sr">, Réveillon, open 09:00–12:00</span>' in text
    assert 'id="day-2026-12-25"' in text
    assert '26<span class="sr">, closed</span>' in text  # a Saturday
    today = timezone.localdate(timezone=ZoneInfo("Europe/Paris"))
    assert re.search(rf'aria-current="date">{today.day}\b', page(client, cast.rosa, cast.paris).text)


def test_each_day_goes_by_the_edition_that_rules_it(client, cast):
    publish(
        cast.paris, cast, effective_at=cast.now + timedelta(days=12), weekly={"5": [["09:00", "12:00"]]}, holidays={}
    )
    found = page(client, cast.rosa, cast.paris, "?year=2026").context
    november, december = found["months"][10], found["months"][11]
    kinds = {
        day.on.isoformat(): day.kind for month in (november, december) for days in month["weeks"] for day in days if day
    }
    assert (kinds["2026-11-11"], kinds["2026-11-27"], kinds["2026-11-28"]) == ("holiday", "open", "closed")
    assert (kinds["2026-12-25"], kinds["2026-12-04"], kinds["2026-12-05"]) == ("closed", "closed", "open")
    assert [one["coming"] for one in found["editions"]] == [True, False]


def test_the_next_changes_of_clocks_and_what_they_do_to_that_day(client, cast):
    night = {str(day): [["00:00", "24:00"]] for day in range(7)}
    publish(cast.paris, cast, weekly=night)
    changes = page(client, cast.rosa, cast.paris).context["changes"]
    assert {(one.before, one.after, one.minutes, one.usual, one.opened) for one in changes} == {
        ("02:00", "03:00", 60, 1440, 1380),
        ("03:00", "02:00", -60, 1440, 1500),
    }
    assert {one.on.weekday() for one in changes} == {6}
    publish(cast.always, cast, zone="Asia/Tokyo", weekly=night)
    assert "Clocks don’t change in Asia/Tokyo" in page(client, cast.rosa, cast.always).text


@pytest.mark.parametrize(
    ("query", "ahead"),
    [("?year=9999", 5), ("?year=x", 0), ("?year=²", 0), ("?year=-1", 0), ("?year=99999", 0), ("", 0)],
)
def test_years_that_can_be_looked_at(client, cast, query, ahead):
    assert page(client, cast.rosa, cast.paris, query).context["year"] == timezone.localdate().year + ahead
    assert page(client, cast.rosa, cast.paris, "?year=1800").context["year"] == cast.now.year - 1  # the first edition's


def test_a_calendar_without_hours_says_so(client, cast):
    empty = BusinessCalendar.objects.create(name="Empty")
    assert "no opening hours yet" in page(client, cast.max, empty).text


def test_a_failing_feed_shows_to_our_people_only(client, cast):
    CalendarFeed.objects.create(calendar=cast.paris, url="https://secret.example/", failed_at=cast.now, failure="slow")
    assert "took too long" in page(client, cast.max, cast.paris).text
    answer = page(client, cast.rosa, cast.paris)
    assert "took too long" not in answer.text
    assert "secret.example" not in answer.text


def test_french(client, cast):
    cast.rosa.language = "fr"
    cast.rosa.save()
    text = page(client, cast.rosa, cast.paris).text
    assert "Jours particuliers" in text
    assert "Novembre" in text
    assert "Days" not in text


def test_it_is_reached_from_the_promises(client, cast):
    client.force_login(cast.ann)
    text = client.get(reverse("portal:promises", args=[cast.northwind_contract.pk])).text
    assert reverse("portal:calendar", args=[cast.paris.pk]) in text
