"""Not solved: back to work, and the first response never starts again."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404

from common import tenancy
from common.errors import Refused
from slo import services as slo
from slo.models import Clock
from tests.slo.cases import DAY, HOUR
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told
from tickets import services
from tickets.models import Ticket


@pytest.fixture
def resolved(cast: Any) -> Ticket:
    ticket = opened(cast)
    done: Ticket = act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now + HOUR)
    return done


def reopen(cast: Any, actor: Any, ticket: Ticket, reason: str = "It is still empty.") -> Ticket:
    done: Ticket = act(actor, services.reopen, ticket_id=ticket.pk, reason=reason, now=cast.now + DAY)
    return done


def test_a_client_says_why_and_the_work_goes_on(cast: Any, resolved: Ticket) -> None:
    reopen(cast, cast.ann, resolved)
    after = fresh(resolved)
    assert (after.status, after.resolved_at, after.closes_at) == ("in_progress", None, None)
    assert said(resolved)[-1].body == "It is still empty."
    assert told(resolved, "ticket.replied") == {cast.lea.email: "ticket_replied"}
    assert events(resolved, "ticket.reopened")[0].data["before"] == "resolved"


def test_the_first_response_never_starts_again(cast: Any, resolved: Ticket) -> None:
    before = clock_of(resolved)
    reopen(cast, cast.ann, resolved)
    after = clock_of(resolved)
    for field in Clock._meta.fields:
        assert getattr(after, field.attname) == getattr(before, field.attname)
    assert fresh(resolved).due_at is None
    with tenancy.everyone():
        assert slo.fire_due(now=cast.now + 30 * DAY).claimed == 0


def test_staff_may_too_and_the_client_is_told_the_reason(cast: Any, resolved: Ticket) -> None:
    reopen(cast, cast.lea, resolved, "The filter is private again.")
    assert fresh(resolved).status == "in_progress"
    assert told(resolved, "ticket.replied") == {cast.ann.email: "ticket_replied"}


def test_a_client_without_a_reason_is_asked_for_it(cast: Any, resolved: Ticket) -> None:
    before = everything()
    with pytest.raises(Refused, match="still missing"):
        reopen(cast, cast.ann, resolved, "  ")
    assert everything() == before


@pytest.mark.parametrize("who", ["ann", "lea"])
def test_what_was_never_resolved_can_not_be_reopened(cast: Any, who: str) -> None:
    ticket = opened(cast)
    act(cast.lea, services.wait_for_third_party, ticket_id=ticket.pk, now=cast.now)
    with pytest.raises(Refused, match="present status"):
        reopen(cast, getattr(cast, who), ticket)


def test_closed_is_closed(cast: Any, resolved: Ticket) -> None:
    act(cast.ann, services.confirm_solved, ticket_id=resolved.pk, now=cast.now + HOUR)
    with pytest.raises(Refused, match="closed for good"):
        reopen(cast, cast.ann, resolved)


def test_for_outsiders_the_ticket_does_not_exist(cast: Any, resolved: Ticket) -> None:
    with pytest.raises(Http404):
        reopen(cast, cast.bob, resolved)
