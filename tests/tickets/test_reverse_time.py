"""Taking a time entry back: a new line in the ledger, once, and nothing is edited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from contracts.models import HoursAccount, HoursEntry
from tests.slo.cases import HOUR
from tests.tickets.acting import act, at_once, events, everything, fresh, opened
from tickets import services
from tickets.models import WorkLog

TODAY = date(2026, 11, 18)


def log(cast: Any, minutes: int, granted: int = 60) -> WorkLog:
    if granted:
        act(cast.max, contracts.grant, contract=cast.northwind_contract, minutes=granted, worked_on=TODAY, now=cast.now)
    arguments = {"minutes": minutes, "summary": "Shared the filter", "worked_on": TODAY, "now": cast.now}
    done: WorkLog = act(cast.lea, services.log_time, ticket_id=opened(cast).pk, **arguments)
    return done


def reverse(cast: Any, entry: WorkLog, actor: Any = None) -> WorkLog:
    done: WorkLog = act(actor or cast.nadia, services.reverse_time, work_log_id=entry.pk, now=cast.now + HOUR)
    return done


def lines() -> list[tuple[str, int]]:
    with tenancy.everyone():
        return list(HoursEntry.objects.order_by("id").values_list("kind", "minutes"))


def balance(cast: Any) -> int:
    with tenancy.everyone():
        left: int = HoursAccount.objects.get(contract=cast.northwind_contract).balance_minutes
    return left


def test_a_new_line_gives_the_minutes_back(cast: Any) -> None:
    entry = log(cast, 30)
    reverse(cast, entry)
    assert lines() == [("grant", 60), ("consume", -30), ("reverse", 30)]
    assert balance(cast) == 60
    assert (fresh(entry).reversed_at, fresh(entry).covered_minutes) == (cast.now + HOUR, 30)
    assert events(entry.ticket, "time.reversed")[0].data == {"work_log_id": entry.pk}


def test_it_gives_back_what_was_covered_and_nothing_awaits_any_more(cast: Any) -> None:
    entry = log(cast, 90)
    assert entry.awaiting_minutes == 30
    reverse(cast, entry)
    assert (balance(cast), fresh(entry).awaiting_minutes) == (60, 0)


def test_what_drew_nothing_gives_nothing_back(cast: Any) -> None:
    entry = log(cast, 30, granted=0)
    reverse(cast, entry)
    assert lines() == []
    assert fresh(entry).reversed_at is not None


def test_only_once(cast: Any) -> None:
    entry = log(cast, 30)
    reverse(cast, entry)
    before = everything()
    with pytest.raises(Refused, match="already reversed"):
        reverse(cast, entry)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_refused(cast: Any) -> None:
    entry = log(cast, 30)
    results = at_once(*[lambda: reverse(cast, entry)] * 3)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Refused", "WorkLog"]
    assert (balance(cast), lines().count(("reverse", 30))) == (60, 1)


@pytest.mark.parametrize("who", ["lea", "ann", "carl"])
def test_only_leads_and_account_managers_may(cast: Any, who: str) -> None:
    entry = log(cast, 30)
    with pytest.raises(PermissionDenied):
        reverse(cast, entry, actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["bob", "gina", "julien"])
def test_another_clients_time_does_not_exist(cast: Any, who: str) -> None:
    entry = log(cast, 30)
    with pytest.raises(Http404):
        reverse(cast, entry, actor=getattr(cast, who))


def test_the_account_manager_of_the_client_may(cast: Any) -> None:
    reverse(cast, log(cast, 30), actor=cast.max)
    assert balance(cast) == 60
