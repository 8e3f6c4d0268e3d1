"""Giving a ticket to somebody who serves its client."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Assignment, User
from common import tenancy
from common.errors import Refused
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, told
from tickets import services
from tickets.models import Ticket


def assign(cast: Any, ticket: Ticket, to: User | None, actor: Any = None) -> Ticket:
    done: Ticket = act(actor or cast.nadia, services.assign, ticket_id=ticket.pk, assignee=to, now=cast.now)
    return done


def test_the_new_assignee_is_told_and_no_clock_stops(cast: Any) -> None:
    ticket = opened(cast)
    assign(cast, ticket, cast.lea)
    after = fresh(ticket)
    assert (after.assignee_id, after.status, after.due_at) == (cast.lea.pk, "new", ticket.due_at)
    assert clock_of(ticket).stopped_at is None
    assert told(ticket, "ticket.assigned") == {cast.lea.email: "ticket_assigned"}
    assert events(ticket, "ticket.assigned")[0].data == {"before": None, "after": cast.lea.pk}


def test_who_takes_it_is_not_told_what_he_or_she_did(cast: Any) -> None:
    ticket = opened(cast)
    assign(cast, ticket, cast.lea, actor=cast.lea)
    assert told(ticket, "ticket.assigned") == {}


def test_it_can_be_given_back_to_the_queue(cast: Any) -> None:
    ticket = opened(cast)
    assign(cast, ticket, cast.lea)
    assign(cast, ticket, None)
    assert fresh(ticket).assignee_id is None
    assert events(ticket, "ticket.assigned")[-1].data == {"before": cast.lea.pk, "after": None}


def test_the_same_again_is_no_event(cast: Any) -> None:
    ticket = opened(cast)
    assign(cast, ticket, cast.lea)
    before = everything()
    assign(cast, ticket, cast.lea)
    assert everything() == before


@pytest.mark.parametrize("who", ["julien", "max", "ann", "bob"])
def test_whoever_does_no_work_for_this_client_is_refused(cast: Any, who: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match="doesn't serve this client"):
        assign(cast, ticket, getattr(cast, who))
    assert everything() == before


def test_whoever_has_left_is_refused(cast: Any) -> None:
    ticket = opened(cast)
    cast.lea.is_active = False
    with pytest.raises(Refused, match="doesn't serve"):
        assign(cast, ticket, cast.lea)


def test_a_consultant_who_is_assigned_to_the_client_may_have_it(cast: Any) -> None:
    ticket = opened(cast)
    with tenancy.everyone():
        Assignment.objects.create(organization=cast.northwind, user=cast.julien)
    assign(cast, ticket, cast.julien)
    assert fresh(ticket).assignee_id == cast.julien.pk


def test_nobody_needs_to_have_what_is_closed(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="By mistake.", now=cast.now)
    with pytest.raises(Refused, match="closed for good"):
        assign(cast, ticket, cast.lea)


def test_a_client_may_not_and_an_outsider_sees_nothing(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        assign(cast, ticket, cast.lea, actor=cast.carl)
    with pytest.raises(Http404):
        assign(cast, ticket, cast.julien, actor=cast.julien)
