"""Withdrawn: with a reason that both sides read, and a running clock ends void."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common import tenancy
from common.errors import Refused
from slo import services as slo
from tests.slo.cases import HOUR, MICROSECOND
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said
from tickets import services
from tickets.models import Ticket


def cancel(cast: Any, actor: Any, ticket: Ticket, after: timedelta = HOUR, reason: str = "By mistake.") -> Ticket:
    done: Ticket = act(actor, services.cancel, ticket_id=ticket.pk, reason=reason, now=cast.now + after)
    return done


@pytest.mark.parametrize("who", ["ann", "lea"])
def test_a_running_clock_ends_void(cast: Any, who: str) -> None:
    ticket = opened(cast)
    cancel(cast, getattr(cast, who), ticket)
    clock, after = clock_of(ticket), fresh(ticket)
    assert (clock.verdict, clock.void_reason, clock.judged_at) == ("void", "cancelled", cast.now + HOUR)
    assert (clock.stopped_at, clock.next_at) == (None, None)
    assert (after.status, after.closed_at, after.due_at, after.responded_at) == (
        "cancelled",
        cast.now + HOUR,
        None,
        None,
    )
    with tenancy.everyone():
        assert slo.fire_due(now=cast.now + 24 * HOUR).claimed == 0


def test_the_reason_is_read_by_both_and_answers_nothing(cast: Any) -> None:
    ticket = opened(cast)
    cancel(cast, cast.lea, ticket)
    reason = said(ticket)[-1]
    assert (reason.body, reason.kind, reason.audience, reason.is_human_answer) == (
        "By mistake.",
        "reason",
        "client",
        False,
    )
    assert events(ticket, "ticket.cancelled")[0].data["message_id"] == reason.pk


@pytest.mark.parametrize(("after", "verdict"), [(2 * HOUR, "void"), (2 * HOUR + MICROSECOND, "missed")])
def test_a_late_clock_is_missed_though_no_tick_has_said_so(cast: Any, after: timedelta, verdict: str) -> None:
    ticket = opened(cast)
    cancel(cast, cast.lea, ticket, after)
    assert clock_of(ticket).verdict == verdict


def test_a_judged_clock_keeps_its_verdict(cast: Any) -> None:
    met, missed = opened(cast), opened(cast)
    act(cast.lea, services.reply, ticket_id=met.pk, body="Looking at it.", now=cast.now)
    with tenancy.everyone():
        slo.fire_due(now=cast.now + 3 * HOUR)
    for ticket in (met, missed):
        cancel(cast, cast.ann, ticket, 4 * HOUR)
    assert [clock_of(ticket).verdict for ticket in (met, missed)] == ["met", "missed"]


@pytest.mark.parametrize(("reason", "words"), [(" ", "Give a reason"), ("pwd=S3cr3t!x", "secret")])
def test_without_a_reason_or_with_a_secret_it_is_refused(cast: Any, reason: str, words: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        cancel(cast, cast.ann, ticket, reason=reason)
    assert everything() == before


def test_resolved_can_not_be_cancelled(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.resolve, ticket_id=ticket.pk, answer="Done.", now=cast.now)
    with pytest.raises(Refused, match="present status"):
        cancel(cast, cast.ann, ticket)


def test_an_account_manager_may_not_and_an_outsider_sees_nothing(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        cancel(cast, cast.max, ticket)
    with pytest.raises(Http404):
        cancel(cast, cast.bob, ticket)
