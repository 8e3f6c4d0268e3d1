"""A request whose clock contradicts itself: every door opens, says so in plain words, and takes an answer."""

from __future__ import annotations

from typing import Any

import pytest

from common import tenancy
from slo.models import CalendarChange
from tests.portal.acting import HOUR, answer
from tests.slo.broken import PLANTS, plant
from tests.tickets.acting import act, clock_of, events, fresh, opened
from tests.tickets.test_following import MOVED, publish
from tickets import services

pytestmark = pytest.mark.django_db
SAID = "This clock’s record contradicts itself; we have been told."
SAID_IN_FRENCH = "Le relevé de ce délai se contredit\u202f; nous en avons été avertis."


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.mark.parametrize("name", PLANTS)
def test_the_pages_say_what_the_row_says(cast, get, name):
    ticket = opened(cast)
    plant(clock_of(ticket), name)
    for person in (cast.ann, cast.lea):
        page = get(person, f"/tickets/{ticket.reference}/")
        assert SAID in page.text
        assert (page.context["clock"].due_at, page.context["clock"].state) == (clock_of(ticket).due_at, "on_track")
        assert page.context["receipt"] is None
        assert SAID in get(person, f"/tickets/{ticket.reference}/clocks/first_response/receipt/", 409).text
    get(cast.ann, f"/tickets/{ticket.reference}/clocks/first_response/receipt/?format=json", 409)
    assert ticket.reference in get(cast.lea, "/queue/").text
    assert ticket.reference in get(cast.ann, "/tickets/").text
    get(cast.bob, f"/tickets/{ticket.reference}/clocks/first_response/receipt/", 404)


def test_it_is_said_in_french(cast, get):
    ticket = opened(cast)
    plant(clock_of(ticket))
    cast.ann.language = "fr"
    act(cast.ann, lambda actor: actor.save(update_fields=["language"]))
    assert SAID_IN_FRENCH in get(cast.ann, f"/tickets/{ticket.reference}/").text


@pytest.mark.parametrize("name", PLANTS)
def test_no_answer_is_lost_and_the_ticket_goes_its_way(cast, get, name):
    ticket = opened(cast)
    plant(clock_of(ticket), name)
    answer(cast, ticket)
    assert fresh(ticket).responded_at == cast.now + HOUR
    assert (clock_of(ticket).verdict, clock_of(ticket).stopped_at) == ("met", cast.now + HOUR)
    assert events(ticket, "ticket.responded")[0].data["verdict"] == "met"
    assert SAID in get(cast.ann, f"/tickets/{ticket.reference}/").text


def test_it_is_corrected_withdrawn_and_follows_its_calendar(cast, get, monkeypatch):
    raised, gone, moved = (opened(cast) for _n in range(3))
    for ticket, name in (
        (raised, "begins twice"),
        (gone, "a word that nobody knows"),
        (moved, "a promise of nothing, next year"),
    ):
        plant(clock_of(ticket), name)
    act(cast.lea, services.prioritize, ticket_id=raised.pk, priority="critical", reason="All are hit.", now=cast.now)
    assert clock_of(raised).due_at == cast.now + HOUR / 2
    act(cast.ann, services.cancel, ticket_id=gone.pk, reason="Solved itself.", now=cast.now)
    assert clock_of(gone).verdict == "void"
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)
    before = clock_of(moved).due_at
    change = publish(cast)
    services.follow_calendars()
    assert fresh(change).state == CalendarChange.State.DONE
    assert clock_of(moved).due_at > before
    assert len(events(moved, MOVED)) == 1


def test_the_interface_refuses_its_receipt_in_words_and_gives_the_rest(cast, client):
    ticket = opened(cast)
    clock = clock_of(ticket)
    plant(clock)
    client.force_login(cast.ann)
    said = client.get(f"/api/v1/clocks/{clock.pk}/receipt/")
    assert (said.status_code, said.json()["detail"]) == (422, SAID)
    assert client.get(f"/api/v1/clocks/{clock.pk}/").status_code == 200
    assert client.get("/api/v1/clocks/").status_code == 200
