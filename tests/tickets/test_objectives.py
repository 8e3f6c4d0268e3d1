"""The next response and the resolution: what starts, stops, ends and reopens their clocks, by the table of slo/objectives.py."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from common import tenancy
from common.errors import Refused
from contracts import terms
from contracts.agreement import agreement_of
from contracts.models import Contract
from slo import services as slo
from slo.history import problems
from slo.models import Clock
from slo.objectives import OBJECTIVES
from tests.contracts.writing import bound
from tests.slo.cases import DAY, HOUR, MINUTE, at
from tests.tickets.acting import act, events, fresh, lived, opened
from tests.tickets.promising import TERMS, clocks, promised, verdicts
from tickets import services
from tickets.models import Ticket
from tickets.services import moving

NEXT, RESOLUTION = "next_response", "resolution"


def say(actor: Any, ticket: Ticket, when: Any, body: str = "And the other board?", **more: Any) -> None:
    act(actor, services.reply, ticket_id=ticket.pk, body=body, now=when, **more)


def do(actor: Any, ticket: Ticket, what: str, when: Any, **more: Any) -> Ticket:
    done: Ticket = act(actor, getattr(services, what), ticket_id=ticket.pk, now=when, **more)
    return done


def holds(ticket: Ticket) -> None:
    """Every clock's row is what its events come to, and its receipt recomputes."""
    with tenancy.everyone():
        mine = Clock.objects.filter(pk__in=[one.pk for name in OBJECTIVES for one in clocks(ticket, name)])
        assert list(problems(mine, fresh(ticket).active_at + 9 * DAY)) == []


def test_the_registry_lets_pause_what_the_table_does() -> None:
    assert {name: pauses for name, (pauses, *_words) in terms.MAY_PAUSE.items()} == {
        name: one.may_pause for name, one in OBJECTIVES.items()
    }


def test_without_terms_a_request_has_a_first_answer_and_nothing_else(cast: Any) -> None:
    ticket = opened(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 2 * HOUR)
    do(cast.lea, ticket, "resolve", cast.now + 3 * HOUR)
    assert lived(ticket).clock.objective == "first_response"  # the only one there is


# Each line: what happens, hour by hour after submission, and how many next responses have started, by verdict.
@pytest.mark.parametrize(
    ("story", "found"),
    [
        ("ann", []),  # before the first answer nothing more is asked
        ("ann lea", []),
        ("lea ann", ["running"]),
        ("lea ann ann rosa", ["running"]),  # while one runs, no other starts
        ("lea ann lea", ["met"]),
        ("lea ann note", ["running"]),
        ("lea ann lea lea ann", ["met", "running"]),
        ("lea ann cancel", ["void"]),
        ("lea ann resolve", ["met"]),  # with an answer
        ("lea ann resolve reopen", ["met", "running"]),
        ("lea resolve ann", ["running"]),  # a reply to what was resolved takes it up again
    ],
)
def test_the_next_response(cast: Any, story: str, found: list[str]) -> None:
    ticket = promised(cast)
    for hour, word in enumerate(story.split(), start=1):
        when = cast.now + hour * HOUR / 2
        match word:
            case "ann" | "rosa" | "lea":
                say(getattr(cast, word), ticket, when)
            case "note":
                do(cast.lea, ticket, "note", when, body="Same as in May.")
            case "cancel":
                do(cast.ann, ticket, "cancel", when, reason="Not needed.")
            case "resolve":
                do(cast.lea, ticket, "resolve", when, answer="Done.")
            case "reopen":
                do(cast.ann, ticket, "reopen", when, reason="Not yet.")
    assert verdicts(ticket, NEXT) == found
    holds(ticket)


def test_a_question_counts_from_when_it_is_asked_and_the_answer_says_how_it_went(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 6 * HOUR)  # 16:00: two hours today, two tomorrow
    [clock] = clocks(ticket, NEXT)
    assert (clock.started_at, clock.due_at, clock.target_minutes) == (cast.now + 6 * HOUR, at("2026-11-19T11:00"), 240)
    assert fresh(ticket).due_at == clock.due_at  # before the resolution
    say(cast.lea, ticket, at("2026-11-19T11:00") + MINUTE)
    [event] = events(ticket, "ticket.answered")
    assert (event.data["verdict"], event.data["business_seconds"]) == ("missed", 4 * 3600 + 60)
    assert fresh(ticket).due_at == clocks(ticket, RESOLUTION)[0].due_at


def test_nobody_resolves_while_a_question_waits_for_its_answer(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 2 * HOUR)
    with pytest.raises(Refused, match="Answer the client"):
        do(cast.lea, ticket, "resolve", cast.now + 3 * HOUR)
    assert (fresh(ticket).status, verdicts(ticket, NEXT), verdicts(ticket, RESOLUTION)) == (
        "in_progress", ["running"], ["running"],
    )  # fmt: skip


def test_a_question_by_a_way_that_isnt_covered_is_promised_nothing(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 2 * HOUR, channel=Ticket.Channel.EMAIL)
    assert clocks(ticket, NEXT) == []
    say(cast.ann, ticket, cast.now + 3 * HOUR)
    assert verdicts(ticket, NEXT) == ["running"]


