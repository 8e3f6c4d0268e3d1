"""Replying: what a consultant's reply stops, takes and tells; what a client's brings back; closed tickets; crossing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404

from accounts.models import User
from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from slo import services as slo
from slo.models import ClockStep
from tests.slo.cases import HOUR, MICROSECOND, MINUTE, at
from tests.tickets.acting import act, at_once, clock_of, events, everything, fresh, opened, said, told, verbs
from tickets import services
from tickets.models import Message, Ticket

SOON = timedelta(minutes=20)


def reply(
    cast: Any, actor: User, ticket: Ticket, after: timedelta = SOON, body: str = "Looking at it.", **more: Any
) -> Message:
    message: Message = act(actor, services.reply, ticket_id=ticket.pk, body=body, now=cast.now + after, **more)
    return message


def test_a_consultants_stops_the_first_responses_clock(cast: Any) -> None:
    ticket = opened(cast)
    message = reply(cast, cast.lea, ticket)
    clock = clock_of(ticket)
    assert message.is_human_answer
    assert (clock.verdict, clock.stopped_at, clock.business_seconds) == ("met", cast.now + SOON, 1200)
    assert (clock.judged_at, clock.next_at) == (cast.now + SOON, None)
    assert (fresh(ticket).responded_at, fresh(ticket).due_at) == (cast.now + SOON, None)
    (event,) = events(ticket, "ticket.responded")
    assert event.data == {"message_id": message.pk, "verdict": "met", "business_seconds": 1200}


@pytest.mark.parametrize(("after", "verdict"), [(2 * HOUR, "met"), (2 * HOUR + MICROSECOND, "missed")])
def test_it_is_met_at_the_due_instant_and_missed_a_microsecond_later(cast: Any, after: timedelta, verdict: str) -> None:
    ticket = opened(cast)
    assert ticket.due_at == cast.now + 2 * HOUR
    reply(cast, cast.lea, ticket, after)
    assert clock_of(ticket).verdict == verdict


def test_late_before_the_tick_came_its_breach_still_fires_once(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.lea, ticket, 3 * HOUR)
    with tenancy.everyone():
        fired = [slo.fire_due(now=cast.now + timedelta(hours=hours)).fired for hours in (4, 5)]
        assert [one.step for one in fired[0]] == ["warning", "breach"]
        assert (fired[0][1].at, fired[1]) == (ticket.due_at, [])
    assert (clock_of(ticket).verdict, clock_of(ticket).judged_at) == ("missed", cast.now + 3 * HOUR)


def test_after_a_missed_verdict_it_is_measured_and_not_judged_again(cast: Any) -> None:
    ticket = opened(cast)
    with tenancy.everyone():
        slo.fire_due(now=cast.now + 3 * HOUR)
        assert ClockStep.objects.count() == 2
    reply(cast, cast.lea, ticket, timedelta(days=1))
    clock = clock_of(ticket)
    assert (clock.verdict, clock.judged_at) == ("missed", cast.now + 3 * HOUR)
    assert (clock.business_seconds, clock.stopped_at) == (9 * 3600, cast.now + timedelta(days=1))


def test_it_begins_the_work_and_takes_the_ticket(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.lea, ticket)
    assert (fresh(ticket).status, fresh(ticket).assignee_id) == ("in_progress", cast.lea.pk)
    assert verbs(ticket) == ["ticket.opened", "ticket.responded", "ticket.status_changed", "ticket.replied"]


def test_it_leaves_the_ticket_with_who_has_it(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
    reply(cast, cast.nadia, ticket)
    assert fresh(ticket).assignee_id == cast.lea.pk


def test_an_account_manager_answers_without_taking_work_that_he_may_not_do(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.max, ticket)
    assert fresh(ticket).assignee_id is None


def test_the_requester_is_told_and_the_writer_is_not(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.lea, ticket)
    assert told(ticket, "ticket.replied") == {cast.ann.email: "ticket_replied"}
    reply(cast, cast.ann, ticket, HOUR)
    assert told(ticket, "ticket.replied") == {cast.lea.email: "ticket_replied"}


def test_a_second_reply_stops_nothing_more(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.lea, ticket)
    reply(cast, cast.lea, ticket, HOUR)
    assert clock_of(ticket).business_seconds == 1200
    assert len(events(ticket, "ticket.responded")) == 1


@pytest.mark.parametrize("how", ["a client", "a machine", "the API", "in bulk"])
def test_what_is_no_human_answer_stops_no_clock_and_takes_nothing(cast: Any, how: str) -> None:
    ticket, actor = opened(cast), cast.ann if how == "a client" else cast.lea
    if how == "a machine":
        actor.is_automatic = True
    reply(cast, actor, ticket, channel="api" if how == "the API" else "portal", bulk=how == "in bulk")
    assert (clock_of(ticket).verdict, clock_of(ticket).stopped_at) == ("running", None)
    after = fresh(ticket)
    assert (after.status, after.assignee_id, after.responded_at, after.due_at) == ("new", None, None, ticket.due_at)


def test_on_a_ticket_that_is_not_covered_it_is_the_answer_all_the_same(cast: Any) -> None:
    ticket = opened(cast, channel="phone")
    reply(cast, cast.lea, ticket)
    assert events(ticket, "ticket.responded")[0].data["verdict"] == "not_covered"
    assert fresh(ticket).responded_at == cast.now + SOON


@pytest.mark.parametrize("channel", ["portal", "email", "api"])
@pytest.mark.parametrize("status", ["waiting_client", "waiting_third_party", "resolved"])
def test_a_clients_brings_a_waiting_or_resolved_ticket_back(cast: Any, status: str, channel: str) -> None:
    ticket = opened(cast)
    reply(cast, cast.lea, ticket)
    which = {"ticket_id": ticket.pk, "now": cast.now + HOUR}
    if status == "waiting_client":
        act(cast.lea, services.wait_for_client, question="Which board?", **which)
    elif status == "waiting_third_party":
        act(cast.lea, services.wait_for_third_party, **which)
    else:
        act(cast.lea, services.resolve, **which)
    assert fresh(ticket).status == status
    reply(cast, cast.rosa, ticket, 2 * HOUR, channel=channel)
    after = fresh(ticket)
    assert (after.status, after.resolved_at, after.closes_at) == ("in_progress", None, None)
    assert events(ticket, "ticket.status_changed")[-1].data == {"before": status, "after": "in_progress"}
    assert clock_of(ticket).business_seconds == 1200


def test_a_clients_leaves_a_new_ticket_new(cast: Any) -> None:
    ticket = opened(cast)
    reply(cast, cast.ann, ticket)
    assert fresh(ticket).status == "new"
    assert told(ticket, "ticket.replied") == {cast.lea.email: "ticket_replied"}


@pytest.mark.parametrize("who", ["bob", "julien"])
def test_for_outsiders_the_ticket_does_not_exist(cast: Any, who: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Http404):
        reply(cast, getattr(cast, who), ticket)
    assert everything() == before


@pytest.mark.parametrize(("body", "words"), [(" \n", "Write something"), ("mdp=azerty123", "secret")])
def test_nothing_and_secrets_are_refused(cast: Any, body: str, words: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        reply(cast, cast.ann, ticket, body=body)
    assert everything() == before


def test_while_the_contract_is_suspended_tickets_are_answered(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.ada, contracts.suspend, contract=cast.northwind_contract, now=cast.now)
    reply(cast, cast.ann, ticket)
    assert reply(cast, cast.lea, ticket).is_human_answer


def test_once_the_contract_has_ended_tickets_are_read_only(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.ada, contracts.end, contract=cast.northwind_contract, now=cast.now)
    for person in (cast.ann, cast.lea):
        with pytest.raises(Refused, match="read"):
            reply(cast, person, ticket)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_is_told_to_read_the_other_first(cast: Any) -> None:
    ticket = opened(cast)
    seen = said(ticket)[-1].pk
    people = (cast.lea, cast.nadia)
    results = at_once(*(lambda who=who: reply(cast, who, ticket, body=f"From {who}", seen=seen) for who in people))
    (answer,) = [one for one in results if isinstance(one, Message)]
    (held,) = [one for one in results if isinstance(one, services.Overtaken)]
    late = people[results.index(held)]
    assert held.seen == answer.pk
    assert str(answer.author) in str(held)
    reply(cast, late, ticket, HOUR, body="Mine still holds.", seen=held.seen)
    assert [one.author_id for one in said(ticket)] == [cast.ann.pk, answer.author_id, late.pk]
    assert len(events(ticket, "ticket.responded")) == 1


@pytest.mark.django_db(transaction=True)
def test_while_it_is_written_others_can_write_what_refers_to_the_ticket(cast: Any) -> None:
    ticket = opened(cast)

    def refer() -> bool:
        with tenancy.everyone(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            Message.objects.create(organization=cast.northwind, ticket=ticket, author=cast.lea, body="…", at=cast.now)
        return True

    with tenancy.user(cast.lea):
        services.reply(actor=cast.lea, ticket_id=ticket.pk, body="Looking at it.", now=cast.now + MINUTE)
        assert at_once(refer) == [True]  # or the tick and a reply would lock each other out


def test_after_a_night_only_business_time_was_used_up(cast: Any) -> None:
    ticket = opened(cast, now=at("2026-11-18T17:30"))
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="Good morning.", now=at("2026-11-19T09:10"))
    assert (clock_of(ticket).verdict, clock_of(ticket).business_seconds) == ("met", 40 * 60)
