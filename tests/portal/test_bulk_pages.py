"""Acting on chosen requests over HTTP: the question, the act, what is said of it, and "Undo"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Assignment
from common import tenancy
from tests.portal.acting import answer
from tests.tickets.acting import act, everything, fresh, opened
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
BULK, UNDO = "/queue/bulk/", "/queue/undo/"


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def send(client: Client) -> Callable[..., Any]:
    """What this person's browser sends, and the page it lands on; its text with plain spaces is `page.text`."""

    def sent(person: Any, action: str, tickets: list[Ticket], status: int = 200, **more: Any) -> Any:
        client.force_login(person)
        data = {"action": action, "selected": [one.pk for one in tickets], **more}
        page: Any = client.post(BULK, data, follow=True)
        assert page.status_code == status, page.status_code
        page.text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
        return page

    return sent


def ask(action: str, tickets: list[Ticket], **more: str) -> str:
    return f"{BULK}?{urlencode({'action': action, 'selected': [one.pk for one in tickets], **more}, doseq=True)}"


class TestTheQueue:
    def test_rows_can_be_chosen_in_a_form_that_needs_no_script(self, cast, get):
        ticket = opened(cast)
        page = get(cast.lea, "/queue/?view=unassigned")
        assert f'<input type="checkbox" name="selected" value="{ticket.pk}" id="select-NW-1"' in page.text
        assert '<form class="choosing" method="get" action="/queue/bulk/"' in page.text
        assert '<input type="hidden" name="back" value="?view=unassigned">' in page.text
        for action in ("assign", "prioritize", "resolve"):
            assert f'name="action" value="{action}"' in page.text

    def test_an_account_manager_reads_and_chooses_nothing(self, cast, get):
        opened(cast)
        page = get(cast.max, "/queue/")
        assert "NW-1" in page.text
        assert 'name="selected"' not in page.text
        assert "data-bulk" not in page.text


class TestTheQuestion:
    def test_it_names_what_was_chosen_and_asks_for_what_the_action_needs(self, cast, get):
        tickets = [opened(cast), opened(cast, subject="Labels print upside down")]
        for action, words in {
            "assign": ("Assign 2 requests", "Léa Fontaine (me)"),
            "prioritize": ("Correct the priority of 2 requests", 'name="reason"'),
            "resolve": ("Resolve 2 requests", "no answer yet"),
        }.items():
            page = get(cast.lea, ask(action, tickets))
            for each in (*words, "NW-1", "NW-2", "Labels print upside down"):
                assert each in page.text, (action, each)

    def test_htmx_gets_the_form_alone(self, cast, get):
        page = get(cast.lea, ask("assign", [opened(cast)]), **{"hx-request": "true"})
        assert "<html" not in page.text
        assert "Assign 1 request" in page.text
        assert "HX-Request" in page.headers["Vary"]

    def test_those_who_serve_all_the_clients_come_first(self, cast, get):
        with tenancy.everyone():
            Assignment.objects.create(organization=cast.northwind, user=cast.julien)
        tickets = [opened(cast), opened(cast, client="globex")]
        page = get(cast.nadia, ask("assign", tickets))
        choices = page.context["step"].form.fields["assignee"].choices
        assert choices[0] == (str(cast.nadia.pk), "Nadia Benali (me)")  # Enter takes them
        assert [(str(label), [name for _pk, name in people]) for label, people in choices[1:3]] == [
            ("Serve all these clients", ["Ada Novak", "Léa Fontaine"]),
            ("Serve some of these clients", ["Julien Mercier"]),
        ]

    def test_queries_do_not_grow_with_what_is_chosen(self, cast, client, django_assert_max_num_queries):
        tickets = [opened(cast) for _n in range(30)]
        client.force_login(cast.lea)
        with django_assert_max_num_queries(12):
            client.get(ask("resolve", tickets))


class TestTheAct:
    def test_it_says_what_was_done_and_goes_back_to_the_same_rows(self, cast, send):
        tickets = [opened(cast) for _n in range(3)]
        page = send(cast.nadia, "assign", tickets, assignee=cast.lea.pk, back="?view=unassigned&client=NW")
        assert page.redirect_chain == [("/queue/?view=unassigned&client=NW", 302)]
        assert "3 requests assigned to Léa Fontaine." in page.text
        assert {fresh(one).assignee_id for one in tickets} == {cast.lea.pk}

    def test_each_refused_one_is_named_with_its_reason(self, cast, send):
        done, fresh_one, other = opened(cast), opened(cast), opened(cast)
        answer(cast, done, timedelta())
        page = send(cast.lea, "resolve", [done, fresh_one, other], answer="")
        assert "1 request resolved." in page.text
        assert "2 requests stay as they were. NW-2, NW-3 — Answer the client before you resolve" in page.text
        assert fresh(done).status == "resolved"

    def test_when_all_are_refused_the_form_comes_back_with_what_was_typed(self, cast, send):
        page = send(cast.lea, "resolve", [opened(cast)], status=422, answer="It should be fine now.")
        assert "NW-1 — Answer the client before you resolve" in page.text
        assert "It should be fine now.</textarea>" in page.text

    def test_a_reason_is_asked_for_as_with_one(self, cast, send):
        ticket = opened(cast)
        page = send(cast.lea, "prioritize", [ticket], status=422, priority="low", reason="")
        assert "This field is required" in page.text
        assert fresh(ticket).priority == "high"
        page = send(cast.lea, "prioritize", [ticket], priority="low", reason="It can wait.")
        assert "Priority of 1 request: Low." in page.text

    def test_nobody_is_a_choice_and_nothing_is_not(self, cast, send):
        ticket = opened(cast)
        act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
        send(cast.lea, "assign", [ticket], status=422)
        assert fresh(ticket).assignee_id == cast.lea.pk
        page = send(cast.lea, "assign", [ticket], assignee="0")
        assert "1 request has nobody now." in page.text

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"selected": []}, "Choose at least one request."),
            ({"selected": list(range(1, 102))}, "One action holds 100 requests at most."),
            ({"action": "delete"}, "Say what to do with the requests"),
        ],
    )
    def test_what_makes_no_sense_is_said_and_changes_nothing(self, cast, send, more, words):
        ticket = opened(cast)
        before = everything()
        asked = {"action": "assign", "assignee": "0"} | more
        assert words in send(cast.lea, asked.pop("action"), [ticket], **asked).text
        assert everything() == before

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "?next=//evil.example&view=mine"])
    def test_the_way_back_leads_nowhere_else(self, cast, send, back):
        page = send(cast.lea, "assign", [opened(cast)], assignee=cast.lea.pk, back=back)
        assert page.redirect_chain[0][0].startswith("/queue/?")
        assert "evil" not in page.redirect_chain[0][0]


