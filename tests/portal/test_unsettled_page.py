"""What waits for somebody's word, over all clients: who reads it, in which order, and what narrows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import tenancy
from portal.selectors.queue import histories_of
from tests.portal.acting import answer
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import Contest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def contested(cast: Any, words: str = "Nobody can work.", client: str = "northwind", **more: Any) -> Any:
    """A request whose lowered priority a client contests."""
    ticket = opened(cast, client=client, **more)
    cast.now += timedelta(minutes=10)
    act(cast.nadia, services.prioritize, ticket_id=ticket.pk, priority="low", reason="It can wait.", now=cast.now)
    who = cast.rosa if client == "northwind" else cast.gina
    with tenancy.everyone():
        (past,) = histories_of(ticket)
        key = services.contestable_of(ticket, past)[0].key
    act(who, services.contest, ticket_id=ticket.pk, objective="first_response", what=key, words=words, now=cast.now)
    return ticket


def excusing(cast: Any, who: Any, reason: str = "The directory was down.", **more: Any) -> Any:
    """A request whose first answer came late, which somebody would have excused."""
    ticket = opened(cast, **more)
    answer(cast, ticket, timedelta(days=4))
    cast.now += timedelta(days=4, hours=1)
    act(who, services.propose_excusal, ticket_id=ticket.pk, objective="first_response", reason=reason, now=cast.now)
    return ticket


def shown(page: Any) -> list[tuple[str, str]]:
    return [(row.ticket.reference, row.words) for row in page.context["page"]]


def counts(page: Any) -> list[int]:
    return [one["count"] for one in page.context["views"]]


def test_both_kinds_stand_in_one_list_the_longest_waiting_first(cast, get):
    first = excusing(cast, cast.rosa)
    second = contested(cast)
    third = excusing(cast, cast.gina, client="globex")
    waits = excusing(cast, cast.max, reason="Would you excuse it?")
    page = get(cast.nadia, "/unsettled/")
    assert [row.ticket for row in page.context["page"]] == [first, second, third]
    assert (counts(page), "Waits since" in page.text) == ([3, 1, 2, 1], True)
    assert "“The directory was down.”" in page.text
    assert f'href="/tickets/{second.reference}/clocks/first_response/verdict/"' in page.text
    said = [(str(row.asked), str(row.by), row.clock.state) for row in page.context["page"]]
    assert said[:2] == [
        ("The client would excuse it", str(cast.rosa), "missed"),
        ("The priority was lowered", str(cast.rosa), said[1][2]),
    ]
    assert [row.ticket for row in get(cast.nadia, "/unsettled/?show=contests").context["page"]] == [second]
    assert [row.ticket for row in get(cast.nadia, "/unsettled/?show=excusals").context["page"]] == [first, third]
    theirs = get(cast.nadia, "/unsettled/?show=client")
    assert shown(theirs) == [(waits.reference, "Would you excuse it?")]
    assert "We ask to excuse it" in theirs.text


def test_what_is_answered_leaves_it(cast, get):
    excused, settled = excusing(cast, cast.rosa), contested(cast)
    act(cast.max, services.answer_excusal, ticket_id=excused.pk, objective="first_response", agreed=True, now=cast.now)
    with tenancy.everyone():
        contest = Contest.objects.get(ticket=settled)
    act(
        cast.nadia, services.settle_contest, contest_id=contest.pk, outcome="upheld", reason="It is one person.", now=cast.now,
    )  # fmt: skip
    page = get(cast.nadia, "/unsettled/")
    assert (counts(page), "Nothing waits" in page.text) == ([0, 0, 0, 0], True)


def test_a_second_proposal_counts_from_its_own_instant_and_words(cast, get):
    ticket = excusing(cast, cast.rosa, reason="The first words.")
    promise = {"ticket_id": ticket.pk, "objective": "first_response"}
    act(cast.rosa, services.withdraw_excusal, **promise, reason="Not so.", now=cast.now)
    between = contested(cast)
    cast.now += timedelta(hours=1)
    act(cast.rosa, services.propose_excusal, **promise, reason="The second words.", now=cast.now)
    page = get(cast.nadia, "/unsettled/")
    assert [row.ticket for row in page.context["page"]] == [between, ticket]
    assert page.context["page"][1].since == cast.now
    assert ("The second words." in page.text, "The first words." in page.text) == (True, False)


def test_a_request_that_no_promise_covers_is_named_as_such(cast, get):
    ticket = opened(cast, channel="email")
    act(
        cast.rosa, services.contest, ticket_id=ticket.pk, objective="first_response",
        what=services.contestable_of(ticket, None)[0].key, words="Mails are covered.", now=cast.now,
    )  # fmt: skip
    (row,) = get(cast.nadia, "/unsettled/").context["page"]
    assert (row.clock.state, str(row.asked), row.promise) == ("not_covered", "No promise covers it", "First answer")


def test_it_is_narrowed_by_client_and_words(cast, get):
    mine = contested(cast, subject="The certificate expired")
    other = contested(cast, client="globex", subject="Another certificate")
    page = get(cast.nadia, "/unsettled/?client=nw")
    assert (shown(page)[0][0], counts(page)) == (mine.reference, [1, 1, 0, 0])
    assert {chip["value"] for chip in page.context["chips"]} == {"Northwind"}
    assert [row.ticket for row in get(cast.nadia, "/unsettled/?q=another").context["page"]] == [other]
    assert [row.ticket for row in get(cast.nadia, f"/unsettled/?q={mine.reference}").context["page"]] == [mine]
    assert "Nothing here matches" in get(cast.nadia, "/unsettled/?q=zzzz&show=client").text
    odd = get(cast.nadia, "/unsettled/?client=ZZ&show=all&page=x&q=%00")
    assert counts(odd) == [2, 2, 0, 0]


@pytest.mark.parametrize(
    ("person", "status"), [("ann", 404), ("rosa", 404), ("carl", 404), ("lea", 403), ("nadia", 200), ("max", 200)]
)
def test_who_reads_it(cast, get, person, status):
    get(getattr(cast, person), "/unsettled/", status)
    linked = 'href="/unsettled/"' in get(getattr(cast, person), "/tickets/").text
    assert linked == (status == 200)


def test_an_account_manager_meets_the_own_clients_alone(cast, get):
    contested(cast)
    theirs = contested(cast, client="globex")
    with tenancy.everyone():
        cast.max.assignments.filter(organization=cast.northwind).delete()
    page = get(cast.max, "/unsettled/")
    assert ([row.ticket for row in page.context["page"]], counts(page)) == ([theirs], [1, 1, 0, 0])
    assert counts(get(cast.max, "/unsettled/?client=NW")) == [1, 1, 0, 0]


def test_queries_do_not_grow_with_rows(cast, client, django_assert_max_num_queries):
    contested(cast)
    excusing(cast, cast.rosa)
    client.force_login(cast.nadia)
    client.get("/unsettled/")
    with django_assert_max_num_queries(100) as few:
        client.get("/unsettled/")
    for _time in range(3):
        contested(cast)
        excusing(cast, cast.gina, client="globex")
    with django_assert_max_num_queries(len(few)):
        assert len(client.get("/unsettled/").context["page"].object_list) == 8


def test_it_has_pages(cast, get, monkeypatch):
    monkeypatch.setattr("portal.selectors.unsettled.SIZE", 1)
    first, second = excusing(cast, cast.rosa), contested(cast)
    page = get(cast.nadia, "/unsettled/")
    assert ([row.ticket for row in page.context["page"]], "1–1 of 2" in page.text) == ([first], True)
    assert [row.ticket for row in get(cast.nadia, "/unsettled/?page=2").context["page"]] == [second]
