"""Excusing and contesting over HTTP, without script: what each may do, what comes back, and where it waits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from slo.verify_receipt import verify
from tests.portal.acting import HOUR, answer
from tests.tickets.acting import act, clock_of, fresh, opened
from tests.tickets.promising import clocks, promised, verdicts
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def send(client: Any) -> Any:
    """POST as somebody."""

    def post(person: Any, ticket: Any, **data: str) -> Any:
        client.force_login(person)
        return client.post(url(ticket), data)

    return post


def url(ticket: Any) -> str:
    return f"/tickets/{ticket.reference}/clocks/first_response/verdict/"


def missed(cast: Any) -> Any:
    ticket = opened(cast)
    cast.now += timedelta(hours=5)
    answer(cast, ticket)
    return ticket


def test_both_sides_excuse_it_and_the_receipt_says_so(cast, get, send):
    ticket = missed(cast)
    page = get(cast.max, url(ticket))
    assert "Propose an excusal" in page.text
    assert send(cast.max, ticket, act="propose", reason="Your directory was down.").status_code == 302
    waits = get(cast.rosa, url(ticket))
    assert ("Your directory was down." in waits.text, "Agree to excuse it" in waits.text) == (True, True)
    assert "Agree to excuse it" not in get(cast.max, url(ticket)).text
    assert "An excusal waits for the client’s agreement." in get(cast.ann, f"/tickets/{ticket.reference}/").text
    home = get(cast.rosa, "/")
    assert [one.reference for one in home.context["waiting"] if one.excuse] == [ticket.reference]
    assert url(ticket) in home.text
    assert url(ticket) not in get(cast.ann, "/").text
    assert send(cast.rosa, ticket, act="agree", reason="").status_code == 302
    assert url(ticket) not in get(cast.rosa, "/").text
    assert "Excused by both sides" in get(cast.ann, f"/tickets/{ticket.reference}/").text
    paper = json.loads(get(cast.ann, f"/tickets/{ticket.reference}/clocks/first_response/receipt/?format=json").content)
    assert (paper["excusal"], verify(paper)) == ("agreed", [])


def test_what_is_refused_comes_back_with_every_word(cast, send):
    ticket = missed(cast)
    assert send(cast.max, ticket, act="propose", reason="Their directory was down.").status_code == 302
    again = send(cast.nadia, ticket, act="propose", reason="The second reason.")
    assert (again.status_code, "The second reason." in again.text) == (422, True)
    assert "An excusal waits for the other side already" in again.text
    bare = send(cast.rosa, ticket, act="decline", reason="")
    assert (bare.status_code, "Say why you decline" in bare.text) == (422, True)
    assert clock_of(ticket).excusal == "asks_client"
    assert send(cast.rosa, ticket, act="nonsense").status_code == 404
    assert send(cast.ann, ticket, act="agree").status_code == 403
    assert send(cast.gina, ticket, act="agree").status_code == 404


def test_a_client_contests_and_we_settle(cast, get, send):
    ticket = opened(cast)
    cast.now += timedelta(minutes=10)
    act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="low", reason="It can wait.", now=cast.now)
    page = get(cast.ann, url(ticket))
    ((key, _words),) = page.context["contest_form"].fields["what"].choices
    nothing = send(cast.ann, ticket, act="contest", what=key, words="")
    assert nothing.status_code == 422
    assert send(cast.ann, ticket, act="contest", what=key, words="Nobody can work.").status_code == 302
    assert "Contested by the client." in get(cast.lea, f"/tickets/{ticket.reference}/").text
    twice = send(cast.rosa, ticket, act="contest", what=key, words="I say so too.")
    assert (twice.status_code, "I say so too." in twice.text) == (422, True)
    line = get(cast.nadia, url(ticket)).context["contests"][0]
    assert [value for value, _word in line.form.fields["outcome"].choices] == ["upheld", "corrected", "conceded"]
    assert get(cast.lea, url(ticket)).context["contests"][0].form is None
    settle = {"act": f"settle-{line.contest.pk}", "outcome": "corrected", "reason": "You are right."}
    assert send(cast.lea, ticket, **settle).status_code == 403
    assert send(cast.nadia, ticket, **settle).status_code == 302
    assert (fresh(ticket).priority, fresh(line.contest).outcome) == ("high", "corrected")
    late = send(cast.max, ticket, **settle | {"outcome": "upheld", "reason": "My words."})
    assert (late.status_code, "My words." in late.text) == (422, True)
    shown = get(cast.ann, url(ticket))
    assert ("You are right." in shown.text, "contest_form" in shown.context) == (True, False)
    assert "Contested by the client." not in get(cast.lea, f"/tickets/{ticket.reference}/").text


def test_that_nothing_is_promised_is_contested_from_the_ticket(cast, get, send):
    ticket = opened(cast, channel="email")
    assert url(ticket) in get(cast.ann, f"/tickets/{ticket.reference}/").text
    ((key, _words),) = get(cast.ann, url(ticket)).context["contest_form"].fields["what"].choices
    assert send(cast.ann, ticket, act="contest", what=key, words="Mails are covered.").status_code == 302
    assert get(cast.ann, f"/tickets/{ticket.reference}/clocks/resolution/verdict/", 404)


def test_each_figure_leads_to_its_requests(cast, get, send):
    """By what they count as: the list of one client, for who manages it."""
    excused, conceded, kept, side = missed(cast), opened(cast), opened(cast), opened(cast, channel="email")
    for ticket in (conceded, kept):
        answer(cast, ticket)
    send(cast.max, excused, act="propose", reason="It was us both.")
    listed = lambda counted: [  # noqa: E731
        row.ticket.reference for row in get(cast.max, f"/portfolio/NW/answers/?counted={counted}").context["page"]
    ]
    assert (listed("missed"), listed("waits"), listed("excused")) == ([excused.reference], [excused.reference], [])
    send(cast.rosa, excused, act="agree", reason="")
    for ticket in (conceded, kept):
        ((key, _words),) = get(cast.ann, url(ticket)).context["contest_form"].fields["what"].choices
        send(cast.ann, ticket, act="contest", what=key, words="That was no answer.")
    line = get(cast.nadia, url(conceded)).context["contests"][0]
    send(cast.nadia, conceded, act=f"settle-{line.contest.pk}", outcome="conceded", reason="So it was.")
    assert listed("met") == listed("contested") == [kept.reference]
    assert (listed("missed"), listed("waits"), listed("excused")) == ([], [], [excused.reference])
    assert (listed("conceded"), listed("not_covered")) == ([conceded.reference], [side.reference])
    score = get(cast.max, "/portfolio/").context["portfolio"].score
    assert (score.met, score.missed, score.excused, score.conceded, score.not_covered, score.contested) == (
        1, 0, 1, 1, 1, 1,
    )  # fmt: skip
    assert (score.judged, score.attainment) == (2, 50.0)
    cast.now += 100 * 24 * HOUR
    assert listed("met") == []
    assert get(cast.gina, "/portfolio/NW/answers/", 404)
    assert get(cast.lea, "/portfolio/NW/answers/", 404)


def test_each_clock_of_an_objective_is_excused_counted_and_listed_by_itself(cast, get, client):
    """Two next answers missed: the first has its own address, and no figure mixes with the first answer's."""
    ticket = promised(cast)
    answer(cast, ticket, timedelta(minutes=5))
    for _question in range(2):
        cast.now += HOUR
        act(cast.ann, services.reply, ticket_id=ticket.pk, body="And this?", now=cast.now)
        cast.now += 24 * HOUR
        act(cast.lea, services.reply, ticket_id=ticket.pk, body="So.", now=cast.now)
    assert verdicts(ticket, "next_response") == ["missed", "missed"]
    page = f"/tickets/{ticket.reference}/clocks/next_response/1/verdict/"
    for who, wrong, status in ((cast.ann, page.replace("/1/", "/3/"), 404), (cast.ann, page.replace("/1/", "/0/"), 404),
                               (cast.bob, page, 404)):  # fmt: skip
        get(who, wrong, status)
    for who, sent in ((cast.max, {"act": "propose", "reason": "Your network was down."}),
                      (cast.rosa, {"act": "agree", "reason": ""})):  # fmt: skip
        client.force_login(who)
        done = client.post(page, sent)
        assert (done.status_code, done.headers["Location"]) == (302, page)
    assert [one.excusal for one in clocks(ticket, "next_response")] == ["agreed", ""]
    mine = next(one for one in get(cast.max, "/portfolio/").context["portfolio"].lines if one.organization.key == "NW")
    assert (mine.score.met, mine.score.missed) == (1, 0)
    further = {name: (score.missed, score.excused) for name, _words, score in mine.further}
    assert (list(further), further["next_response"]) == (["next_response", "resolution"], (1, 1))
    listed = get(cast.max, "/portfolio/NW/answers/?objective=next_response&counted=excused").context
    assert [row.url for row in listed["page"]] == [page]
    assert (listed["score"].missed, listed["score"].excused) == (1, 1)
    assert [one["current"] for one in listed["objectives"]] == [False, True, False]
    month = get(cast.max, "/portfolio/NW/").context["months_scored"][0]
    assert month.further["next_response"].excused == 1
    assert (
        get(
            cast.ann,
            f"{page.replace('verdict', 'receipt').replace('/1/', '/')}?clock={clocks(ticket, 'next_response')[0].pk}",
        ).context["verdict_url"]
        == page
    )


def test_a_contract_that_promises_nothing_further_looks_as_before(cast, get):
    answer(cast, opened(cast))
    assert get(cast.max, "/portfolio/NW/answers/").context["objectives"] == []
    assert get(cast.max, "/portfolio/NW/").context["further"] == []


def test_a_proposal_is_withdrawn_on_its_page(cast, get, send):
    ticket = missed(cast)
    send(cast.max, ticket, act="propose", reason="Your directory was down.")
    assert "withdraw_form" not in get(cast.rosa, url(ticket)).context
    assert send(cast.rosa, ticket, act="withdraw", reason="Not ours to take back.").status_code == 422
    assert send(cast.nadia, ticket, act="withdraw", reason="It was our mistake.").status_code == 302
    assert "It was our mistake." in get(cast.rosa, url(ticket)).text
