"""Correcting a priority: what it does to the due instant (domain §5.7), and what the client sees of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common import tenancy
from common.errors import Refused
from slo import services as slo
from slo.models import Clock
from tests.contracts.writing import bound
from tests.slo.cases import HOUR, MICROSECOND, MINUTE, at
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told
from tickets import services
from tickets.models import Ticket


def prioritize(cast: Any, ticket: Ticket, to: str, when: datetime | timedelta = HOUR, actor: Any = None) -> Ticket:
    now = when if isinstance(when, datetime) else cast.now + when
    done: Ticket = act(
        actor or cast.lea, services.prioritize, ticket_id=ticket.pk, priority=to, reason="As agreed by phone.", now=now
    )
    return done


@pytest.mark.parametrize(
    ("old", "new", "when", "due"),
    [  # opened on Wednesday at 10:00; targets 30 (24x7), 120, 540 and 1,080 minutes
        ("low", "medium", "2026-11-18T11:00", "2026-11-19T11:00"),  # counted from the correction
        ("low", "high", "2026-11-18T17:00", "2026-11-19T10:00"),
        ("low", "critical", "2026-11-18T20:00", "2026-11-18T20:30"),  # never closes for critical
        ("medium", "high", "2026-11-19T09:30", "2026-11-19T10:00"),  # the old one was earlier: nothing gains time
        ("high", "critical", "2026-11-18T11:45", "2026-11-18T12:00"),
        ("high", "medium", "2026-11-18T11:00", "2026-11-19T10:00"),  # from submission
        ("high", "low", "2026-11-18T12:00", "2026-11-20T10:00"),  # at the due instant it is not late yet
        ("critical", "high", "2026-11-18T10:15", "2026-11-18T12:00"),
        ("critical", "low", "2026-11-18T10:15", "2026-11-20T10:00"),
    ],
)
def test_the_due_instant_moves_as_the_domain_says(cast: Any, old: str, new: str, when: str, due: str) -> None:
    ticket = opened(cast, priority=old)
    prioritize(cast, ticket, new, at(when))
    clock, after = clock_of(ticket), fresh(ticket)
    assert (clock.due_at, after.due_at, after.priority, clock.priority) == (at(due), at(due), new, new)
    assert clock.warn_at <= clock.due_at
    assert (clock.next_at, clock.verdict) == (clock.warn_at, "running")
    assert clock.term_key == f"slo.first_response.{new}"
    assert clock.provenance["key"] == clock.term_key


def test_critical_moves_to_the_calendar_that_never_closes_and_back(cast: Any) -> None:
    ticket = opened(cast, now=at("2026-11-21T12:00"))  # a Saturday
    prioritize(cast, ticket, "critical", at("2026-11-21T13:00"))
    assert (clock_of(ticket).edition.calendar_id, clock_of(ticket).due_at) == (cast.always.pk, at("2026-11-21T13:30"))
    prioritize(cast, ticket, "high", at("2026-11-21T13:10"))
    assert (clock_of(ticket).edition.calendar_id, clock_of(ticket).due_at) == (cast.paris.pk, at("2026-11-23T11:00"))


def test_lowering_what_was_raised_never_makes_it_late(cast: Any) -> None:
    ticket = opened(cast, priority="low")
    prioritize(cast, ticket, "high", at("2026-11-19T16:00"))
    assert fresh(ticket).due_at == at("2026-11-19T18:00")
    prioritize(cast, ticket, "medium", at("2026-11-19T16:30"))  # its target from submission passed this morning
    assert fresh(ticket).due_at == at("2026-11-19T18:00")


def test_down_is_refused_once_missed_whether_a_tick_has_said_so_or_not(cast: Any) -> None:
    ticket = opened(cast)
    before = everything()
    for seen in (False, True):
        with pytest.raises(Refused, match="already late"):
            prioritize(cast, ticket, "low", 2 * HOUR + MICROSECOND)
        if not seen:
            assert everything() == before
            with tenancy.everyone():
                slo.fire_due(now=cast.now + 3 * HOUR)
    assert fresh(ticket).priority == "high"


def test_up_once_missed_leaves_the_clock_as_it_was_judged(cast: Any) -> None:
    ticket = opened(cast)
    with tenancy.everyone():
        slo.fire_due(now=cast.now + 3 * HOUR)
    before = clock_of(ticket)
    prioritize(cast, ticket, "critical", 4 * HOUR)
    after = clock_of(ticket)
    for field in Clock._meta.fields:
        assert getattr(after, field.attname) == getattr(before, field.attname)
    assert (fresh(ticket).priority, fresh(ticket).due_at) == ("critical", before.due_at)


def test_its_promises_are_those_of_the_day_of_submission(cast: Any) -> None:
    bound(cast.northwind_contract, {"slo.first_response.high": "10"}, effective_on=date(2026, 11, 19))
    ticket = opened(cast, priority="low")
    prioritize(cast, ticket, "high", at("2026-11-19T10:00"))
    assert clock_of(ticket).due_at == at("2026-11-19T12:00")


def test_after_the_answer_only_the_priority_changes(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="Looking at it.", now=cast.now)
    prioritize(cast, ticket, "low")
    assert (fresh(ticket).priority, fresh(ticket).due_at, clock_of(ticket).priority) == ("low", None, "high")


def test_what_is_not_covered_gets_no_clock_by_it(cast: Any) -> None:
    ticket = opened(cast, channel="phone")
    prioritize(cast, ticket, "critical")
    assert (fresh(ticket).priority, fresh(ticket).due_at) == ("critical", None)


def test_a_new_warning_that_has_passed_already_fires_at_once_and_the_old_one_not_again(cast: Any) -> None:
    ticket = opened(cast, priority="low")
    with tenancy.everyone():
        prioritize(cast, ticket, "high", at("2026-11-19T16:00"))  # warns at 75 % of the time since submission: passed
        assert [one.step for one in slo.fire_due(now=at("2026-11-19T16:01")).fired] == ["warning"]
        prioritize(cast, ticket, "critical", at("2026-11-19T16:05"))
        assert [one.step for one in slo.fire_due(now=at("2026-11-19T16:30")).fired] == []
        assert [one.step for one in slo.fire_due(now=at("2026-11-19T16:36")).fired] == ["breach"]


def test_the_client_reads_the_reason_which_stops_no_clock(cast: Any) -> None:
    ticket = opened(cast)
    prioritize(cast, ticket, "low")
    reason = said(ticket)[-1]
    assert (reason.body, reason.kind, reason.audience) == ("As agreed by phone.", "reason", "client")
    assert (reason.is_human_answer, clock_of(ticket).stopped_at, fresh(ticket).responded_at) == (False, None, None)
    assert told(ticket, "ticket.prioritized") == {cast.ann.email: "ticket_priority"}
    (event,) = events(ticket, "ticket.prioritized")
    assert event.data == {"before": "high", "after": "low", "message_id": reason.pk}


@pytest.mark.parametrize(
    ("to", "reason", "words"),
    [("high", "Why not.", "already has"), ("low", " ", "Give a reason"), ("low", "mdp=azerty123", "secret")],
)
def test_it_refuses_and_writes_nothing(cast: Any, to: str, reason: str, words: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority=to, reason=reason, now=cast.now)
    assert everything() == before
    assert fresh(ticket).due_at == ticket.due_at


def test_a_closed_tickets_priority_stays(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="By mistake.", now=cast.now)
    with pytest.raises(Refused, match="closed for good"):
        prioritize(cast, ticket, "low", MINUTE)


def test_a_client_may_not_and_an_outsider_sees_nothing(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        prioritize(cast, ticket, "critical", actor=cast.ann)
    with pytest.raises(Http404):
        prioritize(cast, ticket, "critical", actor=cast.julien)