class TestWho:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_client_meets_nothing(self, cast, client, method):
        ticket = opened(cast)
        before = everything()
        client.force_login(cast.carl)
        data = {"action": "assign", "selected": [ticket.pk], "assignee": "0"}
        assert getattr(client, method)(BULK, data).status_code == 404
        assert client.post(UNDO, {"key": "x"}).status_code == 404
        assert everything() == before

    def test_an_account_manager_is_told_that_his_role_does_not_allow_it(self, cast, send):
        send(cast.max, "assign", [opened(cast)], status=403, assignee="0")

    @pytest.mark.parametrize("action", ["assign", "prioritize", "resolve"])
    @pytest.mark.parametrize("odd", ["foreign", "unknown", "word", "huge"])
    def test_one_id_that_is_not_ones_own_stops_all(self, cast, client, action, odd):
        with tenancy.everyone():
            Assignment.objects.create(organization=cast.globex, user=cast.julien)
        mine, foreign = opened(cast, client="globex"), opened(cast)
        ids = {"foreign": foreign.pk, "unknown": foreign.pk + 999, "word": "1;2", "huge": "9" * 40}
        typed = {"assignee": cast.julien.pk, "priority": "low", "reason": "So.", "answer": ""}
        client.force_login(cast.julien)
        before = everything()
        for method in ("get", "post"):
            answered = getattr(client, method)(BULK, {"action": action, "selected": [mine.pk, ids[odd]], **typed})
            assert answered.status_code == 404
        assert everything() == before
        assert fresh(mine).assignee_id is None

    def test_who_is_signed_out_comes_back_to_the_question(self, cast, client):
        answered = client.get(ask("assign", [opened(cast)]))
        assert answered.status_code == 302
        assert "next=/queue/bulk/%3Faction%3Dassign" in answered.url


class TestUndo:
    def key(self, page: Any) -> str:
        return page.text.split('name="key" value="')[1].split('"')[0]

    def test_what_was_done_can_be_taken_back_once(self, cast, send, client):
        tickets = [opened(cast), opened(cast)]
        page = send(cast.nadia, "assign", tickets, assignee=cast.lea.pk)
        key = self.key(page)
        undone = client.post(UNDO, {"key": key, "back": "view=unassigned"}, follow=True)
        assert undone.redirect_chain == [("/queue/?view=unassigned", 302)]
        assert "Undone for 2 requests." in undone.content.decode()
        assert {fresh(one).assignee_id for one in tickets} == {None}
        again = client.post(UNDO, {"key": key}, follow=True)
        assert "be undone any more" in again.content.decode()

    def test_only_the_last_action_and_only_for_a_while(self, cast, send, client):
        first, second = opened(cast), opened(cast)
        old = self.key(send(cast.nadia, "assign", [first], assignee=cast.lea.pk))
        new = self.key(send(cast.nadia, "assign", [second], assignee=cast.lea.pk))
        assert "be undone any more" in client.post(UNDO, {"key": old}, follow=True).content.decode()
        assert fresh(first).assignee_id == cast.lea.pk
        client.post(UNDO, {"key": new})  # an old key spoils nothing
        assert fresh(second).assignee_id is None
        last = self.key(send(cast.nadia, "assign", [second], assignee=cast.ada.pk))
        cast.now += timedelta(minutes=11)
        assert "be undone any more" in client.post(UNDO, {"key": last}, follow=True).content.decode()
        assert fresh(second).assignee_id == cast.ada.pk

    def test_it_is_the_persons_own(self, cast, send, client):
        ticket = opened(cast)
        key = self.key(send(cast.nadia, "assign", [ticket], assignee=cast.lea.pk))
        client.force_login(cast.ada)
        assert "be undone any more" in client.post(UNDO, {"key": key}, follow=True).content.decode()
        assert fresh(ticket).assignee_id == cast.lea.pk

    @pytest.mark.parametrize(
        ("action", "typed", "field", "value"),
        [("prioritize", {"priority": "low", "reason": "So."}, "priority", "high"),
         ("resolve", {"answer": "Done."}, "status", "in_progress")],
    )  # fmt: skip
    def test_priorities_and_resolutions_too(self, cast, send, client, action, typed, field, value):
        ticket = opened(cast)
        answer(cast, ticket, timedelta())
        page = send(cast.nadia, action, [ticket], **typed)
        assert getattr(fresh(ticket), field) != value
        client.post(UNDO, {"key": self.key(page)})
        assert getattr(fresh(ticket), field) == value
