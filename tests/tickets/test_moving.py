"""Open clocks when an amendment takes effect: shown before, moved after, by the same rule; verdicts stay (domain §5.10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import tenancy
from contracts import services as contracts
from contracts import signing
from contracts.agreement import agreement_of
from contracts.models import Contract
from slo.models import Clock
from tests.contracts.changing import HIGH, LATER, msa, proposed, sign, whole
from tests.slo.cases import at
from tests.tickets.acting import act, clock_of, events, fresh, opened
from tickets import services
from tickets.models import Ticket
from tickets.services.moving import Move

EVENING = at("2026-11-30T17:30")  # half an hour before closing: ninety minutes end at 10:00 the next day
MORNING = at("2026-12-01T09:05")


def amended(cast: Any, minutes: int, when: datetime = MORNING) -> list[Move]:
    """What the preview shows at that moment; then both sign the day before, and the sweep puts it into effect."""
    proposal = whole(proposed(cast, terms={HIGH: str(minutes)}, amends=cast.msa))
    with tenancy.everyone():
        agreement = signing.signed_agreement(proposal, LATER)
        shown = services.moves(proposal.document.contract, agreement, on=LATER, now=when)
    sign(cast.rosa, proposal, cast)
    sign(cast.max, proposal, cast)
    with tenancy.everyone():
        assert contracts.take_effect(now=when) == 1
        assert contracts.take_effect(now=when) == 0  # a second sweep finds nothing
    return shown


@pytest.fixture
def ticket(cast: Any) -> Ticket:
    """Promised within ninety minutes by the MSA, asked for in the evening."""
    cast.msa = msa(cast).document
    return opened(cast, now=EVENING)


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (30, "2026-12-01T09:35"),  # tighter: from the change, which is earlier
        (60, "2026-12-01T10:00"),  # tighter, and yet not earlier than what was promised
        (240, "2026-12-01T12:30"),  # looser: from submission
    ],
)
def test_an_open_clock_follows_and_the_preview_had_said_so(cast: Any, ticket: Ticket, minutes: int, due: str) -> None:
    before = clock_of(ticket).due_at
    shown = amended(cast, minutes)
    clock = clock_of(ticket)
    assert (before, clock.due_at, fresh(ticket).due_at) == (at("2026-12-01T10:00"), at(due), at(due))
    moved = [(one.ticket.pk, one.before, one.after) for one in shown]
    assert moved == ([(ticket.pk, before, at(due))] if at(due) != before else [])
    assert len(events(ticket, "ticket.promise_moved")) == len(moved)
    if moved:
        assert (clock.target_minutes, clock.provenance["document"]) == (minutes, "Amendment No. 1")


def test_answered_late_void_and_other_clients_clocks_stay(cast: Any, ticket: Ticket) -> None:
    answered, late, cancelled = (opened(cast, now=EVENING) for _number in range(3))
    foreign = opened(cast, client="globex", now=EVENING)
    act(cast.lea, services.reply, ticket_id=answered.pk, body="On it.", seen=None, now=EVENING)
    act(cast.ann, services.cancel, ticket_id=cancelled.pk, reason="Solved.", now=EVENING)
    with tenancy.everyone():
        Clock.objects.filter(pk=clock_of(late).pk).update(due_at=at("2026-12-01T09:01"), warn_at=EVENING)
    before = {one.pk: clock_of(one).due_at for one in (answered, late, cancelled, foreign)}
    shown = amended(cast, 30)
    assert [one.ticket.pk for one in shown] == [ticket.pk]
    assert {pk: clock_of(Ticket(pk=pk)).due_at for pk in before} == before


def test_other_priorities_stay(cast: Any, ticket: Ticket) -> None:
    low = opened(cast, priority="low", now=EVENING)
    due = clock_of(low).due_at
    amended(cast, 30)
    assert clock_of(low).due_at == due


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(minutes=st.integers(1, 2_000))
def test_nothing_becomes_late_by_being_moved(cast: Any, ticket: Ticket, minutes: int) -> None:
    with tenancy.everyone():
        contract = Contract.objects.get(pk=cast.northwind_contract.pk)
        agreement = agreement_of(contract)
        looser = agreement.__class__(
            agreement.editions,
            tuple(one.__class__(one.key, str(minutes), one.clause_id, one.clause, one.source) for one in agreement.settings),
            agreement.order, agreement.tier,
        )  # fmt: skip
        for move in services.moves(contract, looser, on=MORNING.date(), now=MORNING):
            assert not move.is_late(MORNING)
            assert (move.after < move.before) == move.upward
