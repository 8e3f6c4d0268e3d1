"""What a client contests of a promise, and what we may answer; once, in words, and never to a verdict's harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404

from common import tenancy
from common.errors import Refused
from slo import services as slo
from slo.attainment import Outcome
from slo.fold import Kind
from tests.slo.cases import HOUR, at
from tests.slo.living import Life
from tests.tickets.acting import act, clock_of, events, everything, fresh, lived, opened, said, told
from tickets import contesting, services
from tickets.contesting import About, Contestable, Lowered
from tickets.models import Contest

WHAT = "first_response"


def offered(ticket: Any, past: Any) -> list[Contestable]:
    with tenancy.everyone():
        return services.contestable_of(ticket, past)


def contest(cast: Any, who: Any, ticket: Any, about: str, words: str = "It blocks us all.") -> Contest:
    past = lived(ticket) if about != "coverage" else None
    key = next((one.key for one in offered(ticket, past) if one.about == about), about)
    found: Contest = act(
        who, services.contest, ticket_id=ticket.pk, objective=WHAT, what=key, words=words, now=cast.now
    )
    return found


def settle(cast: Any, who: Any, found: Contest, outcome: str, reason: str = "We looked again.") -> Contest:
    settled: Contest = act(
        who, services.settle_contest, contest_id=found.pk, outcome=outcome, reason=reason, now=cast.now
    )
    return settled


def lowered(cast: Any) -> Any:
    ticket = opened(cast)
    cast.now += timedelta(minutes=10)
    act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="low", reason="It can wait.", now=cast.now)
    cast.now += timedelta(minutes=10)
    return ticket


class TestTheRule:
    """Without a database."""

    def test_without_a_clock_that_nothing_is_promised_can_be_contested(self) -> None:
        assert contesting.contestable(None, [], at("2026-11-10T09:00")) == [
            Contestable(About.COVERAGE, at("2026-11-10T09:00"))
        ]

    def test_what_happened_the_newest_first_and_nothing_once_it_is_missed(self) -> None:
        one = Life()
        one.starts(at("2026-11-10T09:00"), 240)
        down = [Lowered(at("2026-11-10T09:30"), "high", "low")]
        one.pauses(at("2026-11-10T10:00"), at("2026-11-12T10:00"))
        state = one.resumes(at("2026-11-10T12:30"))
        found = contesting.contestable(state, down, state.started_at)
        assert [(one.about, one.before) for one in found] == [("pause", ""), ("priority", "high")]
        assert contesting.contested_time(state, at("2026-11-10T10:00"), at("2026-11-30T10:00")) == 2.5 * HOUR
        assert contesting.contested_time(state, at("2026-11-10T11:00"), at("2026-11-30T10:00")) == 0 * HOUR
        met = one.happens(Kind.STOPPED, at("2026-11-10T13:00"), 8)
        assert [one.about for one in contesting.contestable(met, down, met.started_at)] == [
            "verdict",
            "pause",
            "priority",
        ]
        late = Life()
        late.starts(at("2026-11-10T09:00"), 240)
        missed = late.happens(Kind.STOPPED, at("2026-11-12T13:00"), 8)
        assert contesting.contestable(missed, down, missed.started_at) == []

    @pytest.mark.parametrize(("about", "ends", "can_raise", "expected"), [
        ("priority", None, True, ["upheld", "corrected", "conceded"]),
        ("priority", "met", False, ["upheld", "conceded"]),
        ("pause", None, False, ["upheld", "corrected", "conceded"]),
        ("pause", "met", False, ["upheld", "conceded"]),
        ("verdict", "met", False, ["upheld", "conceded"]),
        ("verdict", "void", False, ["upheld", "conceded"]),
        ("coverage", "none", False, ["upheld", "conceded"]),
        ("priority", "missed", False, ["upheld"]),
    ])  # fmt: skip
    def test_what_may_be_answered(self, about: str, ends: str | None, can_raise: bool, expected: list[str]) -> None:
        one, since = Life(), at("2026-11-10T10:00")
        state = one.starts(at("2026-11-10T09:00"), 240)
        if about == "pause":
            state = one.pauses(since, at("2026-11-12T10:00"))
        if ends in {"met", "void"}:
            kind = Kind.STOPPED if ends == "met" else Kind.VOIDED
            state = one.happens(kind, at("2026-11-10T11:00"), 8, reason="duplicate")
        if ends == "missed":
            state = one.happens(Kind.STOPPED, at("2026-11-12T11:00"), 8)
        found = contesting.outcomes(about, since, None if ends == "none" else state, can_raise=can_raise)
        assert found == [Outcome(one) for one in expected]


@pytest.mark.django_db
class TestAContest:
    """Through the services."""

    def test_a_lowered_priority_is_given_back(self, cast: Any) -> None:
        ticket = lowered(cast)
        before = clock_of(ticket).due_at
        found = contest(cast, cast.ann, ticket, "priority")
        assert (found.before, found.clock_id, found.outcome) == ("high", clock_of(ticket).pk, "")
        assert told(ticket, "clock.contested") == {
            "nadia@example.com": "clock_contest",
            "max@example.com": "clock_contest",
        }
        assert clock_of(ticket).due_at == before  # nothing moves by contesting
        settled = settle(cast, cast.nadia, found, "corrected")
        assert (settled.outcome, fresh(ticket).priority) == ("corrected", "high")
        assert clock_of(ticket).due_at < before
        assert fresh(ticket).due_at == clock_of(ticket).due_at
        assert told(ticket, "clock.contest_settled") == {"ann@example.com": "clock_contest"}
        assert fresh(settled).answer_id == said(ticket)[-1].pk
        assert [one.audience for one in events(ticket, "clock.contested")] == ["client"]

    def test_an_account_manager_cannot_give_a_priority_back_and_may_concede(self, cast: Any) -> None:
        ticket = lowered(cast)
        found = contest(cast, cast.rosa, ticket, "priority")
        with pytest.raises(Refused, match="upheld or conceded"):
            settle(cast, cast.max, found, "corrected")
        assert settle(cast, cast.max, found, "conceded").outcome == "conceded"
        assert fresh(ticket).priority == "low"

    def test_a_pause_ends(self, cast: Any, monkeypatch: Any) -> None:
        ticket = opened(cast)
        monkeypatch.setattr("slo.history.may_pause", lambda *_said: True)
        with tenancy.everyone():
            slo.pause_clock(
                clock_id=clock_of(ticket).pk, reason="third_party", question=None, actor_id=cast.lea.pk, at=cast.now,
                resume_by=cast.now + timedelta(days=2),
            )  # fmt: skip
        cast.now += timedelta(hours=1)
        found = contest(cast, cast.ann, ticket, "pause")
        settle(cast, cast.nadia, found, "corrected")
        clock = clock_of(ticket)
        assert clock.paused_at is None
        assert (
            fresh(ticket).due_at == clock.due_at == cast.now + timedelta(hours=2)
        )  # high, premium: two hours were left

    @pytest.mark.parametrize("verdict", ["met", "void"])
    def test_a_verdict_stands_though_we_concede(self, cast: Any, verdict: str) -> None:
        ticket = opened(cast)
        if verdict == "met":
            act(cast.lea, services.reply, ticket_id=ticket.pk, body="Hello.", now=cast.now)
        else:
            act(cast.lea, services.cancel, ticket_id=ticket.pk, reason="A double.", now=cast.now)
        found = contest(cast, cast.ann, ticket, "verdict", "That was no answer.")
        settle(cast, cast.nadia, found, "conceded")
        assert clock_of(ticket).verdict == verdict
        with pytest.raises(Refused, match="contested before"):
            contest(cast, cast.rosa, ticket, "verdict")

    def test_that_nothing_is_promised(self, cast: Any) -> None:
        ticket = opened(cast, channel="email")
        found = contest(cast, cast.ann, ticket, "coverage", "Our contract covers mails.")
        assert found.clock_id is None
        assert settle(cast, cast.nadia, found, "upheld").outcome == "upheld"

    def test_what_cannot_be_contested_or_settled(self, cast: Any) -> None:
        ticket, other = lowered(cast), opened(cast)
        found = contest(cast, cast.ann, ticket, "priority")
        before = everything()
        for who, thing, about, words, match in (
            (cast.ann, ticket, "verdict", "Why?", "Choose what you contest"),
            (cast.ann, other, "priority", "Why?", "Choose what you contest"),
            (cast.ann, ticket, "priority", " ", "in your own words"),
            (cast.rosa, ticket, "priority", "Again.", "contested before"),
        ):
            with pytest.raises(Refused, match=match):
                contest(cast, who, thing, about, words)
        for outcome, reason, match in (("upheld", "", "Give a reason"), ("nonsense", "So.", "Choose how")):
            with pytest.raises(Refused, match=match):
                settle(cast, cast.nadia, found, outcome, reason)
        assert everything() == before
        settle(cast, cast.nadia, found, "upheld")
        with pytest.raises(Refused, match="settled already"):
            settle(cast, cast.max, found, "conceded")

    def test_a_missed_promise_counts_as_it_is(self, cast: Any) -> None:
        ticket = lowered(cast)
        cast.now += timedelta(days=10)
        act(cast.lea, services.reply, ticket_id=ticket.pk, body="Late.", now=cast.now)
        with pytest.raises(Refused, match="counts as missed"):
            contest(cast, cast.ann, ticket, "priority")

    def test_who_is_outside_or_may_not(self, cast: Any) -> None:
        ticket = lowered(cast)
        found = contest(cast, cast.ann, ticket, "priority")
        for who, error in ((cast.bob, Http404), (cast.julien, Http404), (cast.lea, PermissionDenied)):
            with pytest.raises(error):
                contest(cast, who, ticket, "priority")
            with pytest.raises(error):
                settle(cast, who, found, "upheld")
        for who in (cast.ann, cast.rosa):
            with pytest.raises(PermissionDenied):
                settle(cast, who, found, "conceded")

    def test_what_is_settled_never_changes_whoever_asks(self, cast: Any) -> None:
        found = settle(cast, cast.nadia, contest(cast, cast.ann, lowered(cast), "priority"), "upheld")
        with tenancy.everyone(), pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE tickets_contest SET outcome = 'conceded' WHERE id = %s", [found.pk])


@pytest.mark.django_db
def test_a_client_withdraws_what_it_contests_until_it_is_settled(cast: Any) -> None:
    ticket = lowered(cast)
    found = contest(cast, cast.ann, ticket, "priority")

    def withdraw(who: Any, reason: str = "It was agreed.") -> Contest:
        ended: Contest = act(who, services.withdraw_contest, contest_id=found.pk, reason=reason, now=cast.now)
        return ended

    before = everything()
    for who, error in ((cast.nadia, PermissionDenied), (cast.gina, Http404)):
        with pytest.raises(error):
            withdraw(who)
    with pytest.raises(Refused, match="Say why you withdraw"):
        withdraw(cast.rosa, "")
    assert everything() == before
    ended = withdraw(cast.rosa)
    assert (ended.outcome, ended.settled_by) == (Outcome.WITHDRAWN, cast.rosa)
    assert set(told(ticket, "clock.contest_withdrawn").values()) == {"clock_contest"}
    with pytest.raises(Refused, match="was withdrawn"):
        settle(cast, cast.nadia, found, "upheld")
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw(cast.ann)
