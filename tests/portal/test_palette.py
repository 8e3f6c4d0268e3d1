"""What the palette and the search lead to: places, clients, a reference, what can be done here."""

from typing import Any

import pytest

from accounts.models import Assignment
from common import tenancy
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db
PALETTE = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


class TestSearch:
    def test_a_reference_leads_to_its_ticket(self, cast, get):
        opened(cast)
        for words in ("NW-1", "nw-1", " NW-1 "):
            assert get(cast.ann, f"/search/?q={words}", status=302).url == "/tickets/NW-1/"

    def test_one_that_is_out_of_sight_leads_nowhere(self, cast, get):
        opened(cast)
        assert "/tickets/NW-1/" not in get(cast.bob, "/search/?q=NW-1").text

    def test_words_are_listed(self, cast, get):
        opened(cast, subject="About NW-7")
        assert "NW-1" in get(cast.lea, "/search/?q=about").text


class TestFound:
    def test_clients_by_name_or_key_lead_to_their_open_work(self, cast, get):
        for words in ("north", "nw"):
            assert 'href="/queue/?client=NW"' in get(cast.lea, f"/search/?q={words}&palette=1", **PALETTE).text

    def test_only_clients_that_one_serves(self, cast, get):
        with tenancy.everyone():
            Assignment.objects.create(organization=cast.globex, user=cast.julien)
        for person in (cast.julien, cast.ann):
            page = get(person, "/search/?q=nw&palette=1", **PALETTE)
            assert "client=NW" not in page.text
            assert "Northwind" not in page.text

    def test_a_reference_is_a_row_and_not_a_leap(self, cast, get):
        opened(cast)
        assert 'href="/tickets/NW-1/"' in get(cast.lea, "/search/?q=nw-1&palette=1", **PALETTE).text

    def test_more_than_it_shows_is_one_row_further(self, cast, get):
        for _n in range(9):
            opened(cast)
        page = get(cast.lea, "/search/?q=board&palette=1", **PALETTE)
        assert 'href="/search/?q=board"' in page.text
        assert "All 9 requests with “board”" in page.text


class TestPlacesAndActions:
    def test_ours_go_to_the_queues_views_and_clients_do_not(self, cast, get):
        assert 'href="/queue/?view=mine"' in get(cast.lea, "/queue/").text.split('id="palette"')[1]
        assert "view=mine" not in get(cast.ann, "/").text

    def test_the_ticket_page_offers_its_keys_and_moves(self, cast, get):
        opened(cast)
        shown = get(cast.lea, "/tickets/NW-1/").text.split('id="palette"')[1]
        for words in (
            'data-press="r"',
            'data-press="n"',
            'data-press="t"',
            'data-press="a"',
            'data-opens="act-resolve"',
        ):
            assert words in shown
        theirs = get(cast.ann, "/tickets/NW-1/").text.split('id="palette"')[1]
        assert 'data-press="r"' in theirs
        assert 'data-press="n"' not in theirs

    def test_what_is_closed_offers_no_assignment(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="By mistake.", now=cast.now)
        assert 'data-press="a"' not in get(cast.lea, "/tickets/NW-1/").text

    def test_the_queue_offers_what_can_be_done_to_rows(self, cast, get):
        for person, there in ((cast.lea, True), (cast.max, False)):
            assert ('data-press="a"' in get(person, "/queue/").text) is there
