"""Beginning work, and waiting for others."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common.errors import Refused
from tests.slo.cases import HOUR
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told
from tickets import services


def test_who_begins_has_it_and_no_clock_stops(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now + HOUR)
    after = fresh(ticket)
    assert (after.status, after.assignee_id, after.active_at) == ("in_progress", cast.lea.pk, cast.now + HOUR)
    assert (after.due_at, clock_of(ticket).stopped_at) == (ticket.due_at, None)
    assert events(ticket, "ticket.status_changed")[0].data["after"] == "in_progress"


def test_it_stays_with_who_already_has_it(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.nadia, services.assign, ticket_id=ticket.pk, assignee=cast.lea, now=cast.now)
    act(cast.nadia, services.take, ticket_id=ticket.pk, now=cast.now)
    assert fresh(ticket).assignee_id == cast.lea.pk


def test_it_can_not_be_begun_twice(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
    with pytest.raises(Refused, match="present status"):
        act(cast.nadia, services.take, ticket_id=ticket.pk, now=cast.now)


@pytest.mark.parametrize("who", ["ann", "max"])
def test_only_who_does_the_work_may(cast: Any, who: str) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        act(getattr(cast, who), services.take, ticket_id=ticket.pk, now=cast.now)


def test_for_outsiders_the_ticket_does_not_exist(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(Http404):
        act(cast.julien, services.take, ticket_id=ticket.pk, now=cast.now)


class TestWaitingForTheClient:
    def test_the_question_is_a_reply_that_stops_the_clock_and_reaches_the_client(self, cast: Any) -> None:
        ticket = opened(cast)
        act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Which board?", now=cast.now + HOUR)
        assert (fresh(ticket).status, clock_of(ticket).verdict) == ("waiting_client", "met")
        assert [one.body for one in said(ticket)][1:] == ["Which board?"]
        assert told(ticket, "ticket.replied") == {cast.ann.email: "ticket_replied"}

    def test_without_a_question_it_is_refused(self, cast: Any) -> None:
        ticket = opened(cast)
        before = everything()
        with pytest.raises(Refused, match="question"):
            act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question=" ", now=cast.now)
        assert everything() == before

    def test_a_second_question_may_be_asked(self, cast: Any) -> None:
        ticket = opened(cast)
        for question in ("Which board?", "And which filter?"):
            act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question=question, now=cast.now)
        assert fresh(ticket).status == "waiting_client"

    def test_after_the_end_there_is_nothing_to_ask(self, cast: Any) -> None:
        ticket = opened(cast)
        act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="By mistake.", now=cast.now)
        with pytest.raises(Refused, match="closed for good"):
            act(cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Why?", now=cast.now)


def test_waiting_for_a_third_party_answers_nobody(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.wait_for_third_party, ticket_id=ticket.pk, now=cast.now)
    assert (fresh(ticket).status, clock_of(ticket).stopped_at) == ("waiting_third_party", None)
