"""The queue over HTTP: what is urgent, what is narrowed, what stays live."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Organization
from common import tenancy
from escalation import services as escalations
from portal.clocks import Chip
from portal.selectors import queue as queues
from portal.selectors.queue import pages
from tests.portal.acting import HOUR, answer
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

LIVE = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def references(page: Any) -> list[str]:
    return [row.ticket.reference for group in page.context["groups"] for row in group.rows]


def groups(page: Any) -> list[tuple[str, int]]:
    return [(group.name, group.count) for group in page.context["groups"]]


class TestOrder:
    def test_the_least_time_left_is_on_top_grouped_by_urgency(self, cast, get):
        answered = opened(cast)
        answer(cast, answered, timedelta())
        low = opened(cast, priority="low")
        high = opened(cast)
        late = opened(cast, now=cast.now - timedelta(days=1))
        page = get(cast.lea, "/queue/")
        assert references(page) == [one.reference for one in (late, high, low, answered)]
        assert groups(page) == [("missed", 1), ("today", 1), ("later", 1), ("none", 1)]

    def test_a_row_says_clock_priority_status_assignee_and_level(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still empty.", now=cast.now)
        page = get(cast.lea, "/queue/")
        row = page.text.split('id="row-NW-1"')[1].split("</tr>")[0]
        for words in ("2 h 00", "High", "In progress", "Léa", "Level 1", "Northwind", ticket.subject):
            assert words in row

    def test_counts_of_groups_are_of_all_pages(self, cast, get, monkeypatch):
        monkeypatch.setattr(pages, "PER_PAGE", 2)
        for _n in range(3):
            opened(cast)
        page = get(cast.lea, "/queue/")
        assert groups(page) == [("today", 3)]
        assert len(references(page)) == 2
        assert "page=2" in page.text


class TestNarrowing:
    def test_a_view_holds_what_it_says(self, cast, get):
        mine, free = opened(cast), opened(cast)
        act(cast.lea, services.take, ticket_id=mine.pk, now=cast.now)
        waiting = opened(cast)
        act(cast.lea, services.wait_for_client, ticket_id=waiting.pk, question="Which board?", now=cast.now)
        late = opened(cast, now=cast.now - timedelta(days=1))
        expected = {
            "urgent": {mine, free, waiting, late}, "mine": {mine}, "unassigned": {free, waiting, late},
            "today": {mine, free}, "waiting": {waiting}, "breached": {late}, "escalated": set(),
        }  # fmt: skip
        for view, tickets in expected.items():
            page = get(cast.lea, f"/queue/?view={view}")
            assert set(references(page)) == {one.reference for one in tickets}, view
            counted = {one["name"]: one["count"] for one in page.context["views"]}
            assert counted[view] == len(tickets), view

    def test_client_priority_and_words_narrow_and_can_be_taken_away(self, cast, get):
        one = opened(cast, subject="Labels print upside down")
        opened(cast, subject="Labels print upside down", client="globex")
        opened(cast, subject="Labels print upside down", priority="low")
        opened(cast)
        page = get(cast.lea, "/queue/?client=nw&priority=high&q=labels down")
        assert references(page) == [one.reference]
        assert 'href="?client=NW&amp;priority=high"' in page.text
        assert references(get(cast.lea, f"/queue/?q={one.reference}")) == [one.reference]

    def test_a_filter_keeps_its_view(self, cast, get):
        page = get(cast.lea, "/queue/?view=mine")
        assert '<input type="hidden" name="view" value="mine">' in page.text

    @pytest.mark.parametrize(
        "query", ["view=nonsense", "client=%00", "priority=urgent", "page=minus", "q=%00", "q=%25"]
    )
    def test_a_hand_made_address_still_answers(self, cast, get, query):
        opened(cast)
        get(cast.lea, f"/queue/?{query}")

    @pytest.mark.parametrize("view", list(queues.VIEWS))
    def test_an_empty_view_teaches(self, cast, get, view):
        page = get(cast.lea, f"/queue/?view={view}")
        assert str(queues.EMPTY[view][0]).replace("’", "&#x27;") in page.text.replace("’", "&#x27;")

    def test_nothing_found_offers_the_whole_view(self, cast, get):
        opened(cast)
        page = get(cast.lea, "/queue/?view=unassigned&q=zebra")
        assert "Nothing here matches" in page.text
        assert 'href="?view=unassigned"' in page.text


class TestLive:
    def test_htmx_gets_the_rows_and_the_counts_alone(self, cast, get):
        opened(cast)
        page = get(cast.lea, "/queue/", **LIVE)
        assert "<html" not in page.text
        assert 'id="row-NW-1"' in page.text
        assert 'id="count-unassigned" hx-swap-oob="true">1<' in page.text
        assert "HX-Request" in page.headers["Vary"]

    def test_nothing_is_sent_while_nothing_changed(self, cast, get):
        ticket = opened(cast)
        seen = get(cast.lea, "/queue/").context["digest"]
        get(cast.lea, "/queue/", status=204, **LIVE, **{"x-seen": seen})
        cast.now += timedelta(minutes=2)  # minutes tick in the page by themselves
        get(cast.lea, "/queue/", status=204, **LIVE, **{"x-seen": seen})
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        get(cast.lea, "/queue/", status=200, **LIVE, **{"x-seen": seen})

    def test_a_clock_that_turns_is_a_change(self, cast, get):
        opened(cast)
        seen = get(cast.lea, "/queue/").context["digest"]
        cast.now += 3 * HOUR
        page = get(cast.lea, "/queue/", status=200, **LIVE, **{"x-seen": seen})
        assert groups(page) == [("missed", 1)]

    def test_rows_are_asked_for_at_the_address_of_the_page(self, cast, get):
        page = get(cast.lea, "/queue/?view=mine&client=NW")
        assert 'hx-get="/queue/?view=mine&amp;client=NW"' in page.text


class TestWho:
    @pytest.mark.parametrize(
        ("person", "status"), [("ann", 404), ("rosa", 404), ("lea", 200), ("nadia", 200), ("max", 200)]
    )
    def test_it_is_for_people_of_valiantys(self, cast, get, person, status):
        get(getattr(cast, person), "/queue/", status=status)

    def test_a_consultant_sees_only_the_clients_he_serves(self, cast, get):
        opened(cast)
        page = get(cast.julien, "/queue/")
        assert references(page) == []
        assert "Northwind" not in page.text


def test_groups_are_counted_alike_from_the_views_and_by_themselves(cast):
    for hours in (0, 3, 30, 300):
        opened(cast, now=cast.now - timedelta(hours=hours))
    answer(cast, opened(cast))
    with tenancy.user(cast.nadia):
        found = queues.totals(cast.nadia, cast.now)
        assert pages._by_group(found) == pages._count_groups(Ticket.objects.open(), cast.now)
    assert found["urgent"] == 5


class TestCost:
    @pytest.mark.parametrize("rows", [5, 40])
    def test_queries_are_few_and_do_not_grow(self, cast, client, django_assert_max_num_queries, rows):
        for _n in range(rows):
            opened(cast)
        late = opened(cast, now=cast.now - timedelta(days=1))
        act(cast.ann, escalations.persist, ticket_id=late.pk, reason="Still.", now=cast.now)
        client.force_login(cast.lea)
        with django_assert_max_num_queries(18):
            page = client.get("/queue/")
        assert len(references(page)) == rows + 1


def test_a_historical_client_is_no_choice(cast):
    with tenancy.everyone():
        Organization.objects.filter(pk=cast.globex.pk).update(is_historical=True)
        assert queues.clients(cast.lea) == [cast.northwind]


def test_an_address_says_only_what_it_must():
    assert queues.Filters().address == "?"
    assert queues.Filters(view="mine", words="a b").address == "?view=mine&q=a+b"
    assert Chip("met").left_seconds is None
