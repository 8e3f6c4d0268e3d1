"""The ledger of Reserved Hours: granted, drawn, given back by new lines only, and always equal to its account."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import tenancy
from common.errors import Refused
from contracts import services
from contracts.models import Contract, HoursAccount, HoursEntry
from contracts.selectors import hours_entries, hours_of
from tests.tickets.acting import act, everything

TODAY = date(2026, 11, 18)


def grant(cast: Any, minutes: int, actor: Any = None, **more: Any) -> HoursEntry:
    arguments = {"contract": cast.northwind_contract, "worked_on": TODAY, "now": cast.now} | more
    entry: HoursEntry = act(actor or cast.max, services.grant, minutes=minutes, **arguments)
    return entry


def consume(cast: Any, minutes: int, cause_id: int, actor: Any = None) -> int:
    covered: int = act(
        actor or cast.lea, services.consume, contract=cast.northwind_contract, minutes=minutes, worked_on=TODAY,
        cause_kind="work_log", cause_id=cause_id, now=cast.now,
    )  # fmt: skip
    return covered


def reverse(cast: Any, cause_id: int, actor: Any = None) -> HoursEntry | None:
    entry: HoursEntry | None = act(
        actor or cast.max, services.reverse, contract=cast.northwind_contract, cause_kind="work_log", cause_id=cause_id,
        now=cast.now,
    )  # fmt: skip
    return entry


def account(cast: Any) -> HoursAccount:
    with tenancy.everyone():
        found = hours_of(cast.northwind_contract)
    assert found is not None
    return found


def test_a_grant_adds_and_is_listed(cast: Any) -> None:
    grant(cast, 600, memo="November")
    grant(cast, 600, memo="November, once more")
    assert account(cast).balance_minutes == 1200
    with tenancy.everyone():
        assert [entry.memo for entry in hours_entries(cast.northwind_contract)] == ["November, once more", "November"]


def test_the_same_cause_grants_once(cast: Any) -> None:
    grant(cast, 600, cause_kind="period", cause_id=202611)
    with pytest.raises(IntegrityError, match="contracts_hoursentry_once"):
        grant(cast, 600, cause_kind="period", cause_id=202611)
    assert account(cast).balance_minutes == 600


def test_the_same_cause_draws_once(cast: Any) -> None:
    grant(cast, 600)
    consume(cast, 60, 1)
    with pytest.raises(IntegrityError, match="contracts_hoursentry_once"):
        consume(cast, 60, 1)
    assert account(cast).balance_minutes == 540


@pytest.mark.parametrize("minutes", [0, -60])
def test_only_a_positive_number_is_granted(cast: Any, minutes: int) -> None:
    before = everything()
    with pytest.raises(Refused, match="positive"):
        grant(cast, minutes)
    assert everything() == before


def test_on_demand_has_no_reserved_hours(cast: Any) -> None:
    cast.northwind_contract.plan = Contract.Plan.ON_DEMAND
    with pytest.raises(Refused, match="On Demand"):
        grant(cast, 60)
    assert consume(cast, 60, 1) == 60
    assert (account(cast).usage_minutes, account(cast).balance_minutes) == (60, 0)
    reverse(cast, 1)
    assert account(cast).usage_minutes == 0


def test_a_cause_that_drew_nothing_has_nothing_to_give_back(cast: Any) -> None:
    assert consume(cast, 60, 1) == 0
    assert reverse(cast, 1) is None
    assert account(cast).balance_minutes == 0


def test_a_second_reversal_is_refused_by_the_database(cast: Any) -> None:
    grant(cast, 60)
    consume(cast, 60, 1)
    reverse(cast, 1)
    with pytest.raises(IntegrityError, match="contracts_hoursentry_"):
        reverse(cast, 1)
    assert account(cast).balance_minutes == 60


@pytest.mark.parametrize("sql", ["UPDATE contracts_hoursentry SET minutes = 9999", "DELETE FROM contracts_hoursentry"])
@pytest.mark.parametrize("who", ["ada", "carl"])
def test_nobody_rewrites_a_line(cast: Any, who: str, sql: str) -> None:
    grant(cast, 60)
    with pytest.raises(DatabaseError, match="permission denied"), tenancy.user(getattr(cast, who)):
        transaction.get_connection().cursor().execute(sql)


def test_the_account_can_not_be_driven_below_zero_by_anyone(cast: Any) -> None:
    grant(cast, 60)
    with pytest.raises(IntegrityError, match="contracts_hours_not_negative"), tenancy.everyone():
        HoursAccount.objects.update(consumed_minutes=61)


def test_who_may_grant_draw_and_reverse(cast: Any) -> None:
    grant(cast, 60)
    for service in (
        lambda who: grant(cast, 60, actor=who),
        lambda who: consume(cast, 15, 9, actor=who),
        lambda who: reverse(cast, 9, actor=who),
    ):
        with pytest.raises(PermissionDenied):
            service(cast.ann)
        with pytest.raises(Http404):
            service(cast.bob)
    with pytest.raises(PermissionDenied):
        grant(cast, 60, actor=cast.lea)


STEPS = st.lists(
    st.tuples(st.just("grant"), st.integers(1, 600))
    | st.tuples(st.just("consume"), st.integers(1, 400))
    | st.tuples(st.just("reverse"), st.integers(1, 10)),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, on_demand=st.booleans())
def test_after_any_history_the_lines_add_up_to_the_account(
    cast: Any, steps: list[tuple[str, int]], on_demand: bool
) -> None:
    contract = cast.northwind_contract
    with tenancy.everyone():
        start = transaction.savepoint()
        contract.plan = Contract.Plan.ON_DEMAND if on_demand else Contract.Plan.TOTAL_CARE
        balance = usage = 0
        drawn: dict[int, int] = {}  # cause → minutes, as long as they aren't given back
        same = {"actor": None, "contract": contract, "now": cast.now}
        cause = {"cause_kind": "work_log", "worked_on": TODAY}
        for number, (kind, value) in enumerate(steps, start=1):
            if kind == "grant" and not on_demand:
                services.grant(minutes=value, worked_on=TODAY, **same)
                balance += value
            elif kind == "consume":
                covered = services.consume(minutes=value, cause_id=number, **same, **cause)
                assert covered == (value if on_demand else min(value, balance))
                drawn[number] = covered
                balance, usage = (balance, usage + covered) if on_demand else (balance - covered, usage)
            elif kind == "reverse" and value in drawn:
                services.reverse(cause_kind="work_log", cause_id=value, **same)
                back = drawn.pop(value)
                balance, usage = (balance, usage - back) if on_demand else (balance + back, usage)
            found = HoursAccount.objects.filter(contract=contract).first() or HoursAccount()
            lines = HoursEntry.objects.filter(account__contract=contract).aggregate(sum=Sum("minutes"))["sum"] or 0
            assert (found.balance_minutes, found.usage_minutes) == (balance, usage)
            assert lines == balance - usage
            assert balance >= 0
        transaction.savepoint_rollback(start)


class TestLastDay:
    def test_a_lot_may_say_by_when_it_is_to_be_used(self, cast):
        entry = act(
            cast.ada, services.grant, contract=cast.northwind_contract, minutes=60, worked_on=date(2026, 11, 1),
            expires_on=date(2027, 1, 31), now=cast.now,
        )  # fmt: skip
        assert entry.expires_on == date(2027, 1, 31)

    def test_a_last_day_before_the_grant_is_refused_and_nothing_is_written(self, cast):
        with pytest.raises(Refused, match="choose a later one"):
            act(
                cast.ada, services.grant, contract=cast.northwind_contract, minutes=60, worked_on=date(2026, 11, 1),
                expires_on=date(2026, 10, 31), now=cast.now,
            )  # fmt: skip
        with tenancy.everyone():
            assert hours_of(cast.northwind_contract) is None
