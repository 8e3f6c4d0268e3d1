"""What clients see: their home, their requests, a new request, and what an action's own page is."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import ClientRole
from common import tenancy
from contracts.models import Contract
from tests.portal.acting import HOUR, answer, clause, grant, join, log
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


class TestHome:
    def test_it_offers_the_catalogue_with_examples_of_effort(self, cast, get):
        page = get(cast.ann, "/")
        assert "/tickets/new/?type=dashboard" in page.text
        assert "2 h 00" in page.text
        assert 'action="/search/"' in page.text

    def test_an_open_request_says_by_when_it_is_answered(self, cast, get):
        ticket = opened(cast)  # high priority under Premium: two business hours from 10:00
        page = get(cast.ann, "/")
        assert ticket.subject in page.text
        assert "First answer by" in page.text
        assert "Wed 18 Nov, 12:00" in page.text
        assert 'data-state="on_track"' in page.text

    def test_an_answered_one_says_how_long_it_took(self, cast, get):
        answer(cast, opened(cast), after=HOUR)
        page = get(cast.ann, "/")
        assert "Answered in <b>1 h 00</b> of 2 h 00" in page.text

    def test_a_question_waits_for_whoever_asked(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Which board?", now=cast.now)
        assert "Waits for your answer" in get(cast.ann, "/").text
        assert "Waits for your answer" not in get(cast.carl, "/").text

    def test_a_resolved_one_asks_whether_it_is_solved(self, cast, get):
        ticket = opened(cast)
        answer(cast, ticket)
        act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="", now=cast.now + HOUR)
        assert "Is it solved?" in get(cast.ann, "/").text

    def test_empty_states_teach(self, cast, get):
        page = get(cast.ann, "/")
        assert "No open request" in page.text
        assert "Questions to you, and answers to confirm, appear here." in page.text

    def test_without_a_contract_nothing_is_offered(self, cast, get):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        page = get(cast.ann, "/")
        assert "No contract is live today" in page.text
        assert "?type=" not in page.text

    def test_approvers_see_hours_and_requesters_do_not(self, cast, get):
        grant(cast)
        for person, seen in ((cast.rosa, True), (cast.carl, True), (cast.ann, False)):
            page = get(person, "/")
            assert (f"/contracts/{cast.northwind_contract.pk}/hours/" in page.text) is seen
            assert ("10 h 00" in page.text) is seen
            assert f"/contracts/{cast.northwind_contract.pk}/promises/" in page.text

    def test_time_that_nothing_covers_waits_for_the_approver(self, cast, get):
        log(cast, opened(cast), 38)
        assert "45 min of work to approve" in get(cast.rosa, "/").text
        assert "of work to approve" not in get(cast.carl, "/").text

    def test_a_person_of_two_clients_reads_whose_a_request_is(self, cast, get):
        opened(cast)
        assert "Northwind ·" not in get(cast.rosa, "/").text
        join(cast, cast.rosa, "globex", ClientRole.REQUESTER)
        opened(cast, client="globex", subject="A filter of ours")
        page = get(cast.rosa, "/")
        assert "Northwind ·" in page.text
        assert "Globex ·" in page.text

    def test_a_requester_reads_his_or_her_own_first(self, cast, get):
        opened(cast, actor=cast.carl, priority="critical", subject="Of a colleague")
        opened(cast, priority="low", subject="Of mine")
        page = get(cast.ann, "/").text
        assert page.index("Of mine") < page.index("Of a colleague")
        page = get(cast.rosa, "/").text
        assert page.index("Of mine") > page.index("Of a colleague")

    def test_people_of_valiantys_go_to_their_own(self, cast, client):
        for person, place in ((cast.lea, "/queue/"), (cast.max, "/portfolio/")):
            client.force_login(person)
            assert client.get("/").url == place


class TestRequests:
    @pytest.fixture
    def three(self, cast):
        """Open, resolved, cancelled."""
        tickets = [opened(cast, subject=f"Number {word}") for word in ("one", "two", "three")]
        answer(cast, tickets[1])
        act(cast.lea, services.resolve, ticket_id=tickets[1].pk, answer="", now=cast.now + HOUR)
        act(cast.ann, services.cancel, ticket_id=tickets[2].pk, reason="Not needed", now=cast.now)
        return tickets

    @pytest.mark.parametrize(
        ("query", "shown"),
        [("", {"one"}), ("?show=done", {"two", "three"}), ("?show=all", {"one", "two", "three"}),
         ("?q=TWO", {"two"}), ("?q=NW-3", {"three"}), ("?q=number&show=open", {"one"}), ("?show=nonsense", {"one"})],
    )  # fmt: skip
    def test_they_are_filtered_and_searched(self, cast, get, three, query, shown):
        page = get(cast.ann, f"/tickets/{query}")
        assert {word for word in ("one", "two", "three") if f"Number {word}" in page.text} == shown

    def test_a_search_also_finds_what_can_be_asked_for(self, cast, get):
        page = get(cast.ann, "/search/?q=dashboard")
        assert "/tickets/new/?type=dashboard" in page.text
        assert "No request found for “dashboard”" in page.text

    def test_the_palette_gets_rows_alone(self, cast, get, three):
        page = get(cast.ann, "/search/?q=number&palette=1", **{"HX-Request": "true"})
        assert "<html" not in page.text
        assert page.text.count("<li>") == 3

    def test_empty_lists_say_what_comes_there(self, cast, get):
        assert "No open request" in get(cast.ann, "/tickets/").text
        assert "Nothing is done yet" in get(cast.ann, "/tickets/?show=done").text
        assert "No request found for “&lt;b&gt;”" in get(cast.ann, "/tickets/?q=<b>").text

    def test_a_confidential_one_is_its_people_s(self, cast, get):
        opened(cast, confidential=True, subject="Salaries")
        assert "Salaries" in get(cast.ann, "/tickets/").text
        assert "Salaries" in get(cast.rosa, "/tickets/").text
        join(cast, cast.bob, "northwind", ClientRole.REQUESTER)
        assert "Salaries" not in get(cast.bob, "/tickets/").text

    def test_other_clients_stay_apart(self, cast, get, three):
        assert "Number" not in get(cast.bob, "/tickets/?show=all").text

    def test_pages_keep_their_filter(self, cast, get):
        for number in range(31):
            opened(cast, subject=f"Number {number}")
        page = get(cast.ann, "/tickets/?q=number")
        assert "q=number&amp;page=2" in page.text or "page=2" in page.text
        assert "1–30 of 31" in page.text


class TestNewRequest:
    NEW = "/tickets/new/"
    ASKED = {"subject": "The board is empty", "body": "Since this morning.", "impact": "team", "urgency": "blocked"}

    def test_the_promise_is_there_before_anything_is_sent(self, cast, get):
        page = get(cast.ann, self.NEW)  # one person, degraded: low, 18 hours of nine a day from Wednesday 10:00
        assert "First answer from a consultant by" in page.text
        assert "Fri 20 Nov" in page.text
        assert "Default, no clause" in page.text
        assert 'data-draft="ticket:new"' in page.text

    def test_a_link_chooses_the_kind(self, cast, get):
        page = get(cast.ann, f"{self.NEW}?type=dashboard&subject=Sales")
        assert 'name="request_type" value="dashboard"' in page.text
        assert 'value="Sales"' in page.text
        assert "<select" not in page.text.split("<main")[1].split("</main>")[0]

    def test_a_category_narrows_the_kinds(self, cast, get):
        page = get(cast.ann, f"{self.NEW}?category=reporting")
        assert 'value="dashboard"' in page.text
        assert 'value="webhook"' not in page.text

    def promise(self, cast: Any, get: Any, contract: Any = None, **chosen: str) -> Any:
        chosen = {"impact": "team", "urgency": "blocked"} | chosen
        pk = (contract or cast.northwind_contract).pk
        return get(
            cast.ann, f"/tickets/new/promise/?contract={pk}&impact={chosen['impact']}&urgency={chosen['urgency']}"
        )

    def test_the_panel_follows_the_answers_and_names_the_clause(self, cast, get):
        made = clause(cast, "slo.first_response.high", "90")
        panel = self.promise(cast, get)
        assert "<html" not in panel.text
        assert "1 h 30 of business time" in panel.text
        assert f"{made.document.title}, §4.2" in panel.text
        assert f"/contracts/{cast.northwind_contract.pk}/promises/#slo-first_response-high" in panel.text

    def test_the_count_adds_up(self, cast, get):
        panel = self.promise(cast, get, impact="person", urgency="question")
        for line in ("10:00 – 18:00, 8 h 00", "09:00 – 18:00, 9 h 00", "09:00 – 10:00, 1 h 00"):
            assert line in panel.text

    def test_a_holiday_on_the_way_is_named(self, cast, get, monkeypatch):
        eve = cast.now.replace(day=10, hour=16)  # Tuesday 17:00 in Paris; Armistice on Wednesday
        monkeypatch.setattr(cast, "now", eve)
        panel = self.promise(cast, get)
        assert "closed, Armistice 1918" in panel.text

    def test_critical_counts_around_the_clock_under_premium(self, cast, get):
        panel = self.promise(cast, get, impact="organization")
        assert "30 min of business time" in panel.text
        assert "24x7" in panel.text

    def test_a_channel_that_is_not_covered_says_so(self, cast, get):
        clause(cast, "channel.portal.covered", "no", number="9")
        panel = self.promise(cast, get)
        assert "Not covered" in panel.text
        assert "§9" in panel.text

    def test_without_a_calendar_it_says_why_there_is_no_date(self, cast, get):
        with tenancy.everyone():
            cast.northwind_contract.calendar = type(cast.paris).objects.create(name="Not published")
            cast.northwind_contract.save(update_fields=["calendar"])
        panel = self.promise(cast, get)
        assert "No answer time" in panel.text
        assert "no business calendar yet" in panel.text

    @pytest.mark.parametrize("wrong", [{"impact": "nobody"}, {"urgency": ""}])
    def test_half_an_answer_promises_nothing(self, cast, get, wrong):
        assert "Choose whom it touches" in self.promise(cast, get, **wrong).text

    def test_another_client_s_contract_promises_nothing(self, cast, get):
        assert "Choose whom it touches" in self.promise(cast, get, contract=cast.globex_contract).text

    def test_it_is_sent(self, cast, client):
        client.force_login(cast.ann)
        asked = {**self.ASKED, "contract": cast.northwind_contract.pk, "request_type": "dashboard"}
        sent = client.post(self.NEW, asked)
        assert (sent.status_code, sent.url) == (302, "/tickets/NW-1/")
        with tenancy.everyone():
            assert Ticket.objects.get().request_type.slug == "dashboard"

    @pytest.mark.parametrize(
        "wrong",
        [{"subject": ""}, {"contract": ""}, {"impact": "nobody"}, {"body": "The key is ghp_" + "a" * 36}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_what_was_typed_comes_back_with_what_is_wrong(self, cast, client, wrong):
        client.force_login(cast.ann)
        asked = {**self.ASKED, "contract": cast.northwind_contract.pk, "confidential": "on"} | wrong
        page = client.post(self.NEW, asked)
        assert page.status_code == 422
        text = page.content.decode()
        assert 'role="alert"' in text
        assert asked["body"] in text
        assert asked["subject"] in text
        assert 'id="id_confidential" checked' in text
        with tenancy.everyone():
            assert not Ticket.objects.exists()

    def test_another_client_s_contract_is_refused(self, cast, client):
        client.force_login(cast.ann)
        assert client.post(self.NEW, {**self.ASKED, "contract": cast.globex_contract.pk}).status_code == 422

    def test_several_contracts_are_chosen_from(self, cast, get):
        assert '<select name="contract"' not in get(cast.ann, self.NEW).text
        join(cast, cast.ann, "globex", ClientRole.REQUESTER)
        page = get(cast.ann, f"{self.NEW}?contract={cast.northwind_contract.pk}")
        assert f'<option value="{cast.northwind_contract.pk}" selected>' in page.text

    def test_without_a_live_contract_it_says_so(self, cast, get):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="suspended")
        assert "No contract is live today" in get(cast.ann, self.NEW).text


class TestFormPage:
    def test_an_action_opens_as_a_page(self, cast, get):
        ticket = opened(cast)
        page = get(cast.ann, f"/tickets/{ticket.reference}/act/?action=cancel")
        assert ticket.subject in page.text
        assert f'href="/tickets/{ticket.reference}/"' in page.text
        assert "Why is it cancelled?" in page.text

    def test_a_refused_one_keeps_its_text(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.ann)
        page = client.post(
            f"/tickets/{ticket.reference}/reply/", {"body": "The key: ghp_" + "a" * 36, "audience": "client"}
        )
        assert page.status_code == 422
        assert "ghp_aaa" in page.content.decode()
        assert 'name="audience" value="client"' in page.content.decode()

    @pytest.mark.parametrize("action", ["cancel"])
    def test_a_missing_reason_is_asked_for(self, cast, client, action):
        ticket = opened(cast)
        client.force_login(cast.ann)
        page = client.post(f"/tickets/{ticket.reference}/act/", {"action": action, "text": " "})
        assert page.status_code == 422
        assert "Give a reason." in page.content.decode()


PAGES = ["/", "/tickets/?show=all", "/tickets/new/", "/contracts/{pk}/hours/", "/contracts/{pk}/promises/"]


@pytest.mark.parametrize("path", PAGES)
def test_queries_do_not_grow_with_rows(cast, client, path):
    url = path.format(pk=cast.northwind_contract.pk)
    grant(cast)

    def more() -> None:
        ticket = opened(cast)
        answer(cast, ticket)
        log(cast, ticket, 30)
        opened(cast)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

    client.force_login(cast.rosa)
    more()
    few = count()
    for _ in range(3):
        more()
    assert count() == few
    assert few <= 20


@pytest.mark.parametrize("path", PAGES)
def test_they_are_french_for_whoever_reads_french(cast, get, path):
    opened(cast)
    cast.rosa.language = "fr"
    cast.rosa.save(update_fields=["language"])
    page = get(cast.rosa, path.format(pk=cast.northwind_contract.pk))
    assert '<html lang="fr"' in page.text
    assert page.headers["Content-Language"] == "fr"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_styled_or_scripted_in_place(cast, get, path):
    opened(cast)
    page = get(cast.rosa, path.format(pk=cast.northwind_contract.pk)).text
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<style" not in page
