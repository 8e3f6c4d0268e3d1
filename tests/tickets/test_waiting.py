"""Waiting for the client: what pauses, who is told until when, and what makes it go on (domain §5.8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import Http404

from common.errors import Refused
from tests.slo.cases import HOUR, at
from tests.tickets.acting import act, events, everything, fresh, opened, said, verbs
from tests.tickets.promising import TERMS, clocks, promised
from tests.tickets.test_objectives import do, holds, say
from tickets import services
from tickets.models import Ticket

FRIDAY = date(2026, 11, 20)


def ask(cast: Any, ticket: Ticket, until: date | None = FRIDAY, when: Any = None, **more: Any) -> Ticket:
    words = {"question": "Which board is it?", "resume_on": until, **more}
    return do(cast.lea, ticket, "wait_for_client", when or cast.now + HOUR, **words)


def resolution(ticket: Ticket) -> Any:
    return clocks(ticket, "resolution")[-1]


def test_it_pauses_what_may_and_the_question_answers_what_may_not(cast: Any) -> None:
    ticket = promised(cast)
    ask(cast, ticket, reason="decision")
    clock, question = resolution(ticket), said(ticket)[-1]
    assert (clock.due_at, clock.paused_at, clock.resume_by) == (None, cast.now + HOUR, at("2026-11-20T00:00"))
    assert clocks(ticket, "first_response")[0].verdict == "met"
    assert (fresh(ticket).status, fresh(ticket).due_at) == ("waiting_client", None)
    [event] = events(ticket, "clock.paused")
    assert (event.audience, event.data) == ("client", {
        "clock_id": clock.pk, "objective": "resolution", "reason": "decision", "resume_by": "2026-11-20T00:00:00+01:00",
    })  # fmt: skip
    assert question.body == "Which board is it?"
    holds(ticket)


@pytest.mark.parametrize("channel", list(Ticket.Channel))
def test_any_word_of_the_client_lets_it_go_on(cast: Any, channel: str) -> None:
    ticket = promised(cast)
    ask(cast, ticket)
    say(cast.rosa, ticket, cast.now + 3 * HOUR, channel=channel)  # the client's, not the requester's alone
    assert resolution(ticket).due_at == at("2026-11-20T12:00")  # two hours not counted
    assert events(ticket, "clock.resumed")[0].data["by"] == "activity"
    assert fresh(ticket).status == "in_progress"
    holds(ticket)


@pytest.mark.parametrize("way", ["take", "wait_for_third_party"])
def test_somebody_of_ours_takes_it_up_again(cast: Any, way: str) -> None:
    ticket = promised(cast)
    ask(cast, ticket)
    do(cast.lea, ticket, way, cast.now + 2 * HOUR)
    assert resolution(ticket).due_at == fresh(ticket).due_at == at("2026-11-20T11:00")
    assert events(ticket, "clock.resumed")[0].data["by"] == "person"


def test_resolving_ends_the_pause_and_withdrawing_too(cast: Any) -> None:
    done, gone = promised(cast), opened(cast)
    for one in (done, gone):
        ask(cast, one)
    do(cast.lea, done, "resolve", cast.now + 5 * HOUR)
    do(cast.ann, gone, "cancel", cast.now + 5 * HOUR, reason="Not needed.")
    assert (resolution(done).verdict, resolution(done).business_seconds) == ("met", 3600)
    assert (resolution(gone).verdict, resolution(gone).paused_at) == ("void", None)
    for one in (done, gone):
        holds(one)


def test_asking_again_sets_another_date_and_without_one_the_first_stands(cast: Any) -> None:
    ticket = promised(cast)
    ask(cast, ticket)
    ask(cast, ticket, None, cast.now + 2 * HOUR, question="Anybody?")
    assert resolution(ticket).resume_by == at("2026-11-20T00:00")
    ask(cast, ticket, date(2026, 11, 24), cast.now + 3 * HOUR)
    assert resolution(ticket).resume_by == at("2026-11-24T00:00")
    holds(ticket)


@pytest.mark.parametrize(
    ("until", "when", "more", "why"),
    [
        (None, HOUR, {}, "Say by when"),
        (date(2026, 11, 18), HOUR, {}, "after today"),
        (date(2026, 11, 17), HOUR, {}, "after today"),
        (date(2028, 11, 18), HOUR, {}, "within a year"),
        (FRIDAY, HOUR, {"question": "  "}, "Ask the client a question"),
        (date(2026, 11, 25), 60 * HOUR, {}, "already missed"),
    ],
)
def test_what_is_not_said_well_is_refused_and_nothing_is_written(
    cast: Any, until: date | None, when: Any, more: dict[str, str], why: str
) -> None:
    ticket = promised(cast)
    before = everything()
    with pytest.raises(Refused, match=why):
        ask(cast, ticket, until, cast.now + when, **more)
    assert everything() == before


def test_a_contract_that_lets_nothing_pause_is_asked_without_a_date(cast: Any) -> None:
    ticket = promised(cast, {**TERMS, "slo.resolution.may_pause": "no"})
    with pytest.raises(Refused, match="its contract does not say so"):
        ask(cast, ticket)
    ask(cast, ticket, None)
    assert (fresh(ticket).status, resolution(ticket).paused_at) == ("waiting_client", None)
    assert "clock.paused" not in verbs(ticket)


def test_a_first_answer_pauses_only_where_its_contract_says_so(cast: Any) -> None:
    ticket = promised(cast, {"slo.first_response.may_pause": "yes"})
    [first] = clocks(ticket, "first_response")
    with_machine = cast.lea
    with_machine.is_automatic = True  # a machine's question answers nothing
    ask(cast, ticket)
    assert clocks(ticket, "first_response")[0].paused_at == cast.now + HOUR
    assert first.due_at == at("2026-11-18T12:00")


def test_others_neither_see_nor_do_it(cast: Any) -> None:
    ticket = promised(cast)
    with pytest.raises(Http404):
        act(cast.bob, services.wait_for_client, ticket_id=ticket.pk, question="?", resume_on=FRIDAY, now=cast.now)
    assert resolution(ticket).paused_at is None
