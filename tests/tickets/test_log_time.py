"""Logging time: minutes always save, hours are drawn once, and what they don't cover waits for an approver."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from contracts.models import Contract, HoursAccount, HoursEntry
from tests.contracts.writing import bound
from tests.slo.cases import at
from tests.tickets.acting import act, at_once, events, everything, opened, told
from tickets import services
from tickets.models import Ticket, WorkLog

TODAY = date(2026, 11, 18)


def log(cast: Any, ticket: Ticket, minutes: int, worked_on: date = TODAY, actor: Any = None, **more: Any) -> WorkLog:
    arguments = {"summary": "Shared the filter", "now": cast.now} | more
    done: WorkLog = act(
        actor or cast.lea, services.log_time, ticket_id=ticket.pk, minutes=minutes, worked_on=worked_on, **arguments
    )
    return done


def grant(cast: Any, minutes: int, contract: Contract | None = None) -> None:
    act(
        cast.max, contracts.grant, contract=contract or cast.northwind_contract, minutes=minutes,
        worked_on=date(2026, 11, 1), now=cast.now,
    )  # fmt: skip


def account(cast: Any, contract: Contract | None = None) -> HoursAccount:
    with tenancy.everyone():
        return HoursAccount.objects.get(contract=contract or cast.northwind_contract)


@pytest.mark.parametrize(("minutes", "billable"), [(1, 15), (15, 15), (16, 30), (50, 60), (1440, 1440)])
def test_actual_minutes_save_and_billable_ones_are_rounded_up_once(cast: Any, minutes: int, billable: int) -> None:
    grant(cast, 2000)
    entry = log(cast, opened(cast), minutes)
    assert (entry.actual_minutes, entry.billable_minutes, entry.covered_minutes, entry.awaiting_minutes) == (
        minutes, billable, billable, 0,
    )  # fmt: skip
    assert account(cast).balance_minutes == 2000 - billable
    with tenancy.everyone():
        line = HoursEntry.objects.get(cause_kind="work_log", cause_id=entry.pk)
    assert (line.kind, line.minutes, line.worked_on, line.actor_id) == ("consume", -billable, TODAY, cast.lea.pk)


def test_beyond_the_balance_it_saves_and_the_approvers_are_told(cast: Any) -> None:
    grant(cast, 20)
    ticket = opened(cast)
    entry = log(cast, ticket, 50)
    assert (entry.billable_minutes, entry.covered_minutes, entry.awaiting_minutes) == (60, 20, 40)
    assert account(cast).balance_minutes == 0
    assert told(ticket, "time.logged") == {cast.rosa.email: "time_awaiting_approval"}
    assert log(cast, ticket, 10).awaiting_minutes == 15
    assert account(cast).balance_minutes == 0


def test_covered_time_troubles_nobody(cast: Any) -> None:
    grant(cast, 60)
    ticket = opened(cast)
    entry = log(cast, ticket, 50)
    assert told(ticket, "time.logged") == {}
    assert events(ticket, "time.logged")[0].data == {
        "work_log_id": entry.pk, "contract_id": cast.northwind_contract.pk, "actual": 50, "billable": 60, "covered": 60,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_several_at_once_can_not_overdraw(cast: Any) -> None:
    grant(cast, 100)
    tickets = [opened(cast) for _ in range(6)]
    entries = at_once(*(lambda ticket=ticket: log(cast, ticket, 30) for ticket in tickets))
    assert sum(entry.covered_minutes for entry in entries) == 100
    assert sum(entry.awaiting_minutes for entry in entries) == 6 * 30 - 100
    assert sorted(entry.covered_minutes for entry in entries) == [0, 0, 10, 30, 30, 30]
    assert account(cast).balance_minutes == 0


def test_on_demand_contracts_post_to_usage(cast: Any) -> None:
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(plan="on_demand")
    entry = log(cast, opened(cast), 50)
    assert (entry.covered_minutes, entry.awaiting_minutes) == (60, 0)
    assert (account(cast).usage_minutes, account(cast).balance_minutes) == (60, 0)


def test_the_increment_is_the_contracts_on_the_day_worked(cast: Any) -> None:
    bound(cast.northwind_contract, {"hours.increment": "30"}, effective_on=TODAY)
    ticket = opened(cast)
    billable = [log(cast, ticket, 16, day).billable_minutes for day in (TODAY, TODAY - timedelta(days=1))]
    assert billable == [30, 30]
    assert [log(cast, ticket, 31, day).billable_minutes for day in (TODAY, TODAY - timedelta(days=1))] == [60, 45]


class TestTheContractLiveOnTheDayWorked:
    @pytest.fixture
    def old(self, cast: Any) -> Contract:
        with tenancy.everyone():
            contract: Contract = Contract.objects.create(
                organization=cast.northwind, reference="NW-2025", status="ended", starts_on=date(2025, 1, 1),
                ends_on=date(2025, 12, 31), calendar=cast.paris,
            )  # fmt: skip
        return contract

    def test_draws_from_its_hours_though_it_has_ended_since(self, cast: Any, old: Contract) -> None:
        grant(cast, 60, old)
        grant(cast, 60)
        entry = log(cast, opened(cast), 30, date(2025, 12, 31))
        assert entry.contract_id == old.pk
        assert (account(cast, old).balance_minutes, account(cast).balance_minutes) == (30, 60)

    def test_work_done_before_an_end_or_a_suspension_is_never_lost(self, cast: Any) -> None:
        ticket = opened(cast)
        for change in (contracts.suspend, contracts.end):
            act(cast.ada, change, contract=cast.northwind_contract, now=cast.now)
            assert log(cast, ticket, 15).contract_id == cast.northwind_contract.pk
        with pytest.raises(Refused, match="No contract"):
            log(cast, ticket, 15, TODAY + timedelta(days=1), now=cast.now + timedelta(days=1))

    def test_a_day_without_any_is_refused(self, cast: Any) -> None:
        ticket = opened(cast)
        with pytest.raises(Refused, match="No contract"):
            log(cast, ticket, 15, date(2025, 12, 31))

    def test_a_draft_or_another_clients_contract_does_not_count(self, cast: Any, old: Contract) -> None:
        with tenancy.everyone():
            Contract.objects.filter(pk=old.pk).update(status="draft")
            Contract.objects.filter(pk=cast.globex_contract.pk).update(starts_on=date(2025, 1, 1))
        ticket = opened(cast)
        with pytest.raises(Refused, match="No contract"):
            log(cast, ticket, 15, date(2025, 12, 31))


REFUSED = {
    "no minutes": ({"minutes": 0}, "between one minute and a day"),
    "less than none": ({"minutes": -5}, "between one minute and a day"),
    "more than a day": ({"minutes": 1441}, "between one minute and a day"),
    "a day to come": ({"minutes": 15, "worked_on": TODAY + timedelta(days=1)}, "hasn't come"),
    "no words": ({"minutes": 15, "summary": " "}, "what the time was for"),
    "too many words": ({"minutes": 15, "summary": "a" * 201}, "200 characters"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_it_refuses_and_writes_nothing(cast: Any, why: str) -> None:
    arguments, words = REFUSED[why]
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        log(cast, ticket, **arguments)
    assert everything() == before


def test_after_midnight_in_paris_it_is_already_the_next_day(cast: Any) -> None:
    ticket = opened(cast)
    tomorrow = TODAY + timedelta(days=1)
    assert log(cast, ticket, 15, tomorrow, now=at("2026-11-19T00:01")).worked_on == tomorrow


@pytest.mark.parametrize("who", ["ann", "carl", "max"])
def test_only_consultants_and_leads_log_time(cast: Any, who: str) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        log(cast, ticket, 15, actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["bob", "julien"])
def test_for_outsiders_the_ticket_does_not_exist(cast: Any, who: str) -> None:
    ticket = opened(cast)
    with pytest.raises(Http404):
        log(cast, ticket, 15, actor=getattr(cast, who))
