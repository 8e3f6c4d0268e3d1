"""The ticket page over HTTP, for both sides: conversation, composer, actions, hours, ladder, people. See test_receipt.py."""

import re
from datetime import timedelta
from typing import Any

import pytest

from audit.services import record
from common import tenancy
from contracts import services as contracts
from contracts.models import Contract
from escalation import services as escalations
from escalation.models import Escalation
from tests.portal.acting import HOUR, answer, grant, log
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db
MOST = 20 + 3  # a request begins and ends as a savepoint here, inside the test's transaction


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(ticket: Any) -> str:
    return f"/tickets/{ticket.reference}/"


def names(page: Any) -> list[str]:
    return [action["name"] for action in page.context["actions"]]


class TestConversation:
    def test_notes_look_different_and_clients_never_get_them(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.note, ticket_id=ticket.pk, body="Same as in May.", now=cast.now)
        ours, theirs = get(cast.lea, url(ticket)), get(cast.rosa, url(ticket))
        assert 'class="msg" data-internal' in ours.text
        assert "Same as in May." in ours.text
        for word in ("Same as in May", "data-internal", "Internal", "internal", "added a note"):
            assert word not in theirs.text, word

    def test_a_reason_is_a_fact_of_its_change(self, cast, get):
        ticket = opened(cast, priority="low")
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="high", reason="*All* are down.", now=cast.now)
        page = get(cast.ann, url(ticket))
        facts = [entry["fact"] for entry in page.context["thread"] if "fact" in entry]
        assert facts[0]["text"] == "Léa Fontaine corrected the priority from Low to High"
        assert "<em>All</em> are down." in facts[0]["reason"]
        assert page.text.count("are down.") == 1

    def test_the_first_answer_says_how_long_it_took(self, cast, get):
        ticket = opened(cast)
        answer(cast, ticket)
        assert "First answer, 1 h 00 of 2 h 00" in get(cast.ann, url(ticket)).text

    def test_what_is_typed_is_never_markup(self, cast, get):
        ticket = opened(cast, body="<script>alert(1)</script> <b>bold</b>", subject="<i>Subject</i>")
        page = get(cast.lea, url(ticket))
        assert "<script>alert" not in page.text
        assert "<i>Subject" not in page.text


class TestComposer:
    def test_it_says_who_reads_and_that_it_stops_the_clock(self, cast, get):
        ticket = opened(cast)
        page = get(cast.lea, url(ticket))
        assert "Ann Walker will read this by mail, and 2 other people at Northwind here." in page.text
        assert "It is the first answer: it stops the clock." in page.text
        answer(cast, ticket, timedelta())
        assert "no clock stops" in get(cast.lea, url(ticket)).text

    def test_fewer_read_what_is_confidential(self, cast, get):
        ticket = opened(cast, cast.rosa, confidential=True)
        assert (
            "Rosa Diaz will read this by mail, and 1 other person at Northwind here." in get(cast.lea, url(ticket)).text
        )

    def test_a_reply_by_plain_form_comes_back_to_the_page(self, cast, client, get):
        ticket = opened(cast)
        seen = get(cast.lea, url(ticket)).context["composer"]["seen"]
        data = {"audience": "client", "body": "On it.", "seen": seen}
        page = client.post(f"{url(ticket)}reply/", data, follow=True)
        assert page.redirect_chain == [(url(ticket), 302)]
        assert "On it." in page.text

    def test_a_crossed_reply_is_held_back(self, cast, client, get):
        ticket = opened(cast)
        seen = get(cast.lea, url(ticket)).context["composer"]["seen"]
        act(cast.ann, services.reply, ticket_id=ticket.pk, body="One more thing.", now=cast.now)
        page = client.post(f"{url(ticket)}reply/", {"audience": "client", "body": "On it.", "seen": seen})
        assert page.status_code == 422

    def test_clients_have_no_second_audience(self, cast, get):
        page = get(cast.ann, url(opened(cast)))
        assert 'value="internal"' not in page.text
        assert "Reply to client" not in page.text


