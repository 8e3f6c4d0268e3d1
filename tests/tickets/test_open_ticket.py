"""Opening a ticket: number, promise, clock, event and mails; or nothing at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, User
from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from contracts.models import Clause, Contract
from slo import services as slo
from slo.models import BusinessCalendar
from tests.contracts.writing import bound
from tests.slo.cases import MICROSECOND, at
from tests.tickets.acting import act, at_once, clock_of, events, everything, fresh, opened, told
from tickets.models import Message, TicketClock


def test_it_keeps_what_was_said_and_who_said_it(cast: Any) -> None:
    ticket = fresh(opened(cast, subject="  The board is empty "))
    assert (ticket.subject, ticket.requester_id, ticket.status, ticket.priority) == (
        "The board is empty", cast.ann.pk, "new", "high",
    )  # fmt: skip
    assert (ticket.opened_at, ticket.active_at, ticket.contract_id) == (cast.now, cast.now, cast.northwind_contract.pk)
    with tenancy.everyone():
        message = Message.objects.get(ticket=ticket)
    assert (message.author_id, message.audience, message.is_human_answer) == (cast.ann.pk, "client", False)


def test_numbers_follow_each_other_for_each_client_apart(cast: Any) -> None:
    references = [opened(cast, client=client).reference for client in ("northwind", "globex", "northwind", "globex")]
    assert references == ["NW-1", "GLX-1", "NW-2", "GLX-2"]


def test_what_fails_takes_no_number(cast: Any) -> None:
    opened(cast, external_ref="CRM-1")
    with pytest.raises(Refused, match="CRM-1"):
        opened(cast, external_ref="CRM-1")
    assert opened(cast).reference == "NW-2"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_numbered_without_gaps(cast: Any) -> None:
    def one(client: str) -> int:
        return opened(cast, client=client).number

    numbers = at_once(*(lambda client=client: one(client) for client in ["northwind", "globex"] * 4))
    assert sorted(numbers[::2]) == sorted(numbers[1::2]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("client", "priority", "minutes", "due"),
    [
        ("northwind", "critical", 30, "2026-11-18T10:30"),  # Premium halves the first two
        ("northwind", "high", 120, "2026-11-18T12:00"),
        ("northwind", "medium", 540, "2026-11-19T10:00"),
        ("northwind", "low", 1080, "2026-11-20T10:00"),
        ("globex", "critical", 60, "2026-11-18T11:00"),
        ("globex", "high", 240, "2026-11-18T14:00"),
        ("globex", "medium", 540, "2026-11-19T10:00"),
        ("globex", "low", 1080, "2026-11-20T10:00"),
    ],
)
def test_the_promise_is_the_targets_of_the_tier(cast: Any, client: str, priority: str, minutes: int, due: str) -> None:
    ticket = fresh(opened(cast, client=client, priority=priority))
    clock = clock_of(ticket)
    assert (clock.target_minutes, clock.due_at, clock.priority) == (minutes, at(due), priority)
    assert (ticket.due_at, clock.started_at, clock.next_at) == (clock.due_at, cast.now, clock.warn_at)


def test_a_critical_ticket_at_night_runs_on_the_calendar_that_never_closes(cast: Any) -> None:
    night = at("2026-11-21T23:30")  # a Saturday
    critical, high = clock_of(opened(cast, priority="critical", now=night)), clock_of(opened(cast, now=night))
    assert (critical.due_at, critical.edition.calendar_id) == (at("2026-11-22T00:00"), cast.always.pk)
    assert (high.due_at, high.edition.calendar_id) == (at("2026-11-23T11:00"), cast.paris.pk)


def test_without_a_calendar_of_its_own_a_critical_ticket_waits_for_the_morning(cast: Any) -> None:
    clock = clock_of(opened(cast, client="globex", priority="critical", now=at("2026-11-21T23:30")))
    assert clock.due_at == at("2026-11-23T10:00")


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_channel_that_is_not_covered_starts_no_clock_and_is_served_all_the_same(cast: Any, channel: str) -> None:
    ticket = opened(cast, channel=channel)
    with tenancy.everyone():
        assert not TicketClock.objects.filter(ticket=ticket).exists()
    assert fresh(ticket).due_at is None
    (event,) = events(ticket)
    assert (event.data["covered"], event.data["clock_id"]) == (False, None)
    assert told(ticket)[cast.ann.email] == "ticket_opened"


def clause(cast: Any, key: str, value: str, effective_on: date = date(2026, 1, 1)) -> Clause:
    return bound(cast.northwind_contract, {key: value}, title="Order", effective_on=effective_on)


def test_the_clock_keeps_the_clause_that_promised(cast: Any) -> None:
    won = clause(cast, "slo.first_response.high", "45")
    clock = clock_of(opened(cast))
    assert (clock.target_minutes, clock.due_at, clock.contract_ref) == (
        45,
        at("2026-11-18T10:45"),
        cast.northwind_contract.pk,
    )
    assert clock.term_key == "slo.first_response.high"
    assert clock.provenance == {
        "source": "clause", "key": "slo.first_response.high", "document": "Order", "kind": "order", "edition": "1",
        "clause": "4.2", "clause_id": won.pk, "effective_on": "2026-01-01",
    }  # fmt: skip


def test_a_default_says_that_it_is_one(cast: Any) -> None:
    clock = clock_of(opened(cast))
    assert clock.provenance == {"source": "default", "key": "slo.first_response.high"}


def test_the_day_of_submission_is_the_day_in_paris(cast: Any) -> None:
    clause(cast, "slo.first_response.high", "45", effective_on=date(2026, 11, 19))
    before, after = (clock_of(opened(cast, now=at(when))) for when in ("2026-11-18T23:59", "2026-11-19T00:01"))
    assert (before.target_minutes, after.target_minutes) == (120, 45)


def test_the_warning_comes_at_the_contracts_share_of_the_target(cast: Any) -> None:
    clause(cast, "slo.warning", "50")
    clock = clock_of(opened(cast))
    assert clock.warn_at == at("2026-11-18T11:00")


def test_who_asked_gets_a_receipt_and_the_team_is_told(cast: Any) -> None:
    ticket = opened(cast)
    assert told(ticket) == {cast.ann.email: "ticket_opened", cast.lea.email: "ticket_opened_staff"}
    (event,) = events(ticket)
    assert (event.verb, event.actor_id, event.at, event.audience) == ("ticket.opened", cast.ann.pk, cast.now, "client")
    assert event.data == {"priority": "high", "channel": "portal", "covered": True, "clock_id": clock_of(ticket).pk}


def test_nobody_is_told_of_a_historical_clients_tickets_and_live_ticks_leave_them_alone(cast: Any) -> None:
    with tenancy.everyone():
        Organization.objects.filter(pk=cast.northwind.pk).update(is_historical=True)
    cast.northwind.is_historical = True
    ticket = opened(cast)
    assert told(ticket) == {}
    clock = clock_of(ticket)
    assert clock.historical


def test_a_consultant_opens_for_a_client_and_answers_nothing_by_it(cast: Any) -> None:
    ticket = fresh(opened(cast, actor=cast.lea, requester=cast.ann))
    assert (ticket.requester_id, ticket.responded_at) == (cast.ann.pk, None)
    clock = clock_of(ticket)
    assert clock.stopped_at is None


def suspended(cast: Any) -> dict[str, Any]:
    act(cast.ada, contracts.suspend, contract=cast.northwind_contract, now=cast.now)
    return {}


def ended(cast: Any) -> dict[str, Any]:
    act(cast.ada, contracts.end, contract=cast.northwind_contract, now=cast.now)
    return {}


def changed(cast: Any, **fields: Any) -> dict[str, Any]:
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(**fields)
    return {}


def without_edition(cast: Any) -> dict[str, Any]:
    return changed(cast, calendar=BusinessCalendar.objects.create(name="empty"))


def not_yet_open(cast: Any) -> dict[str, Any]:
    later = BusinessCalendar.objects.create(name="later")
    slo.publish_edition(
        actor=None, calendar=later, zone="Europe/Paris", weekly={"0": [["09:00", "18:00"]]}, holidays={},
        effective_at=cast.now + MICROSECOND, now=cast.now,
    )  # fmt: skip
    return changed(cast, calendar=later)


REFUSED = {
    "a contract of another client": (lambda cast: {"contract": cast.globex_contract}, "belongs to another client"),
    "a contract suspended since the page was shown": (suspended, "not active"),
    "a contract ended since the page was shown": (ended, "has ended"),
    "a draft": (lambda cast: changed(cast, status="draft"), "not active"),
    "a contract that begins tomorrow": (lambda cast: changed(cast, starts_on=date(2026, 11, 19)), "not active"),
    "a contract whose last day was yesterday": (lambda cast: changed(cast, ends_on=date(2026, 11, 17)), "has ended"),
    "a calendar without an edition": (without_edition, "no business calendar"),
    "a calendar that begins a microsecond later": (not_yet_open, "no business calendar"),
    "no subject": (lambda cast: {"subject": "  \n"}, "Write a subject"),
    "no text": (lambda cast: {"body": " "}, "Write a subject"),
    "a subject without end": (lambda cast: {"subject": "a" * 201}, "under 200"),
    "a secret in the text": (lambda cast: {"body": "Password: hunter2hunter"}, "secret"),
    "a secret in the subject": (lambda cast: {"subject": "mdp=azerty123"}, "secret"),
    "a requester of another client": (lambda cast: {"actor": cast.lea, "requester": cast.bob}, "doesn't belong"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_it_refuses_and_writes_nothing(cast: Any, why: str) -> None:
    arrange, words = REFUSED[why]
    arguments = arrange(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        opened(cast, **arguments)
    assert everything() == before


def test_the_last_day_of_a_contract_still_counts(cast: Any) -> None:
    changed(cast, ends_on=date(2026, 11, 18))
    assert opened(cast).reference == "NW-1"


def test_its_first_and_last_days_are_those_in_paris(cast: Any) -> None:
    changed(cast, starts_on=date(2026, 11, 19), ends_on=date(2026, 11, 19))
    for when, words in (("2026-11-18T23:59", "not active"), ("2026-11-20T00:01", "has ended")):
        with pytest.raises(Refused, match=words):
            opened(cast, now=at(when))
    assert opened(cast, now=at("2026-11-19T00:01")).reference == "NW-1"


@pytest.mark.parametrize("who", ["bob", "julien"])
def test_for_outsiders_the_client_does_not_exist(cast: Any, who: str) -> None:
    before, outsider = everything(), getattr(cast, who)
    with pytest.raises(Http404):
        opened(cast, actor=outsider)
    assert everything() == before


def test_an_unlisted_role_may_not(cast: Any) -> None:
    with tenancy.everyone():
        User.objects.filter(pk=cast.lea.pk).update(staff_role="observer")
    with pytest.raises(PermissionDenied):
        opened(cast, actor=User.objects.get(pk=cast.lea.pk))


def test_a_submission_does_not_wait_for_another_under_the_same_contract(cast: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        opened(cast)
    locks = [one["sql"] for one in asked if " FOR " in one["sql"]]
    assert [sql.rpartition(" FOR ")[2] for sql in locks] == ["SHARE"]
    assert len(asked) <= 20  # of which seven are the scope and the savepoints of the test
