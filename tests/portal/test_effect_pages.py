"""What a corrected priority would do, over HTTP: in its form, or alone for htmx; for one request and for those chosen in the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.contracts.writing import bound
from tests.slo.cases import HOUR
from tests.tickets.acting import act, everything, fresh, opened
from tests.tickets.promising import TERMS
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def show(client: Client) -> Callable[..., Any]:
    """What this person's browser gets for "Show what it does"; its text with plain spaces is `page.text`."""

    def shown(person: Any, tickets: list[Ticket], status: int = 200, headers: Any = None, one: bool = False, **typed: Any) -> Any:  # fmt: skip
        client.force_login(person)
        chosen = {} if one else {"action": "prioritize", "selected": [each.pk for each in tickets]}
        url = f"/tickets/{tickets[0].reference}/priority/" if one else "/queue/bulk/"
        page: Any = client.post(url, {"show": "1", "reason": "", **chosen, **typed}, headers=headers)
        assert page.status_code == status, page.status_code
        page.text = " ".join(page.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())
        return page

    return shown


class TestOneRequest:
    def test_the_form_comes_back_with_what_it_would_do_and_what_was_typed(self, cast, show):
        ticket, before = opened(cast), everything()
        page = show(cast.lea, [ticket], one=True, priority="low", reason="Half a sen")
        assert "<h1>Correct the priority</h1>" in page.text
        assert "What “Low” would do" in page.text
        assert "1 promise moves:</b> 1 later. None becomes late by it." in page.text
        for word in (">Wed 18 Nov, 12:00</time>", ">Fri 20 Nov, 10:00</time></b>", "As of", ">10:00</time>"):
            assert word in page.text
        assert '<option value="low" selected>' in page.text
        assert "Half a sen</textarea>" in page.text
        assert "This field is required" not in page.text  # the reason is asked for when it is done
        assert everything() == before
        assert fresh(ticket).priority == "high"

    def test_htmx_gets_the_effect_alone(self, cast, show):
        page = show(cast.lea, [opened(cast)], one=True, priority="critical", headers=HTMX)
        assert page.text.startswith("<section")
        assert "1 sooner" in page.text

    @pytest.mark.parametrize(("headers", "words"), [(None, "Select a valid choice"), (HTMX, "Choose a priority")])
    def test_a_priority_that_is_none_is_said(self, cast, show, headers, words):
        assert words in show(cast.lea, [opened(cast)], 422, headers, one=True, priority="urgent").text

    def test_every_promise_has_its_line_and_what_pauses_says_what_is_left(self, cast, show):
        bound(cast.northwind_contract, {**TERMS, "slo.resolution.low": "2160"})
        ticket = opened(cast, now=cast.now - HOUR)
        page = show(cast.lea, [ticket], one=True, priority="low")
        assert "2 promises move" in page.text
        assert page.text.count('<li data-turn="later">') == 2
        act(
            cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Which?", reason="client", now=cast.now,
            resume_on=(cast.now + 48 * HOUR).date(),
        )  # fmt: skip
        assert (
            "pauses with 17 h 00 left, <b>then 35 h 00</b>" in show(cast.lea, [ticket], one=True, priority="low").text
        )

    def test_what_is_late_or_owed_nothing_or_refused_says_so(self, cast, show):
        late, answered = opened(cast, now=cast.now - 24 * HOUR), opened(cast)
        act(cast.lea, services.reply, ticket_id=answered.pk, body="Looking at it.", now=cast.now)
        page = show(cast.lea, [late], one=True, priority="critical")
        assert "Nothing moves." in page.text
        assert "late already, stays so" in page.text
        assert "the priority can&#x27;t be lowered any more" in show(cast.lea, [late], one=True, priority="low").text
        assert "Nothing is owed any more" in show(cast.lea, [answered], one=True, priority="low").text

    def test_the_tickets_page_asks_for_it(self, cast, get):
        ticket = opened(cast)
        page = get(cast.lea, f"/tickets/{ticket.reference}/")
        assert f'name="show" value="1" formnovalidate hx-post="/tickets/{ticket.reference}/priority/"' in page.text
        assert 'id="effect" aria-live="polite"></div>' in page.text

    @pytest.mark.parametrize(("who", "status"), [("ann", 403), ("max", 403), ("bob", 404), ("julien", 404)])
    def test_who_may_not_correct_sees_nothing(self, cast, show, who, status):
        ticket, before = opened(cast), everything()
        assert "would do" not in show(getattr(cast, who), [ticket], status, one=True, priority="low").text
        assert everything() == before


class TestThoseChosenInTheQueue:
    def test_the_question_comes_back_with_what_it_would_do(self, cast, show):
        tickets = [opened(cast), opened(cast, priority="medium", client="globex"), opened(cast, priority="low")]
        before = everything()
        page = show(cast.nadia, tickets, priority="low", reason="Half a sen")
        assert "2 promises move:</b> 2 later. None becomes late by it." in page.text
        assert "1 request would stay as it is." in page.text
        assert "NW-2 — The ticket already has this priority." in page.text
        assert "Half a sen</textarea>" in page.text
        assert everything() == before
        assert [fresh(one).priority for one in tickets] == ["high", "medium", "low"]

    def test_htmx_gets_the_effect_alone_the_ten_worst_first(self, cast, show):
        tickets = [
            opened(cast, priority="low", subject=f"Request {n}", now=cast.now - n * HOUR / 60) for n in range(12)
        ]
        page = show(cast.nadia, tickets, headers=HTMX, priority="high")
        assert page.text.startswith("<section")
        first, rest = page.text.split("and 2 more")
        assert (first.count("<li"), rest.count("<li")) == (10, 2)
        assert "Request 0<" in first  # the youngest one loses most
        assert "Request 11<" in rest

    @pytest.mark.parametrize("headers", [None, HTMX])
    def test_a_priority_must_be_chosen(self, cast, show, headers):
        assert "effect-title" not in show(cast.nadia, [opened(cast)], 422, headers, priority="").text

    def test_no_other_action_is_done_by_it(self, cast, show):
        ticket, before = opened(cast), everything()
        show(cast.nadia, [ticket], 422, action="assign", assignee=cast.lea.pk)
        assert everything() == before
        assert fresh(ticket).assignee_id is None

    @pytest.mark.parametrize(("who", "status"), [("carl", 404), ("max", 403), ("julien", 404)])
    def test_who_may_not_correct_sees_nothing(self, cast, show, who, status):
        assert "would do" not in show(getattr(cast, who), [opened(cast)], status, priority="low").text

    def test_many_are_asked_about_by_the_button_alone(self, cast, get, monkeypatch):
        monkeypatch.setattr("portal.bulk.FEW", 1)
        one, other = opened(cast), opened(cast)
        asked = "change delay:200ms from:#bulk_priority"
        assert asked in get(cast.nadia, f"/queue/bulk/?action=prioritize&selected={one.pk}").text
        assert (
            asked not in get(cast.nadia, f"/queue/bulk/?action=prioritize&selected={one.pk}&selected={other.pk}").text
        )