class TestActions:
    def test_staff_begin_wait_resolve_or_cancel(self, cast, get):
        ticket = opened(cast)
        assert names(get(cast.lea, url(ticket))) == [
            "take",
            "wait_for_client",
            "wait_for_third_party",
            "resolve",
            "cancel",
        ]
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        assert names(get(cast.lea, url(ticket))) == ["wait_for_client", "wait_for_third_party", "resolve", "cancel"]

    def test_who_only_reads_gets_no_button(self, cast, get):
        page = get(cast.max, url(opened(cast)))
        assert names(page) == []
        assert page.context["assign"] is page.context["prioritize"] is None

    def test_without_words_they_post_with_them_they_ask(self, cast, get):
        page = get(cast.lea, url(opened(cast)))
        assert '<input type="hidden" name="action" value="take">' in page.text
        assert 'href="/tickets/NW-1/act/?action=resolve" data-open="act-resolve"' in page.text
        assert 'id="act-resolve"' in page.text
        assert "act-take" not in page.text

    def test_a_button_works_without_script(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.lea)
        page = client.post(f"{url(ticket)}act/", {"action": "take"}, follow=True)
        assert page.context["ticket"].status == "in_progress"
        data = {"action": "resolve", "text": "Done: look again."}
        page = client.post(f"{url(ticket)}act/", data, follow=True)
        assert page.context["ticket"].status == "resolved"

    def test_the_client_says_whether_it_is_solved(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now)
        page = get(cast.ann, url(ticket))
        assert names(page) == ["confirm_solved", "reopen"]
        assert "Is it solved?" in page.text
        assert "closes by itself" in page.text
        assert names(get(cast.lea, url(ticket))) == ["reopen"]

    def test_a_question_waits_for_the_client(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Which board?", now=cast.now)
        assert "We asked you a question." in get(cast.ann, url(ticket)).text
        assert "We asked you a question." not in get(cast.lea, url(ticket)).text

    def test_closed_says_that_a_reply_opens_a_new_one_and_links_both_ways(self, cast, client, get):
        ticket = opened(cast)
        act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now)
        act(cast.ann, services.confirm_solved, ticket_id=ticket.pk, now=cast.now)
        page = get(cast.ann, url(ticket))
        assert "A reply opens a new request that follows it." in page.text
        assert names(page) == []
        client.post(f"{url(ticket)}reply/", {"audience": "client", "body": "It is back."})
        assert 'href="/tickets/NW-2/"' in get(cast.ann, url(ticket)).text
        assert 'href="/tickets/NW-1/"' in get(cast.ann, "/tickets/NW-2/").text

    def test_an_ended_contract_leaves_it_to_be_read(self, cast, get):
        ticket = opened(cast)
        with tenancy.everyone():
            contracts.end(actor=None, contract=cast.northwind_contract, now=cast.now)
        page = get(cast.lea, url(ticket))
        assert "This contract has ended." in page.text
        assert "data-composer" not in page.text
        assert names(page) == []


class TestHours:
    def test_entries_with_what_awaits_and_what_is_reversed(self, cast, get):
        grant(cast, 60)
        ticket = opened(cast)
        log(cast, ticket, 38, "Read the trace")
        entry = log(cast, ticket, 30, "Wrote the rule")
        page = get(cast.rosa, url(ticket))
        assert (page.context["hours"]["billable"], page.context["hours"]["awaiting"]) == (75, 15)
        assert "38 min worked" in page.text
        assert "15 min awaits approval" in page.text
        act(cast.nadia, services.reverse_time, work_log_id=entry.pk, now=cast.now)
        page = get(cast.rosa, url(ticket))
        assert (page.context["hours"]["billable"], page.context["hours"]["awaiting"]) == (45, 0)
        assert "data-reversed" in page.text

    def test_requesters_see_no_hours_and_no_word_of_them(self, cast, get):
        ticket = opened(cast)
        log(cast, ticket, 38, "Read the trace")
        page = get(cast.ann, url(ticket))
        assert page.context["hours"] is None
        assert "Read the trace" not in page.text
        assert "logged" not in page.text

    def test_who_may_log_and_who_may_reverse(self, cast, get):
        ticket = opened(cast)
        log(cast, ticket, 38)
        lea, nadia, rosa = (get(one, url(ticket)).text for one in (cast.lea, cast.nadia, cast.rosa))
        assert ['name="duration"' in text for text in (lea, nadia, rosa)] == [True, True, False]
        assert ["/reverse/" in text for text in (lea, nadia, rosa)] == [False, True, False]

    def test_time_is_logged_by_a_plain_form(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.lea)
        page = client.post(f"{url(ticket)}time/", {"duration": "0:38", "summary": "Read the trace"}, follow=True)
        assert "Read the trace" in page.text


