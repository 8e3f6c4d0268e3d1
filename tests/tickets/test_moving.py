"""Open clocks when an amendment takes effect: shown before, moved after, by the same rule; verdicts stay (domain §5.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import tenancy
from contracts import services as contracts
from contracts import signing
from contracts.agreement import agreement_of
from contracts.models import Contract
from slo import history
from slo.models import Clock
from tests.contracts.changing import HIGH, LATER, msa, proposed, sign, whole
from tests.contracts.writing import bound
from tests.slo.cases import HOUR, at
from tests.tickets.acting import act, clock_of, events, fresh, opened
from tests.tickets.promising import verdicts
from tickets import services
from tickets.models import ImpactMove, ImpactPreview, Ticket
from tickets.services import amended as amended_work
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
    work(when)
    return shown


def work(when: datetime) -> int:
    """A worker comes by at that moment, under a scope that is lent to the tests' role; the batches that it did."""
    declare = tenancy.declare

    def declared(scope: tenancy.Scope) -> datetime:
        declare(scope)
        return when

    with mock.patch.object(tenancy, "declare", declared), mock.patch.object(tenancy, "engine", tenancy.everyone):
        return services.count_impact()


def in_effect(cast: Any, minutes: int) -> ImpactPreview:
    """Signed and in effect; no worker came yet."""
    with mock.patch(f"{__name__}.work"):
        amended(cast, minutes)
    with tenancy.everyone():
        return ImpactPreview.objects.get(moving_since=MORNING)


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


def test_until_a_worker_comes_nothing_has_moved_and_then_from_the_instant_it_took_effect(
    cast: Any, ticket: Ticket
) -> None:
    before = clock_of(ticket).due_at
    row = in_effect(cast, 30)
    assert (clock_of(ticket).due_at, row.state) == (before, "waiting")
    assert work(MORNING + timedelta(minutes=10)) == 1
    assert clock_of(ticket).due_at == at("2026-12-01T09:35")  # thirty minutes from when it took effect
    assert work(MORNING + timedelta(minutes=11)) == 0
    with tenancy.everyone():
        assert (fresh(row).state, fresh(row).result["moved"], fresh(row).result["newly_late"]) == ("done", 1, 0)
        assert [one.after for one in ImpactMove.objects.all()] == [clock_of(ticket).due_at]


def test_one_that_fails_in_the_middle_goes_on_and_moves_none_twice(
    cast: Any, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [ticket, *(opened(cast, now=EVENING) for _number in range(4))]
    row = in_effect(cast, 30)
    monkeypatch.setattr(amended_work, "MOVE_BATCH", 2)
    calls: list[Move] = []
    follow = amended_work.follow

    def breaks(move: Move, **instants: datetime) -> datetime:
        calls.append(move)
        if len(calls) == 4:
            raise RuntimeError("the plug was pulled")
        return follow(move, **instants)

    monkeypatch.setattr(amended_work, "follow", breaks)
    work(MORNING)
    assert [len(events(one, "ticket.promise_moved")) for one in tickets] == [1, 1, 0, 0, 0]
    assert (fresh(row).state, fresh(row).done, fresh(row).total) == ("running", 2, 5)
    work(MORNING + timedelta(minutes=1))  # its lease is over by then
    assert [len(events(one, "ticket.promise_moved")) for one in tickets] == [1] * 5
    assert {clock_of(one).due_at for one in tickets} == {at("2026-12-01T09:35")}
    assert (fresh(row).state, fresh(row).result["moved"]) == ("done", 5)
    with tenancy.everyone():
        assert list(history.problems(history.clocks(), MORNING + timedelta(minutes=1))) == []


def test_what_somebody_holds_is_moved_once_it_is_free(
    cast: Any, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = opened(cast, now=EVENING)
    row = in_effect(cast, 30)
    hold = amended_work.hold
    monkeypatch.setattr(
        amended_work, "hold", lambda clocks: {k: v for k, v in hold(clocks).items() if v.ticket_id != held.pk}
    )
    work(MORNING)
    assert [len(events(one, "ticket.promise_moved")) for one in (ticket, held)] == [1, 0]
    assert fresh(row).state == "running"
    monkeypatch.setattr(amended_work, "hold", hold)
    work(MORNING + timedelta(minutes=1))
    assert [len(events(one, "ticket.promise_moved")) for one in (ticket, held)] == [1, 1]
    assert (fresh(row).state, fresh(row).result["moved"]) == ("done", 2)


def test_one_that_adds_an_objective_promises_it_to_what_is_asked_from_then_on(cast: Any) -> None:
    document = bound(cast.northwind_contract, {}, kind="msa").document
    before, today = opened(cast), cast.now.date()
    bound(
        cast.northwind_contract, {"slo.resolution.high": "540"}, kind="amendment", amends=document, effective_on=today
    )
    with tenancy.everyone():
        agreement = agreement_of(cast.northwind_contract)
        assert services.moves(cast.northwind_contract, agreement, on=today, now=cast.now + HOUR) == []
    act(cast.lea, services.reply, ticket_id=before.pk, body="We look.", now=cast.now + HOUR)
    after = opened(cast, now=cast.now + HOUR)
    assert (verdicts(before, "resolution"), verdicts(after, "resolution")) == ([], ["running"])
    act(cast.lea, services.resolve, ticket_id=before.pk, now=cast.now + 2 * HOUR)
    again = act(cast.ann, services.reopen, ticket_id=before.pk, now=cast.now + 3 * HOUR, reason="Not yet.")
    assert again.status == "in_progress"
    assert verdicts(before, "resolution") == []  # what was never promised isn't by coming back


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
