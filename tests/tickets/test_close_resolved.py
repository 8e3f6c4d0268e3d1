"""Closing: by the client's "solved", or by itself once the contract's days have passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import tenancy
from common.errors import Refused
from tests.slo.cases import HOUR, MICROSECOND
from tests.tickets.acting import act, at_once, events, fresh, opened
from tickets import services
from tickets.models import Ticket


def resolved(cast: Any) -> Ticket:
    ticket = opened(cast)
    done: Ticket = act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now)
    return done


def close(now: Any, **more: Any) -> int:
    with tenancy.engine():
        return services.close_resolved(now=now, **more)


def test_the_clients_solved_closes_it_at_once(cast: Any) -> None:
    ticket = resolved(cast)
    act(cast.ann, services.confirm_solved, ticket_id=ticket.pk, now=cast.now + HOUR)
    after = fresh(ticket)
    assert (after.status, after.closed_at, after.resolved_at, after.closes_at) == (
        "closed", cast.now + HOUR, cast.now, None,
    )  # fmt: skip
    assert events(ticket, "ticket.closed")[0].actor_id == cast.ann.pk


def test_staff_can_not_say_solved_for_the_client(cast: Any) -> None:
    ticket = resolved(cast)
    with pytest.raises(Refused, match="Your side"):
        act(cast.lea, services.confirm_solved, ticket_id=ticket.pk, now=cast.now)


def test_what_is_not_resolved_can_not_be_solved(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused, match="present status"):
        act(cast.ann, services.confirm_solved, ticket_id=ticket.pk, now=cast.now)


@pytest.mark.django_db(transaction=True)
def test_it_closes_by_itself_when_its_time_has_come_and_only_once(cast: Any, worker: None) -> None:
    ticket, still_open = resolved(cast), opened(cast)
    closes_at = fresh(ticket).closes_at
    assert close(closes_at - MICROSECOND) == 0
    assert close(closes_at) == 1
    assert close(closes_at + timedelta(days=1)) == 0
    after = fresh(ticket)
    assert (after.status, after.closed_at, after.closes_at) == ("closed", closes_at, None)
    (event,) = events(ticket, "ticket.closed")
    assert (event.actor_id, event.at, event.data["before"]) == (None, closes_at, "resolved")
    assert fresh(still_open).status == "new"


@pytest.mark.django_db(transaction=True)
def test_several_sweeps_at_once_close_each_once(cast: Any, worker: None) -> None:
    tickets = [resolved(cast) for _ in range(6)]
    later = fresh(tickets[0]).closes_at
    assert sum(at_once(*[lambda: close(later, limit=4)] * 3)) + close(later) == 6
    assert [len(events(ticket, "ticket.closed")) for ticket in tickets] == [1] * 6


@pytest.mark.django_db(transaction=True)
def test_reopened_in_between_it_stays_open(cast: Any, worker: None) -> None:
    ticket = resolved(cast)
    later = fresh(ticket).closes_at
    act(cast.ann, services.reply, ticket_id=ticket.pk, body="It is back.", now=cast.now + HOUR)
    assert close(later) == 0
    assert fresh(ticket).status == "in_progress"
