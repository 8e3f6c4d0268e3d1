"""A suspended contract (domain §1.5): its tickets are read and answered, none is opened, no clock starts."""

from __future__ import annotations

from typing import Any

import pytest

from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from slo.models import Clock
from tests.tickets.acting import act, clock_of, everything, fresh, opened, said
from tickets import services
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Any) -> Ticket:
    """One that was open when the contract was suspended."""
    ticket = opened(cast)
    act(cast.ada, contracts.suspend, contract=cast.northwind_contract, now=cast.now)
    return ticket


def test_none_is_opened_by_anybody_through_any_door(cast: Any, ticket: Ticket) -> None:
    before = everything()
    for actor, channel in ((cast.ann, "portal"), (cast.lea, "phone"), (cast.ann, "api")):
        with pytest.raises(Refused, match="not active"):
            opened(cast, actor=actor, channel=channel)
    assert everything() == before


def test_a_reply_to_a_closed_one_opens_none(cast: Any, ticket: Ticket) -> None:
    act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="Found it", now=cast.now)
    with pytest.raises(Refused, match="not active"):
        act(cast.ann, services.reply, ticket_id=ticket.pk, body="Not so", now=cast.now)


def test_what_is_open_is_answered_and_worked_on_and_its_clock_is_judged(cast: Any, ticket: Ticket) -> None:
    act(cast.ann, services.reply, ticket_id=ticket.pk, body="Still so.", now=cast.now)
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="I am on it.", now=cast.now)
    act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Repaired.", now=cast.now)
    act(cast.ann, services.reopen, ticket_id=ticket.pk, reason="Not yet.", now=cast.now)
    assert fresh(ticket).status == "in_progress"
    assert len(said(ticket)) == 5
    assert clock_of(ticket).verdict == "met"
    with tenancy.everyone():
        assert Clock.objects.count() == 1  # nothing that is done starts another
