"""Changes of calendars on their pages: drafted, previewed with progress, published, for administrators only."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import tenancy
from slo.models import BusinessCalendar, CalendarChange, CalendarEdition
from tests.portal.test_change_impact import said
from tests.tickets.acting import clock_of, opened
from tickets import services as tickets

pytestmark = pytest.mark.django_db
FORM = {
    "zone": "Europe/Paris",
    "weekly": "Mon-Fri 09:00-12:00",
    "holidays": "2026-12-25 Christmas",
    "effective_on": "",
    "effective_time": "",
}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The worker's scope is lent to the tests' role."""
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)
    return at_the_time


@pytest.fixture
def draft(cast: Any, client: Any) -> Any:
    """Posts the form as Ada; the answer."""

    def post(who: Any = None, **more: str) -> Any:
        client.force_login(who or cast.ada)
        return client.post(f"/calendars/{cast.northwind_contract.calendar_id}/change/", FORM | more)

    return post


def only() -> CalendarChange:
    with tenancy.everyone():
        return CalendarChange.objects.get()


def test_from_the_list_to_moved_promises(cast, client, get, draft):
    ticket, globex = opened(cast, priority="low"), opened(cast, client="globex")
    before = clock_of(ticket).due_at
    assert f"/calendars/{cast.northwind_contract.calendar_id}/change/" in get(cast.ada, "/calendars/").text
    assert "Mon-Fri 09:00-18:00" in get(cast.ada, f"/calendars/{cast.northwind_contract.calendar_id}/change/").text
    answer = draft()
    url = f"/calendars/changes/{only().pk}/"
    assert answer["Location"] == url
    waiting = get(cast.ada, url)
    assert "waiting for its turn" in waiting.text
    assert f'hx-get="{url}" hx-trigger="every 1s"' in waiting.text
    assert "Publish the edition" not in waiting.text
    tickets.follow_calendars()
    shown = get(cast.ada, url)
    assert shown.context["moved"] == 2
    assert f"/tickets/{ticket.reference}/" in shown.text
    assert {(one.name, one.moved) for one in shown.context["clients"]} == {("Northwind", 1), ("Globex", 1)}
    assert "Monday to Friday, 09:00–12:00" in shown.text
    assert "25 Dec 2026 Christmas" in said(shown)
    assert clock_of(ticket).due_at == before
    text_hash = re.search(r'name="text_hash" value="(\w+)"', shown.text)[1]
    published = client.post(f"{url}publish/", {"text_hash": text_hash}, follow=True)
    assert "Open promises follow it" in published.content.decode()
    assert "Moving the open promises" in published.content.decode()
    tickets.follow_calendars()
    done = get(cast.ada, url, **{"HX-Request": "true"})
    assert "<html" not in done.text
    assert "Done: 2 promises have moved." in done.text
    assert clock_of(ticket).due_at > before
    assert clock_of(globex).edition_id == clock_of(ticket).edition_id == only().edition_id


def test_what_can_not_be_read_comes_back_as_it_was_typed(cast, draft):
    answer = draft(weekly="Whenever", holidays="soon")
    assert answer.status_code == 422
    assert "This line can&#x27;t be read: “Whenever”." in answer.content.decode()
    assert ">\nWhenever</textarea>" in answer.content.decode()
    assert "Say on which day" in draft(effective_time="09:00").content.decode()
    assert "now or later" in draft(effective_on="2026-11-01").content.decode()
    assert draft(weekly="Mon-Fri 09:00-18:00", holidays=holidays(cast)).status_code == 422  # nothing new
    with tenancy.everyone():
        assert not CalendarChange.objects.exists()


def holidays(cast: Any) -> str:
    edition = CalendarEdition.objects.get(calendar=cast.northwind_contract.calendar)
    return "\n".join(f"{day} {name}" for day, name in edition.holidays.items())


def test_a_day_is_meant_in_the_calendar_s_zone_and_is_found_again(cast, get, draft):
    draft(zone="America/New_York", effective_on="2026-12-01", effective_time="08:00")
    assert only().effective_at.isoformat() == "2026-12-01T13:00:00+00:00"
    form = get(cast.ada, f"/calendars/{cast.northwind_contract.calendar_id}/change/").text
    assert 'value="2026-12-01"' in form
    assert 'value="08:00"' in form
    assert "Mon-Fri 09:00-12:00" in form


def test_a_draft_that_changed_meanwhile_is_not_published(cast, client, draft):
    draft()
    tickets.follow_calendars()
    read = only().text_hash
    draft(weekly="Mon-Fri 10:00-12:00")
    tickets.follow_calendars()
    answer = client.post(f"/calendars/changes/{only().pk}/publish/", {"text_hash": read}, follow=True)
    assert "Somebody changed this draft meanwhile" in answer.content.decode()
    assert only().status == "drafted"


def test_a_draft_can_be_discarded_and_its_page_stays(cast, client, get, draft):
    draft()
    url = f"/calendars/changes/{only().pk}/"
    client.post(f"{url}discard/")
    shown = get(cast.ada, url)
    assert "discarded" in shown.text
    assert "Publish the edition" not in shown.text
    assert "Change…" in get(cast.ada, "/calendars/").text


def test_what_broke_off_says_what_stands_and_is_tried_again(cast, client, get, draft):
    draft()
    url = f"/calendars/changes/{only().pk}/"
    with tenancy.everyone():
        CalendarChange.objects.update(state="failed", failure="gave_up")
    assert "The count broke off, and nothing was changed by it." in get(cast.ada, url).text
    client.post(f"{url}again/")
    assert only().state == "waiting"


def test_without_a_worker_it_says_since_when(cast, get, draft):
    draft()
    with tenancy.everyone():
        CalendarChange.objects.update(asked_at=cast.now - timedelta(minutes=5))
    shown = said(get(cast.ada, f"/calendars/changes/{only().pk}/"))
    assert "Nobody has worked on it since Wed 18 Nov, 09:55." in shown


@pytest.mark.parametrize(("who", "status"), [("ann", 404), ("rosa", 404), ("lea", 403), ("nadia", 403), ("max", 403)])
def test_only_administrators_come_here(cast, client, get, draft, who, status):
    draft()
    person, pk = getattr(cast, who), only().pk
    for url in (
        "/calendars/",
        f"/calendars/{cast.northwind_contract.calendar_id}/change/",
        f"/calendars/changes/{pk}/",
    ):
        get(person, url, status=status)
    assert draft(person).status_code == status
    for act in ("publish", "discard", "again"):
        assert client.post(f"/calendars/changes/{pk}/{act}/").status_code == status
    assert (only().status, only().state) == ("drafted", "waiting")


def test_the_list_asks_as_often_for_many_calendars_as_for_few(cast, client, draft):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/calendars/").status_code == 200
        return len(queries)

    draft()
    asked()
    few = asked()
    with tenancy.everyone():
        for number in range(5):
            BusinessCalendar.objects.create(name=f"Calendar {number}")
    assert asked() == few <= 20
