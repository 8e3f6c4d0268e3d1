"""Scope and what a request waits for, over HTTP: the hint while writing, the notice after sending, the ticket page, the forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts import services as contracts
from contracts.models import Exclusion
from tests.portal.acting import log
from tests.tickets.acting import act, everything, fresh, opened
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
OUT = {"subject": "More disk space, please", "body": "And a firewall, before Monday."}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def post(client: Any) -> Any:
    """A form as this person sends it; back comes where it leads, or the form again."""

    def posted(person: Any, url: str, status: int, **data: Any) -> Any:
        client.force_login(person)
        page = client.post(url, data)
        assert page.status_code == status, page.status_code
        page.text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
        return page

    return posted


def url(ticket: Ticket) -> str:
    return f"/tickets/{ticket.reference}/"


def decide(cast: Any, ticket: Ticket, scope: str = "excluded") -> None:
    hosting = Exclusion.objects.get(slug="infrastructure-hosting")
    act(
        cast.lea, services.decide_scope, ticket_id=ticket.pk, scope=scope, exclusion=hosting, reason="Ask *your host*.",
        now=cast.now,
    )  # fmt: skip


def line(cast: Any, client: str = "northwind", **more: Any) -> Any:
    arguments = {"head": "access", "title": "An account on the test site", "now": cast.now} | more
    return act(cast.lea, contracts.add_responsibility, organization=getattr(cast, client), **arguments)


class TestWriting:
    HINT = "/tickets/new/scope/"

    def test_the_hint_says_which_exclusion_why_and_because_of_which_words(self, cast, post):
        before = everything()
        page = post(cast.ann, self.HINT, 200, **OUT)
        assert "This looks like “Infrastructure and hosting”" in page.text
        assert "<mark>disk space</mark>, <mark>firewall</mark>." in page.text
        assert everything() == before

    def test_words_of_another_exclusion_are_no_reason_for_this_one(self, cast, post):
        page = post(cast.ann, self.HINT, 200, subject="A firewall, more disk space", body="and more licences")
        assert "<mark>firewall</mark>, <mark>disk space</mark>." in page.text

    def test_a_product_nobody_serves_is_named_and_a_kind_of_request_for_a_served_one_clears_it(self, cast, post):
        words = {"subject": "Salesforce", "body": "It loses my leads."}
        assert (
            "names a product that we don’t serve: <mark>Salesforce</mark>"
            in post(cast.ann, self.HINT, 200, **words).text
        )
        assert "notice" not in post(cast.ann, self.HINT, 200, request_type="webhook", **words).text

    def test_what_fits_a_category_is_said_to_be_in_scope(self, cast, post):
        page = post(cast.ann, self.HINT, 200, subject="A workflow", body="needs one more transition")
        assert "It reads like “Automation and workflows”, which is in scope." in page.text

    @pytest.mark.parametrize(
        "sent", [{}, {"subject": "", "body": ""}, {"body": "Good morning"}, {"subject": "\0", "body": "x" * 60_000}]
    )
    def test_nothing_to_say_is_nothing(self, cast, post, sent):
        page = post(cast.ann, self.HINT, 200, **sent)
        assert "notice" not in page.text
        assert "in scope" not in page.text

    def test_what_is_typed_is_never_markup(self, cast, post):
        page = post(cast.ann, self.HINT, 200, subject="disk space <script>", body="</mark><b>firewall</b>")
        assert "<script>" not in page.text

    def test_the_hint_is_french_for_whoever_reads_french(self, cast, post):
        cast.ann.language = "fr"
        cast.ann.save(update_fields=["language"])
        page = post(cast.ann, self.HINT, 200, subject="Changer d’hébergement", body="")
        assert "Infrastructure et hébergement" in page.text
        assert "Infrastructure and hosting" not in page.text

    def test_without_script_it_is_sent_all_the_same_and_said_afterwards(self, cast, post, get):
        sent = {"contract": cast.northwind_contract.pk, "impact": "person", "urgency": "question", **OUT}
        page = post(cast.ann, "/tickets/new/", 302, **sent)
        shown = get(cast.ann, page.url)
        assert "It looks outside your contract. It was sent all the same: a consultant decides." in shown.text
        assert "Infrastructure and hosting" in shown.text
        assert fresh(Ticket(pk=shown.context["ticket"].pk)).scope == "looks_excluded"

    def test_a_form_that_comes_back_says_it_too(self, cast, post):
        sent = {"contract": cast.northwind_contract.pk, "impact": "person", "urgency": "nonsense", **OUT}
        assert "This looks like “Infrastructure and hosting”" in post(cast.ann, "/tickets/new/", 422, **sent).text


class TestTicketPage:
    def test_a_doubt_is_shown_to_both_sides_and_decided_by_one(self, cast, get):
        ticket = opened(cast, **OUT)
        ours, theirs = get(cast.lea, url(ticket)), get(cast.ann, url(ticket))
        for page in (ours, theirs):
            assert "Looks out of scope" in page.text
            assert "<q>disk space</q>, <q>firewall</q>" in page.text
            assert f"/changes/ask/?ticket={ticket.reference}" in page.text
            assert "Max Keller, the account manager" in page.text
        assert f"/tickets/{ticket.reference}/scope/" in ours.text
        assert f"/tickets/{ticket.reference}/scope/" not in theirs.text

    def test_a_decision_shows_who_why_and_what_it_means_and_takes_the_time_form_away(self, cast, get):
        ticket = opened(cast)
        log(cast, ticket, 15)
        decide(cast, ticket)
        page = get(cast.lea, url(ticket))
        assert page.context["scope"]["decided"].decided_by == cast.lea
        assert "Ask <em>your host</em>." in page.context["scope"]["reason"]
        assert 'id="time"' not in page.text
        assert "no time can be logged on this request" in page.text
        assert "0 h 15 were billed before it was decided." in page.text
        assert {"keys": ["T"], "label": "Log time"} not in page.context["shortcuts"]
        assert "Reverse the entries under Hours" in get(cast.max, url(ticket)).text
        assert "Scope decided by Léa Fontaine: Out of scope" in get(cast.ann, url(ticket)).text

    def test_it_is_decided_and_taken_back_through_the_pages(self, cast, post, get):
        ticket = opened(cast)
        hosting = Exclusion.objects.get(slug="infrastructure-hosting")
        form = get(cast.lea, f"{url(ticket)}scope/")
        assert "Reserved Hours pay for it" in form.text
        again = post(cast.lea, f"{url(ticket)}scope/", 422, scope="excluded", reason="Ask your host.")
        assert "Name the exclusion" in again.text
        assert "Ask your host." in again.text  # nothing typed is lost
        post(cast.lea, f"{url(ticket)}scope/", 302, scope="excluded", reason="Ask your host.", exclusion=hosting.pk)
        assert fresh(ticket).scope == "excluded"
        post(cast.lea, f"{url(ticket)}scope/back/", 302)
        assert fresh(ticket).scope == "undecided"
        assert "nothing to take back" in get(cast.lea, post(cast.lea, f"{url(ticket)}scope/back/", 302).url).text

    @pytest.mark.parametrize(
        "wrong", [{"scope": "looks_excluded"}, {"scope": "x"}, {"exclusion": "999999"}, {"exclusion": "x"}]
    )
    def test_a_forged_choice_is_refused_and_writes_nothing(self, cast, post, wrong):
        ticket = opened(cast)
        before = everything()
        post(cast.lea, f"{url(ticket)}scope/", 422, **{"scope": "in_scope", "reason": "So.", **wrong})
        assert everything() == before

    def test_time_is_refused_on_its_page_with_words_and_what_was_typed(self, cast, post, get):
        ticket = opened(cast)
        decide(cast, ticket, "to_be_quoted")
        assert "decided to be out of scope" in get(cast.lea, f"{url(ticket)}time/").text
        before = everything()
        page = post(cast.lea, f"{url(ticket)}time/", 422, duration="38", summary="Looked into it")
        assert "decide first that it is in scope" in page.text
        assert "Looked into it" in page.text
        assert everything() == before

    def test_the_queue_narrows_to_what_is_doubted_or_outside(self, cast, get):
        doubted, excluded, plain = opened(cast, **OUT), opened(cast, subject="Second"), opened(cast, subject="Third")
        decide(cast, excluded)
        for scope, expected in (("looks_excluded", doubted), ("excluded", excluded)):
            page = get(cast.lea, f"/queue/?scope={scope}")
            assert [row.ticket.pk for group in page.context["groups"] for row in group.rows] == [expected.pk]
        for ignored in ("nonsense", "undecided"):
            rows = [row for group in get(cast.lea, f"/queue/?scope={ignored}").context["groups"] for row in group.rows]
            assert {row.ticket.pk for row in rows} == {doubted.pk, excluded.pk, plain.pk}


class TestWaiting:
    def test_it_is_said_and_ended_through_the_pages_and_both_pages_show_it(self, cast, post, get):
        ticket, item = opened(cast), line(cast, owner=cast.carl)
        post(cast.lea, f"{url(ticket)}blocked/", 302, responsibility=item.pk)
        theirs = get(cast.ann, url(ticket))
        assert f"/responsibilities/NW/{item.pk}/" in theirs.text
        assert "Blocked" in theirs.text
        assert "/blocked/" not in theirs.text
        assert ticket.reference in get(cast.rosa, "/responsibilities/NW/").text
        assert ticket.reference in get(cast.rosa, f"/responsibilities/NW/{item.pk}/").text
        blocking = theirs.context["waits"]["rows"][0]["pk"]
        post(cast.lea, f"{url(ticket)}blocked/{blocking}/end/", 302)
        assert get(cast.ann, url(ticket)).context["waits"]["rows"] == []

    def test_a_settled_line_blocks_no_more_until_somebody_says_go_on(self, cast, get):
        ticket, item = opened(cast), line(cast)
        act(cast.lea, services.block, ticket_id=ticket.pk, responsibility_id=item.pk, now=cast.now)
        act(
            cast.rosa, contracts.settle_responsibility, responsibility_id=item.pk, state="done", evidence="Done",
            now=cast.now,
        )  # fmt: skip
        page = get(cast.lea, url(ticket))
        assert not page.context["waits"]["held"]
        assert "It is settled: go on" in page.text

    def test_another_clients_line_is_404_and_nothing_is_written(self, cast, post):
        ticket, theirs = opened(cast), line(cast, "globex")
        before = everything()
        post(cast.lea, f"{url(ticket)}blocked/", 404, responsibility=theirs.pk)
        post(cast.lea, f"{url(ticket)}blocked/", 404, responsibility=2**62)
        for nonsense in ("", "x", "-1", str(2**70)):
            post(cast.lea, f"{url(ticket)}blocked/", 422, responsibility=nonsense)
        assert everything() == before

    @pytest.mark.parametrize("who", ["lea", "rosa"])
    def test_the_page_asks_no_more_however_much_was_decided_and_waits(self, cast, client, who):
        ticket = opened(cast, **OUT)
        client.force_login(getattr(cast, who))

        def count() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url(ticket)).status_code == 200
            return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

        def more() -> None:
            item = line(cast, owner=cast.carl)
            act(cast.lea, services.block, ticket_id=ticket.pk, responsibility_id=item.pk, now=cast.now)
            line(cast)
            for scope in ("excluded", "in_scope", "to_be_quoted"):
                decide(cast, ticket, scope)

        more()
        few = count()
        more()
        more()
        assert count() == few
        assert few <= 20 + 1  # the test's own end of a scope
