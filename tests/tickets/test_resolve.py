"""Resolving: never without a public human answer; then it closes by itself after the contract's business days."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Organization
from common import tenancy
from common.errors import Refused
from tests.contracts.writing import bound
from tests.slo.cases import HOUR, at
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told
from tickets import services
from tickets.models import Ticket


def resolve(cast: Any, ticket: Ticket, answer: str = "", actor: Any = None) -> Ticket:
    done: Ticket = act(actor or cast.lea, services.resolve, ticket_id=ticket.pk, answer=answer, now=cast.now + HOUR)
    return done


@pytest.mark.parametrize(
    "before", ["nothing", "a note", "a client's reply", "a machine's reply", "a reason", "a bulk reply"]
)
def test_without_a_public_human_answer_it_is_refused(cast: Any, before: str) -> None:
    ticket = opened(cast)
    which = {"ticket_id": ticket.pk, "now": cast.now}
    if before == "a note":
        act(cast.lea, services.note, body="Done, I think.", **which)
    elif before == "a client's reply":
        act(cast.ann, services.reply, body="Any news?", **which)
    elif before == "a machine's reply":
        act(cast.lea, services.reply, body="We got it.", channel="api", **which)
    elif before == "a reason":
        act(cast.lea, services.prioritize, priority="low", reason="Only one person is touched.", **which)
    elif before == "a bulk reply":
        act(cast.lea, services.reply, body="To all of you.", bulk=True, **which)
    rows = everything()
    with pytest.raises(Refused, match="Answer the client"):
        resolve(cast, ticket)
    assert everything() == rows
    assert clock_of(ticket).stopped_at is None


def test_with_its_last_answer_it_stops_the_clock(cast: Any) -> None:
    ticket = opened(cast)
    resolve(cast, ticket, "The filter was private; I shared it.")
    after = fresh(ticket)
    assert (after.status, after.resolved_at, after.assignee_id) == ("resolved", cast.now + HOUR, cast.lea.pk)
    assert (clock_of(ticket).verdict, after.responded_at) == ("met", cast.now + HOUR)
    assert said(ticket)[-1].is_human_answer
    assert told(ticket, "ticket.resolution_told") == {cast.ann.email: "ticket_resolved"}


def test_after_an_answer_it_needs_no_other(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="I share the filter.", now=cast.now)
    resolve(cast, ticket)
    assert (fresh(ticket).status, len(said(ticket))) == ("resolved", 2)
    assert events(ticket, "ticket.resolved")[0].data["before"] == "in_progress"


def test_a_clock_can_not_be_dodged_by_a_late_answer(cast: Any) -> None:
    ticket = opened(cast, priority="critical")
    resolve(cast, ticket, "Sorry, here it is.")
    assert clock_of(ticket).verdict == "missed"


def test_it_closes_by_itself_at_the_end_of_the_tenth_business_day(cast: Any) -> None:
    assert resolve(cast, opened(cast), "Done.").closes_at == at("2026-12-03T00:00")  # Wednesday + 10: December 2


def test_the_number_of_days_is_the_contracts(cast: Any) -> None:
    bound(cast.northwind_contract, {"ticket.closes_after": "3"})
    assert resolve(cast, opened(cast), "Done.").closes_at == at("2026-11-24T00:00")


def test_historical_tickets_wait_for_their_log(cast: Any) -> None:
    with tenancy.everyone():
        Organization.objects.filter(pk=cast.northwind.pk).update(is_historical=True)
    assert resolve(cast, opened(cast), "Done.").closes_at is None


def test_a_client_may_not(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        resolve(cast, ticket, "It works now.", actor=cast.ann)


def test_it_can_not_be_resolved_twice(cast: Any) -> None:
    ticket = opened(cast)
    resolve(cast, ticket, "Done.")
    with pytest.raises(Refused, match="present status"):
        resolve(cast, ticket, "Done again.")
