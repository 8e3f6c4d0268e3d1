"""Closed is final: a reply opens a linked new ticket."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from contracts.models import Contract
from tests.slo.cases import DAY
from tests.tickets.acting import act, clock_of, everything, fresh, opened, said
from tickets import services
from tickets.models import Message, Ticket


@pytest.fixture(params=["closed", "cancelled"])
def done(cast: Any, request: pytest.FixtureRequest) -> Ticket:
    ticket = opened(cast, confidential=True)
    which = {"ticket_id": ticket.pk, "now": cast.now}
    if request.param == "closed":
        act(cast.lea, services.resolve, answer="Done.", **which)
        act(cast.ann, services.confirm_solved, **which)
    else:
        act(cast.ann, services.cancel, reason="Not needed any more.", **which)
    return ticket


def again(cast: Any, actor: Any, ticket: Ticket) -> Message:
    message: Message = act(actor, services.reply, ticket_id=ticket.pk, body="It is back.", now=cast.now + DAY)
    return message


def test_a_clients_reply_opens_a_new_ticket_that_follows_it(cast: Any, done: Ticket) -> None:
    conversation = len(said(done))
    message = again(cast, cast.ann, done)
    new = message.ticket
    assert fresh(new).follows_id == done.pk
    assert (new.reference, new.follows_id, new.status, new.subject) == ("NW-2", done.pk, "new", done.subject)
    assert (new.priority, new.confidential, new.requester_id) == (done.priority, True, cast.ann.pk)
    assert (message.body, message.author_id) == ("It is back.", cast.ann.pk)
    assert clock_of(new).started_at == cast.now + DAY
    assert (len(said(done)), fresh(done).closed_at) == (conversation, cast.now)


def test_a_consultants_words_stay_his_and_the_client_stays_the_requester(cast: Any, done: Ticket) -> None:
    message = again(cast, cast.lea, done)
    assert (message.author_id, message.ticket.requester_id) == (cast.lea.pk, cast.ann.pk)


def test_under_a_suspended_contract_nothing_is_opened(cast: Any, done: Ticket) -> None:
    act(cast.ada, contracts.suspend, contract=cast.northwind_contract, now=cast.now)
    before = everything()
    with pytest.raises(Refused, match="not active"):
        again(cast, cast.ann, done)
    assert everything() == before


def test_after_a_renewal_it_opens_under_the_contract_that_lives(cast: Any, done: Ticket) -> None:
    act(cast.ada, contracts.end, contract=cast.northwind_contract, now=cast.now)
    with tenancy.everyone():
        renewed = Contract.objects.create(
            organization=cast.northwind, reference="NW-2027", status="active", starts_on=date(2026, 11, 19),
            calendar=cast.paris,
        )  # fmt: skip
    assert again(cast, cast.ann, done).ticket.contract_id == renewed.pk