def test_while_the_contract_is_suspended_no_clock_starts(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="suspended")
    say(cast.ann, ticket, cast.now + 2 * HOUR)
    assert clocks(ticket, NEXT) == []


class TestResolution:
    def test_it_runs_from_submission_beside_the_first_answer(self, cast: Any) -> None:
        ticket = promised(cast)
        [clock] = clocks(ticket, RESOLUTION)
        assert (clock.started_at, clock.due_at, clock.term_key) == (
            cast.now, at("2026-11-20T10:00"), "slo.resolution.high",
        )  # fmt: skip
        assert fresh(ticket).due_at == at("2026-11-18T12:00")  # the first answer comes first
        say(cast.lea, ticket, cast.now + HOUR)
        assert fresh(ticket).due_at == clock.due_at

    def test_it_stops_when_the_request_is_resolved(self, cast: Any) -> None:
        ticket = promised(cast)
        do(cast.lea, ticket, "resolve", cast.now + 2 * HOUR, answer="Done.")
        [clock] = clocks(ticket, RESOLUTION)
        assert (clock.verdict, clock.business_seconds, fresh(ticket).due_at) == ("met", 2 * 3600, None)
        do(cast.ann, ticket, "confirm_solved", cast.now + 3 * HOUR)
        holds(ticket)

    def test_reopened_it_goes_on_with_what_was_left(self, cast: Any) -> None:
        ticket = promised(cast)
        do(cast.lea, ticket, "resolve", cast.now + 2 * HOUR + timedelta(seconds=30), answer="Done.")
        do(cast.ann, ticket, "reopen", at("2026-11-23T09:00"), reason="Not yet.")
        first, again = clocks(ticket, RESOLUTION)
        assert (first.verdict, again.verdict, again.target_minutes) == (
            "met",
            "running",
            960,
        )  # begun minutes are the client's loss
        assert again.due_at == at("2026-11-24T16:00")
        do(cast.lea, ticket, "resolve", at("2026-11-23T10:00"), answer="Done again.")
        do(cast.lea, ticket, "reopen", at("2026-11-23T11:00"), reason="By mistake.")
        assert [one.target_minutes for one in clocks(ticket, RESOLUTION)] == [1080, 960, 900]
        holds(ticket)

    @pytest.mark.parametrize("again", ["reply", "reopen", "take"])
    def test_by_whatever_way_it_is_reopened(self, cast: Any, again: str) -> None:
        ticket = promised(cast)
        do(cast.lea, ticket, "resolve", cast.now + HOUR, answer="Done.")
        words = {"reply": {"body": "Not yet."}, "reopen": {"reason": "Not yet."}, "take": {}}[again]
        do(cast.lea if again == "take" else cast.ann, ticket, again, cast.now + 2 * HOUR, **words)
        assert verdicts(ticket, RESOLUTION) == ["met", "running"]

    def test_once_missed_nothing_more_is_promised(self, cast: Any) -> None:
        ticket = promised(cast)
        do(cast.lea, ticket, "resolve", at("2026-11-20T10:01"), answer="Done.")
        do(cast.ann, ticket, "reopen", at("2026-11-20T11:00"), reason="Not yet.")
        assert verdicts(ticket, RESOLUTION) == ["missed"]

    def test_a_request_that_isnt_covered_is_promised_no_resolution(self, cast: Any) -> None:
        ticket = promised(cast, channel=Ticket.Channel.PHONE)
        assert (clocks(ticket, RESOLUTION), fresh(ticket).due_at) == ([], None)


class TestPriority:
    def test_every_running_clock_follows_a_correction(self, cast: Any) -> None:
        ticket = promised(cast, {**TERMS, "slo.resolution.critical": "540", "slo.next_response.critical": "60"})
        say(cast.lea, ticket, cast.now + HOUR)
        say(cast.ann, ticket, cast.now + 2 * HOUR)
        do(cast.lea, ticket, "prioritize", cast.now + 3 * HOUR, priority="critical", reason="All are down.")
        # Critical counts around the clock.
        assert clocks(ticket, NEXT)[0].due_at == cast.now + 4 * HOUR
        assert clocks(ticket, RESOLUTION)[0].due_at == cast.now + 12 * HOUR
        holds(ticket)

    def test_one_that_the_new_priority_does_not_promise_stands_as_it_was(self, cast: Any) -> None:
        ticket = promised(cast, {"slo.resolution.high": "1080"})
        do(cast.lea, ticket, "prioritize", cast.now + HOUR, priority="low", reason="One person only.")
        [clock] = clocks(ticket, RESOLUTION)
        assert (clock.priority, clock.due_at) == ("high", at("2026-11-20T10:00"))

    def test_one_that_only_the_higher_priority_promises_counts_from_the_correction(self, cast: Any) -> None:
        ticket = promised(cast, {"slo.resolution.high": "240"}, priority="low")
        assert clocks(ticket, RESOLUTION) == []
        do(cast.lea, ticket, "prioritize", cast.now + HOUR, priority="high", reason="All are down.")
        assert clocks(ticket, RESOLUTION)[0].due_at == cast.now + 5 * HOUR

    def test_after_a_reopening_a_lower_priority_gives_its_own_target_less_what_was_used(self, cast: Any) -> None:
        ticket = promised(cast, {"slo.resolution.high": "300", "slo.resolution.low": "540"})
        do(cast.lea, ticket, "resolve", cast.now + 2 * HOUR, answer="Done.")
        do(cast.ann, ticket, "reopen", at("2026-11-19T09:00"), reason="Not yet.")
        do(cast.lea, ticket, "prioritize", at("2026-11-19T10:00"), priority="low", reason="One person only.")
        assert clocks(ticket, RESOLUTION)[-1].due_at == at("2026-11-19T16:00")  # nine hours, two of them used
        holds(ticket)

    def test_it_is_not_lowered_once_a_resolution_is_late(self, cast: Any) -> None:
        ticket = promised(cast)
        say(cast.lea, ticket, cast.now + HOUR)
        with pytest.raises(Refused, match="already late"):
            do(cast.lea, ticket, "prioritize", at("2026-11-20T10:01"), priority="low", reason="Later will do.")


