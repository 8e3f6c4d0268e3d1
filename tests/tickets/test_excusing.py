"""Excusing a missed promise: a named person of each side, in writing; the verdict stays, and nobody does it alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from accounts.models import Membership
from accounts.services import leave
from common import tenancy
from common.errors import Refused
from slo.receipt import written
from slo.verify_receipt import verify
from tests.tickets.acting import act, clock_of, events, everything, fresh, lived, opened, said, told
from tickets import services

pytestmark = pytest.mark.django_db
WHAT = "first_response"


@pytest.fixture
def missed(cast: Any) -> Any:
    """Answered two hours after it was due."""
    ticket = opened(cast)
    cast.now += timedelta(hours=4)
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="We look into it.", now=cast.now)
    assert clock_of(ticket).verdict == "missed"
    cast.now += timedelta(hours=1)
    return ticket


def propose(cast: Any, who: Any, ticket: Any, reason: str = "Your directory was down.") -> Any:
    return act(who, services.propose_excusal, ticket_id=ticket.pk, objective=WHAT, reason=reason, now=cast.now)


def answer(cast: Any, who: Any, ticket: Any, *, agreed: bool = True, reason: str = "") -> Any:
    return act(
        who, services.answer_excusal, ticket_id=ticket.pk, objective=WHAT, agreed=agreed, reason=reason, now=cast.now
    )


def test_one_side_proposes_the_other_agrees_and_the_verdict_stays(cast: Any, missed: Any) -> None:
    assert propose(cast, cast.max, missed).excusal == "asks_client"
    assert told(missed, "clock.excusal_proposed") == {
        "rosa@example.com": "clock_excusal",
        "carl@example.com": "clock_excusal",
    }
    cast.now += timedelta(hours=1)
    clock = answer(cast, cast.rosa, missed)
    assert (clock.excusal, clock.verdict) == ("agreed", "missed")
    assert told(missed, "clock.excused") == {"max@example.com": "clock_excusal", "ann@example.com": "clock_excusal"}
    past = lived(missed)
    excusal = past.state.excusal
    assert excusal
    assert excusal.answered
    assert (excusal.proposed.by, excusal.answered.by) == (cast.max.pk, cast.rosa.pk)
    assert {name: getattr(clock_of(missed), name) for name in past.columns()} == past.columns()
    with tenancy.everyone():
        paper = json.loads(written(past.receipt(missed.reference, cast.now)))
    assert (paper["excusal"], paper["verdict"], verify(paper)) == ("agreed", "missed", [])
    assert [one["by"]["side"] for one in paper["events"][-2:]] == ["valiantys", "client"]
    proposed = events(missed, "clock.excusal_proposed")[0]
    assert (proposed.audience, proposed.data["message_id"]) == ("client", said(missed)[-1].pk)


def test_the_client_proposes_too_and_a_decline_leaves_the_way_open(cast: Any, missed: Any) -> None:
    assert propose(cast, cast.carl, missed).excusal == "asks_valiantys"
    assert told(missed, "clock.excusal_proposed") == {
        "nadia@example.com": "clock_excusal",
        "max@example.com": "clock_excusal",
    }
    with pytest.raises(Refused, match="why you decline"):
        answer(cast, cast.nadia, missed, agreed=False)
    assert answer(cast, cast.nadia, missed, agreed=False, reason="It was our own fault.").excusal == "declined"
    assert propose(cast, cast.nadia, missed).excusal == "asks_client"


def test_the_side_that_proposed_it_withdraws_it_and_may_propose_again(cast: Any, missed: Any) -> None:
    def withdraw(who: Any, reason: str = "We were wrong.") -> Any:
        return act(who, services.withdraw_excusal, ticket_id=missed.pk, objective=WHAT, reason=reason, now=cast.now)

    with pytest.raises(Refused, match="No excusal waits"):
        withdraw(cast.max)
    propose(cast, cast.max, missed)
    before = everything()
    for who, error in ((cast.rosa, Refused), (cast.lea, PermissionDenied), (cast.gina, Http404)):
        with pytest.raises(error):
            withdraw(who)
    with pytest.raises(Refused, match="Say why you withdraw"):
        withdraw(cast.max, " ")
    assert everything() == before
    assert withdraw(cast.nadia).excusal == "withdrawn"
    assert told(missed, "clock.excusal_withdrawn") == {
        "rosa@example.com": "clock_excusal", "carl@example.com": "clock_excusal",
    }  # fmt: skip
    with tenancy.everyone():
        paper = json.loads(written(lived(missed).receipt(missed.reference, cast.now)))
    assert (paper["excusal"], verify(paper)) == ("withdrawn", [])
    paper["events"][-1]["by"]["side"] = paper["events"][-1]["data"]["side"] = "client"
    assert any(one.startswith("excusal:") for one in verify(paper))
    with pytest.raises(Refused, match="No excusal waits"):
        answer(cast, cast.rosa, missed)
    assert propose(cast, cast.rosa, missed).excusal == "asks_valiantys"


def test_nobody_excuses_alone(cast: Any, missed: Any) -> None:
    propose(cast, cast.rosa, missed)
    before = everything()
    for who, words in ((cast.rosa, "You proposed this yourself"), (cast.carl, "Your own side")):
        with pytest.raises(Refused, match=words):
            answer(cast, who, missed)
    for who in (cast.rosa, cast.nadia):
        with pytest.raises(Refused, match="waits for the other side"):
            propose(cast, who, missed)
    assert everything() == before


def test_what_is_settled_or_never_proposed_takes_no_answer(cast: Any, missed: Any) -> None:
    with pytest.raises(Refused, match="No excusal waits"):
        answer(cast, cast.rosa, missed)
    with pytest.raises(Refused, match="Give a reason"):
        propose(cast, cast.max, missed, "  ")
    propose(cast, cast.max, missed)
    answer(cast, cast.rosa, missed)
    for again in (answer, propose):
        with pytest.raises(Refused, match="excused it already"):
            again(cast, cast.carl, missed)


def test_only_what_is_missed(cast: Any) -> None:
    running, met = opened(cast), opened(cast)
    act(cast.lea, services.reply, ticket_id=met.pk, body="Done.", now=cast.now)
    before = everything()
    for ticket in (running, met):
        with pytest.raises(Refused, match="isn’t missed"):
            propose(cast, cast.rosa, ticket)
    assert everything() == before


def test_who_is_outside_has_left_or_may_not(cast: Any, missed: Any) -> None:
    propose(cast, cast.max, missed)
    with tenancy.everyone():
        cast.julien.refresh_from_db()
    for who, error in (
        (cast.gina, Http404), (cast.julien, Http404), (cast.ann, PermissionDenied), (cast.lea, PermissionDenied),
    ):  # fmt: skip
        for step in (answer, propose):
            with pytest.raises(error):
                step(cast, who, missed)
    with tenancy.everyone():
        row = Membership.objects.get(user=cast.rosa)
    act(cast.carl, leave, membership=row, now=cast.now)
    rosa = fresh(cast.rosa)
    with pytest.raises(Http404):
        answer(cast, rosa, missed)
    assert answer(cast, cast.carl, missed).excusal == "agreed"


def test_it_holds_though_who_proposed_it_has_left_since(cast: Any, missed: Any) -> None:
    propose(cast, cast.rosa, missed)
    with tenancy.everyone():
        row = Membership.objects.get(user=cast.rosa)
    act(cast.carl, leave, membership=row, now=cast.now)
    assert answer(cast, cast.nadia, missed).excusal == "agreed"
    assert told(missed, "clock.excused") == {"ann@example.com": "clock_excusal"}  # who left hears nothing more


def test_the_database_knows_no_excused_promise_that_was_kept(cast: Any) -> None:
    ticket = opened(cast)
    with tenancy.everyone(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE slo_clock SET excusal = 'agreed' WHERE id = %s", [clock_of(ticket).pk])
