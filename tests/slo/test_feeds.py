"""Calendars that follow an address: what they say becomes an edition, what fails is said, and nobody's own days are lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, transaction

from common import tenancy
from common.errors import Refused
from conftest import login_as
from slo import following, services, tasks
from slo.models import BusinessCalendar, CalendarEdition, CalendarEvent, CalendarFeed
from tests.slo.cases import DAY, EVE, HOUR, OFFICE, at

NOW = at("2026-11-18T10:00")
URL = "https://93.184.215.14/holidays.ics"


@pytest.fixture
def lyon(db: None) -> BusinessCalendar:
    calendar = BusinessCalendar.objects.create(name="Lyon")
    services.publish_edition(
        actor=None, calendar=calendar, zone="Europe/Paris", weekly=OFFICE, effective_at=NOW - DAY, now=NOW - DAY,
        holidays={"2026-12-24": EVE, "2026-12-25": "Noël", "2026-11-11": "Armistice"},
    )  # fmt: skip
    return calendar


@pytest.fixture
def feed(lyon: BusinessCalendar) -> CalendarFeed:
    return CalendarFeed.objects.create(calendar=lyon, url=URL)


def take(feed: CalendarFeed, days: dict[str, str] | None, now: Any = NOW, failure: str = "") -> CalendarEdition | None:
    return services.take_feed(feed_id=feed.pk, url=feed.url, now=now, days=days, failure=failure)


def test_what_it_says_becomes_an_edition_from_the_next_midnight(feed):
    edition = take(
        feed, {"2026-12-25": "Christmas", "2026-12-26": "Boxing Day", "2026-11-18": "Today", "2025-12-26": "Long ago"}
    )
    assert edition is not None
    assert (edition.number, edition.origin, edition.published_at) == (2, "feed", NOW)
    assert edition.effective_at == at("2026-11-19T00:00")
    assert edition.holidays == {
        "2026-11-11": "Armistice", "2026-12-24": EVE, "2026-12-25": "Noël", "2026-12-26": "Boxing Day",
    }  # fmt: skip


def test_the_same_again_publishes_nothing(feed):
    assert take(feed, {"2026-12-26": "Boxing Day"}) is not None
    assert take(feed, {"2026-12-26": "Boxing Day"}, NOW + DAY) is None
    feed.refresh_from_db()
    assert feed.changed_at == NOW


def test_a_day_that_it_names_no_more_goes_and_a_past_one_stays(feed):
    take(feed, {"2026-11-20": "Soon", "2026-12-28": "Bridge"})
    edition = take(feed, {"2026-12-29": "Bridge"}, NOW + 5 * DAY)
    assert edition is not None
    assert set(edition.holidays) == {"2026-11-11", "2026-11-20", "2026-12-24", "2026-12-25", "2026-12-29"}


def test_a_day_that_somebody_rewrote_by_hand_is_his(feed, lyon):
    take(feed, {"2026-12-28": "Bridge"})
    services.publish_edition(
        actor=None, calendar=lyon, zone="Europe/Paris", weekly=OFFICE, effective_at=NOW + 2 * DAY, now=NOW + 2 * DAY,
        holidays={"2026-12-28": EVE},
    )  # fmt: skip
    assert take(feed, {}, NOW + 3 * DAY) is None
    assert lyon.editions.order_by("-number")[0].holidays == {"2026-12-28": EVE}


def test_an_edition_to_come_is_followed_not_overtaken(feed, lyon):
    services.publish_edition(
        actor=None, calendar=lyon, zone="Europe/Paris", weekly=OFFICE, holidays={}, effective_at=NOW + 9 * DAY, now=NOW
    )
    edition = take(feed, {"2026-12-28": "Bridge"})
    assert edition is not None
    assert edition.effective_at == NOW + 9 * DAY


def test_a_failure_is_remembered_since_when_and_goes_with_success(feed, lyon):
    take(feed, None, NOW, "slow")
    take(feed, None, NOW + HOUR, "private")
    feed.refresh_from_db()
    assert (feed.failed_at, feed.failure) == (NOW, "private")
    assert lyon.editions.count() == 1
    take(feed, {"2026-12-25": "Noël"}, NOW + 2 * HOUR)
    feed.refresh_from_db()
    assert (feed.failed_at, feed.failure) == (None, "")


def test_what_comes_after_the_address_changed_is_not_taken(feed, lyon):
    assert (
        services.take_feed(feed_id=feed.pk, url="https://elsewhere.example/", now=NOW, days={"2026-12-28": "x"}) is None
    )
    assert lyon.editions.count() == 1


def test_each_is_asked_once_a_day_a_failing_one_each_hour_and_by_one_only(feed):
    assert services.claim_feeds(now=NOW) == [(feed.pk, URL)]
    assert services.claim_feeds(now=NOW + 23 * HOUR) == []
    assert services.claim_feeds(now=NOW + 24 * HOUR) == [(feed.pk, URL)]
    take(feed, None, NOW + 24 * HOUR, "slow")
    assert services.claim_feeds(now=NOW + 24 * HOUR + timedelta(minutes=59)) == []
    assert services.claim_feeds(now=NOW + 25 * HOUR) == [(feed.pk, URL)]


@pytest.mark.django_db(transaction=True)
def test_the_task_asks_outside_and_writes_inside(cast, monkeypatch):
    with tenancy.everyone():
        feed = CalendarFeed.objects.create(calendar=cast.paris, url=URL)
    ics = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Always\r\nDTSTART;VALUE=DATE:20200706\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    monkeypatch.setattr(following, "fetch", lambda url: ics)
    login_as("worker")
    assert tasks.ask_feeds() == 1
    assert tasks.ask_feeds() == 0
    with tenancy.engine():
        assert "Always" in cast.paris.editions.order_by("-number")[0].holidays.values()
        feed.refresh_from_db()
    assert feed.changed_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_task_writes_why_it_failed(cast):
    with tenancy.everyone():
        feed = CalendarFeed.objects.create(calendar=cast.paris, url="http://127.0.0.1:9/")
    login_as("worker")
    assert tasks.ask_feeds() == 1
    with tenancy.engine():
        feed.refresh_from_db()
    assert feed.failure == "private"
    assert feed.failed_at is not None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/a.ics", "http://[::1]/", "https://10.0.0.1/", "ftp://93.184.215.14/", "words"]
)
def test_an_address_of_nobody_is_refused_at_once(cast, url):
    with pytest.raises(Refused):
        services.set_feed(actor=cast.ada, calendar=cast.paris, url=url, now=NOW)
    assert not CalendarFeed.objects.exists()


def test_who_may_edit_may_follow_ask_and_stop(cast):
    with tenancy.everyone():
        feed = services.set_feed(actor=cast.ada, calendar=cast.paris, url="webcal://93.184.215.14/a.ics ", now=NOW)
        assert feed.url == "https://93.184.215.14/a.ics"
        CalendarFeed.objects.update(asked_at=NOW)
        services.ask_again(actor=cast.ada, feed=feed)
        assert CalendarFeed.objects.get().asked_at is None
        for who in (cast.max, cast.rosa):
            for act in (
                lambda who=who: services.set_feed(actor=who, calendar=cast.paris, url=URL, now=NOW),
                lambda who=who: services.ask_again(actor=who, feed=feed),
                lambda who=who: services.drop_feed(actor=who, feed=feed, now=NOW),
            ):
                with pytest.raises(PermissionDenied):
                    act()
        services.drop_feed(actor=cast.ada, feed=feed, now=NOW)
        assert not CalendarFeed.objects.exists()


def test_a_calendar_without_hours_follows_nothing(cast):
    empty = BusinessCalendar.objects.create(name="Empty")
    with pytest.raises(Refused, match="opening hours"):
        services.set_feed(actor=cast.ada, calendar=empty, url=URL, now=NOW)


def test_following_moving_and_stopping_are_remembered_by_host_alone(cast):
    def happened() -> list[tuple[str, int, dict[str, str]]]:
        return list(CalendarEvent.objects.order_by("id").values_list("verb", "actor_id", "data"))

    secret, host = "https://93.184.215.14/private-token/a.ics", "93.184.215.14"
    with tenancy.everyone():
        services.set_feed(actor=cast.ada, calendar=cast.paris, url=URL, now=NOW)
        services.set_feed(
            actor=cast.ada, calendar=cast.paris, url=URL, now=NOW
        )  # the same again is asked again, and no news
        feed = services.set_feed(actor=cast.ada, calendar=cast.paris, url=secret, now=NOW)
        services.drop_feed(actor=cast.ada, feed=feed, now=NOW + DAY)
        services.drop_feed(
            actor=cast.ada, feed=CalendarFeed(pk=feed.pk or 1, calendar=cast.paris, url=secret), now=NOW + DAY
        )
        assert happened() == [
            ("feed.followed", cast.ada.pk, {"host": host}),
            ("feed.moved", cast.ada.pk, {"before": host, "host": host}),
            ("feed.dropped", cast.ada.pk, {"host": host}),
        ]
        assert CalendarEvent.objects.latest("id").at == NOW + DAY


def test_no_event_of_a_calendar_changes_and_no_client_reads_one(cast):
    with tenancy.everyone():
        services.set_feed(actor=cast.ada, calendar=cast.paris, url=URL, now=NOW)
        for wrong in (lambda: CalendarEvent.objects.all().delete(), lambda: CalendarEvent.objects.update(at=NOW + DAY)):
            with pytest.raises(IntegrityError), transaction.atomic():
                wrong()
    with pytest.raises(ProgrammingError, match="permission denied"), tenancy.user(cast.rosa):
        list(CalendarEvent.objects.all())
