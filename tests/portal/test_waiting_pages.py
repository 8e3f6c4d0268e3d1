"""The promises of a request on its page: several clocks, waiting for the client, and what goes wrong in that form."""

from datetime import date
from typing import Any

import pytest

from common import tenancy
from slo.models import Clock
from tests.slo.cases import HOUR, at
from tests.tickets.promising import TERMS, clocks, promised
from tests.tickets.test_objectives import do, say

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(ticket: Any, more: str = "") -> str:
    return f"/tickets/{ticket.reference}/{more}"


def wait(client: Any, person: Any, ticket: Any, **fields: str) -> Any:
    client.force_login(person)
    values = {"action": "wait_for_client", "text": "Which board is it?", "reason": "access", "resume_on": "2026-11-20"}
    return client.post(url(ticket, "act/?action=wait_for_client"), values | fields)


class TestThePage:
    def test_it_shows_every_promise_and_leads_with_the_soonest(self, cast, get):
        ticket = promised(cast)
        page = get(cast.ann, url(ticket))
        assert [one.label for one in page.context["promises"]] == ["First answer", "Resolution"]
        assert page.context["receipt"]["title"] == "Receipt: first answer"
        say(cast.lea, ticket, cast.now)
        say(cast.ann, ticket, cast.now)
        page = get(cast.ann, url(ticket))
        assert [one.label for one in page.context["promises"]] == ["First answer", "Next answer", "Resolution"]
        assert page.context["receipt"]["title"] == "Receipt: next answer"
        assert "to answer" in page.text
        assert "It answers the client’s question: it stops that clock." in get(cast.lea, url(ticket)).text

    def test_each_answer_has_its_receipt(self, cast, get):
        ticket = promised(cast)
        for _turn in range(2):
            say(cast.lea, ticket, cast.now)
            say(cast.ann, ticket, cast.now)
        old, new = (one.pk for one in clocks(ticket, "next_response"))
        address = url(ticket, "clocks/next_response/receipt/")
        assert get(cast.ann, address).context["paper"]["about"]["clock"] == new
        page = get(cast.ann, f"{address}?clock={old}")
        assert page.context["paper"]["about"]["clock"] == old
        assert "The client asks: the clock starts" in page.text
        assert f"?clock={old}&amp;format=json" in page.text
        for wrong in (clocks(ticket, "resolution")[0].pk, 0, "x"):
            get(cast.ann, f"{address}?clock={wrong}", status=404)
        get(cast.bob, f"{address}?clock={old}", status=404)

    def test_lists_say_what_comes_next(self, cast, get):
        ticket = promised(cast)
        say(cast.lea, ticket, cast.now)
        assert "Resolved by" in get(cast.ann, "/").text
        assert "to resolve" in get(cast.nadia, "/queue/").text
        do(cast.lea, ticket, "wait_for_client", cast.now, question="Which?", resume_on=FRIDAY)
        assert "The promise pauses, until" in get(cast.ann, "/").text


class TestWaiting:
    def test_the_form_asks_why_and_until_when_and_both_sides_read_it(self, cast, client, get):
        ticket = promised(cast)
        assert 'name="resume_on"' in get(cast.lea, url(ticket)).text
        assert wait(client, cast.lea, ticket).status_code == 302
        for person in (cast.ann, cast.lea):
            page = get(person, url(ticket))
            assert "Pauses until Fri 20 Nov, 00:00 at the latest: we wait for an access or a permission." in page.text
            assert "The resolution’s clock pauses until Fri 20 Nov, 00:00 at the latest" in page.text
        assert "Meanwhile the promise for the resolution pauses." in get(cast.ann, url(ticket)).text

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"text": " "}, "Ask the client a question"),
            ({"resume_on": ""}, "Say by when you expect the answer"),
            ({"resume_on": "2026-11-17"}, "Choose a date after today"),
            ({"resume_on": "the day after"}, "Enter a valid date"),
            ({"resume_on": "9999-12-31"}, "Choose a date within a year"),
            ({"reason": "laziness"}, "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(self, cast, client, fields, why):
        ticket = promised(cast)
        answer = wait(client, cast.lea, ticket, **fields)
        assert answer.status_code == 422
        assert why in answer.content.decode()
        for value in {"text": "Which board is it?", "resume_on": "2026-11-20"} | fields:
            assert value in answer.content.decode()
        assert clocks(ticket, "resolution")[0].paused_at is None

    def test_what_is_late_by_then_is_said_and_the_question_kept(self, cast, client):
        ticket = promised(cast)
        with tenancy.everyone():
            Clock.objects.filter(objective="resolution").update(verdict="missed", judged_at=cast.now)
        answer = wait(client, cast.lea, ticket)
        assert answer.status_code == 422
        assert "already missed does not pause any more" in answer.content.decode()
        assert "Which board is it?" in answer.content.decode()

    def test_where_the_contract_lets_nothing_pause_no_date_is_asked_for(self, cast, client, get):
        ticket = promised(cast, {**TERMS, "slo.resolution.may_pause": "no"})
        assert 'name="resume_on"' not in get(cast.lea, url(ticket)).text
        assert 'name="resume_on"' not in get(cast.lea, url(ticket, "act/?action=wait_for_client")).text
        assert "its contract does not say so" in wait(client, cast.lea, ticket).content.decode()

    def test_the_other_clients_people_find_nothing(self, cast, client):
        ticket = promised(cast)
        assert wait(client, cast.bob, ticket).status_code == 404
        assert wait(client, cast.ann, ticket).status_code in {403, 404}
        assert clocks(ticket, "resolution")[0].paused_at is None

    def test_the_api_shows_every_clock(self, cast, get):
        ticket = promised(cast)
        do(cast.lea, ticket, "wait_for_client", cast.now + HOUR, question="Which?", resume_on=FRIDAY)
        found = {
            one["objective"]: one
            for one in get(cast.ann, f"/api/v1/clocks/?ticket={ticket.reference}").json()["results"]
        }
        assert found["resolution"]["due_at"] is None
        assert found["resolution"]["resume_by"] == at("2026-11-20T00:00").isoformat().replace("+00:00", "Z")
        assert found["first_response"]["verdict"] == "met"