def test_an_amendment_moves_every_open_clock(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 2 * HOUR)
    bound(cast.northwind_contract, {"slo.resolution.high": "540"}, kind="msa", effective_on=date(2026, 11, 18))
    with tenancy.everyone():
        agreement = agreement_of(cast.northwind_contract)
        found = services.moves(cast.northwind_contract, agreement, on=date(2026, 11, 18), now=cast.now + 3 * HOUR)
        assert [one.running.objective for one in found] == [RESOLUTION]
        moving.follow(found[0], now=cast.now + 3 * HOUR, since=cast.now + 3 * HOUR)
    assert clocks(ticket, RESOLUTION)[0].due_at == at("2026-11-19T13:00")
    assert fresh(ticket).due_at == clocks(ticket, NEXT)[0].due_at  # still the sooner one
    assert events(ticket, "ticket.promise_moved")[0].data["objective"] == RESOLUTION


def waits(clock: Clock, since: Any) -> None:
    """For a third party, up to three days."""
    slo.pause_clock(clock_id=clock.pk, reason="third_party", resume_by=since + 3 * DAY, question=None, at=since)


def test_an_amendment_moves_a_clock_that_pauses_and_it_is_due_once_it_goes_on(cast: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    (clock,) = clocks(ticket, RESOLUTION)
    with tenancy.everyone():
        waits(clock, cast.now + 2 * HOUR)
        bound(cast.northwind_contract, {"slo.resolution.high": "540"}, kind="msa", effective_on=date(2026, 11, 18))
        agreement = agreement_of(cast.northwind_contract)
        since = cast.now + 3 * HOUR
        (found,) = services.moves(cast.northwind_contract, agreement, on=date(2026, 11, 18), now=since)
        told = found.running.objective, found.pauses, found.upward, found.is_late(since)
        assert told == (RESOLUTION, True, True, False)
        assert found.after == at("2026-11-19T13:00")  # nine hours, if it went on at that instant
        assert moving.follow(found, now=since, since=since) == found.before
        (clock,) = clocks(ticket, RESOLUTION)
        assert (clock.due_at, clock.target_minutes, clock.next_at) == (None, 540, clock.resume_by)
        assert services.moves(cast.northwind_contract, agreement, on=date(2026, 11, 18), now=since) == []
        assert events(ticket, "ticket.promise_moved") == []
        slo.resume_clock(clock_id=clock.pk, by="person", at=cast.now + 4 * HOUR)
    assert clocks(ticket, RESOLUTION)[0].due_at == at("2026-11-19T14:00")
    holds(ticket)


def test_an_amendment_does_not_count_what_paused_before_as_time_that_was_given(cast: Any) -> None:
    """Loosened by an hour, after three hours of pause: it is due an hour later, as a clock is that never paused."""
    ticket = promised(cast, {"slo.resolution.high": "540"})
    say(cast.lea, ticket, cast.now + HOUR)
    (clock,) = clocks(ticket, RESOLUTION)
    with tenancy.everyone():
        waits(clock, cast.now + 2 * HOUR)
        clock = slo.resume_clock(clock_id=clock.pk, by="person", at=cast.now + 5 * HOUR)
        before = clock.due_at
        bound(cast.northwind_contract, {"slo.resolution.high": "600"}, kind="msa", effective_on=date(2026, 11, 18))
        agreement, since = agreement_of(cast.northwind_contract), cast.now + 6 * HOUR
        (found,) = services.moves(cast.northwind_contract, agreement, on=date(2026, 11, 18), now=since)
        assert (found.upward, found.before, found.after - found.before) == (False, before, HOUR)
        assert moving.follow(found, now=since, since=since) == found.after
    assert clocks(ticket, RESOLUTION)[0].due_at == found.after
    holds(ticket)