class TestLadder:
    def persist(self, cast: Any, ticket: Any) -> None:
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still empty.", now=cast.now)

    def test_clients_persist_and_staff_cannot(self, cast, get):
        ticket = opened(cast)
        assert f'href="/escalations/{ticket.reference}/persist/"' in get(cast.ann, url(ticket)).text
        assert "/persist/" not in get(cast.lea, url(ticket)).text

    def test_the_people_of_the_level_and_leads_take_it(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        self.persist(cast, ticket)
        for person, takes in ((cast.lea, True), (cast.nadia, True), (cast.max, False), (cast.ann, False)):
            assert ("/acknowledge/" in get(person, url(ticket)).text) is takes, person
        page = get(cast.ann, url(ticket))
        assert '<li aria-current="step">' in page.text
        assert "Level 1 has until Wed 18 Nov, 10:30 to take it; after that it climbs." in page.text

    def test_who_took_it_and_by_when_we_write(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        self.persist(cast, ticket)
        with tenancy.everyone():
            escalation = Escalation.objects.get()
        act(cast.lea, escalations.acknowledge, escalation_id=escalation.pk, update_by=cast.now + HOUR, now=cast.now)
        page = get(cast.ann, url(ticket))
        assert "Léa Fontaine has taken it, and promised an update by Wed 18 Nov, 11:00." in page.text
        assert "/acknowledge/" not in get(cast.lea, url(ticket)).text

    def test_nothing_persists_once_it_is_resolved(self, cast, get):
        ticket = opened(cast)
        act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now)
        assert "/persist/" not in get(cast.ann, url(ticket)).text


class TestPeopleAndTimeline:
    def test_assign_and_correct_by_plain_forms(self, cast, client):
        ticket = opened(cast)
        client.force_login(cast.lea)
        page = client.post(f"{url(ticket)}assign/", {"assignee": cast.nadia.pk}, follow=True)
        assert page.context["ticket"].assignee == cast.nadia
        page = client.post(f"{url(ticket)}priority/", {"priority": "low", "reason": "One person."}, follow=True)
        assert page.context["ticket"].priority == "low"

    def test_the_warning_of_a_clock_is_ours_alone(self, cast, get):
        ticket = opened(cast)
        with tenancy.everyone():
            record(
                organization_id=cast.northwind.pk, verb="clock.warning", subject_kind="ticket", subject_id=ticket.pk,
                audience="internal", at=cast.now,
            )  # fmt: skip
        assert "due soon" in get(cast.lea, url(ticket)).text
        assert "due soon" not in get(cast.ann, url(ticket)).text

    def test_ids_are_unique(self, cast, get):
        for person in (cast.lea, cast.ann):
            ids = re.findall(r'\bid="([^"]+)"', get(person, url(opened(cast))).text)
            assert sorted(ids) == sorted(set(ids))

    def test_others_meet_nothing(self, cast, get):
        ticket = opened(cast)
        get(cast.bob, url(ticket), status=404)
        get(cast.julien, url(ticket), status=404)


class TestCost:
    @pytest.mark.parametrize("rows", [5, 40])
    @pytest.mark.parametrize("person", ["nadia", "lea", "rosa"])
    def test_queries_are_few_and_do_not_grow(self, cast, client, django_assert_max_num_queries, person, rows):
        grant(cast, 6000)
        ticket = opened(cast)
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still.", now=cast.now)
        for number in range(rows):
            who = (cast.lea, cast.ann, cast.nadia)[number % 3]
            act(who, services.reply, ticket_id=ticket.pk, body=f"Message {number}", now=cast.now)
            log(cast, ticket, 15)
        client.force_login(getattr(cast, person))
        with django_assert_max_num_queries(MOST):
            page = client.get(url(ticket))
        assert page.text.count('<article class="msg"') == rows + 2

    def test_an_ended_contract_costs_one_more_at_most(self, cast, get):
        ticket = opened(cast)
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status=Contract.Status.ENDED)
        get(cast.lea, url(ticket))
