"""What a corrected priority would do, before it does: it is what then happens, and nothing is written by asking."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from accounts.models import Organization
from common import tenancy
from common.errors import Refused
from slo import services as slo
from slo.history import histories
from tests.contracts.writing import bound
from tests.slo.cases import HOUR, MINUTE, at
from tests.tickets.acting import act, everything, fresh, opened
from tests.tickets.promising import TERMS
from tickets import services
from tickets.models import Ticket, TicketClock
from tickets.priority import Priority
from tickets.rehearsal import Foreseen, Rehearsal, Standing, by_reason
from tickets.services import handling

NOW = at("2026-11-18T14:00")
TARGETS = {**TERMS, "slo.resolution.critical": "240", "slo.resolution.low": "2160", "slo.next_response.high": "60"}


def rehearse(cast: Any, tickets: list[Ticket], to: str, now: datetime | None = None, actor: Any = None) -> Rehearsal:
    found: Rehearsal = act(
        actor or cast.nadia, services.rehearse_priority, ticket_ids=[one.pk for one in tickets], priority=to,
        now=now or cast.now,
    )  # fmt: skip
    return found


def turns(found: Rehearsal) -> list[tuple[str, str]]:
    return [(one.objective, one.turn.value) for one in found.promises]


def dues(found: Rehearsal) -> list[tuple[datetime | None, datetime | None]]:
    return [(one.before.due_at if one.before else None, one.after.due_at) for one in found.promises]


def fingerprint() -> dict[str, tuple[int, ...]]:
    """Each table's rows and their versions: equal only if no row was written, changed or removed."""
    with tenancy.everyone(), connection.cursor() as cursor:
        found = {}
        for model in apps.get_models():
            if not model._meta.managed or model._meta.proxy:
                continue
            cursor.execute(
                "SELECT count(*), coalesce(sum(hashtextextended(t.xmin::text || t.ctid::text, 0)), 0)"
                f' FROM "{model._meta.db_table}" t'
            )
            found[model._meta.label] = tuple(cursor.fetchone())
        return found


class TestWhatItSays:
    """Opened on Wednesday at 10:00; targets 30 (24x7), 120, 540 and 1,080 minutes."""

    @pytest.mark.parametrize(
        ("old", "new", "when", "turn", "due"),
        [
            ("low", "high", "2026-11-18T17:00", "sooner", "2026-11-19T10:00"),
            ("low", "critical", "2026-11-18T20:00", "sooner", "2026-11-18T20:30"),
            ("medium", "high", "2026-11-19T09:30", "stays", "2026-11-19T10:00"),  # the old one was earlier
            ("high", "medium", "2026-11-18T11:00", "later", "2026-11-19T10:00"),  # from submission
            ("high", "low", "2026-11-18T12:00", "later", "2026-11-20T10:00"),  # due at this very instant: not late yet
            ("high", "critical", "2026-11-18T12:01", "late_already", "2026-11-18T12:00"),  # stays as it is judged
        ],
    )
    def test_of_one_promise(self, cast: Any, old: str, new: str, when: str, turn: str, due: str) -> None:
        ticket = opened(cast, priority=old)
        found = rehearse(cast, [ticket], new, at(when))
        assert turns(found) == [("first_response", turn)]
        assert dues(found) == [(ticket.due_at, at(due))]
        assert (found.priority, found.as_of, found.refused, found.is_single) == (new, at(when), (), True)

    def test_of_several_promises_and_after_the_answer_of_those_that_are_owed(self, cast: Any) -> None:
        bound(cast.northwind_contract, TARGETS)
        ticket = opened(cast, priority="medium")
        found = rehearse(cast, [ticket], "critical")
        assert turns(found) == [("first_response", "sooner"), ("resolution", "sooner")]
        assert found.counts["sooner"] == 2
        act(cast.lea, services.reply, ticket_id=ticket.pk, body="Looking at it.", now=cast.now + HOUR)
        assert turns(rehearse(cast, [ticket], "low", cast.now + HOUR)) == [("resolution", "later")]

    def test_a_resolution_that_only_the_higher_priority_promises_begins(self, cast: Any) -> None:
        bound(cast.northwind_contract, {"slo.resolution.critical": "240"})
        ticket = opened(cast, priority="low")
        found = rehearse(cast, [ticket], "critical", cast.now + HOUR)
        assert turns(found) == [("first_response", "sooner"), ("resolution", "starts")]
        assert found.moves[1].before is None

    def test_a_priority_without_a_target_leaves_what_it_had(self, cast: Any) -> None:
        bound(cast.northwind_contract, {"slo.resolution.high": "540"})
        found = rehearse(cast, [opened(cast, priority="high")], "low", cast.now + HOUR)
        assert turns(found) == [("first_response", "later"), ("resolution", "stays")]

    def test_what_pauses_says_what_is_left(self, cast: Any) -> None:
        bound(cast.northwind_contract, TARGETS)
        ticket = paused(cast, opened(cast, priority="high"), HOUR)
        (found,) = rehearse(cast, [ticket], "low", cast.now + 2 * HOUR).promises
        assert (found.before, found.after) == (Standing(None, 17 * HOUR), Standing(None, 35 * HOUR))
        assert (found.turn, found.shift) == ("later", 18 * HOUR)
        (found,) = rehearse(cast, [ticket], "critical", cast.now + 2 * HOUR).promises
        assert (found.after.left, found.turn) == (4 * HOUR, "sooner")  # the new target, from the correction

    def test_what_is_owed_nothing_changes_its_priority_only(self, cast: Any) -> None:
        answered, uncovered = opened(cast), opened(cast, channel="phone")
        act(cast.lea, services.reply, ticket_id=answered.pk, body="Looking at it.", now=cast.now)
        found = rehearse(cast, [answered, uncovered], "low")
        assert (found.promises, found.unpromised, found.moves) == ((), [answered, uncovered], [])

    @pytest.mark.parametrize(("state", "to", "words"), [("cancelled", "low", "closed for good"), ("new", "high", "already has"), ("late", "low", "already late")])  # fmt: skip
    def test_a_refusal_is_named_with_its_reason(self, cast: Any, state: str, to: str, words: str) -> None:
        ticket = opened(cast)
        if state == "cancelled":
            act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="By mistake.", now=cast.now)
        found = rehearse(cast, [ticket], to, cast.now + (3 * HOUR if state == "late" else MINUTE))
        assert (found.tickets, found.promises) == ((), ())
        ((whose, reason),) = found.refused
        assert (whose, words in reason, found.reasons) == (ticket, True, [reason])


def paused(cast: Any, ticket: Ticket, after: timedelta) -> Ticket:
    """A request whose resolution pauses: asked about, which answers it, too."""
    act(
        cast.lea, services.wait_for_client, ticket_id=ticket.pk, question="Which board?", reason="client",
        resume_on=(cast.now + 48 * HOUR).date(), now=cast.now + after,
    )  # fmt: skip
    return ticket


def mixed(cast: Any) -> list[Ticket]:
    """Requests in every situation that a correction meets; as of four hours after submission."""
    bound(cast.northwind_contract, TARGETS)
    every: list[Ticket] = [opened(cast, priority=one) for one in ("critical", "high", "medium", "low")]  # two are late
    every += [opened(cast, client="globex", priority="medium"), opened(cast, channel="phone")]
    answered, asked, waiting, cancelled, judged = (opened(cast, priority="medium") for _n in range(5))
    for one in (answered, asked):
        act(cast.lea, services.reply, ticket_id=one.pk, body="Looking at it.", now=cast.now)
    act(cast.ann, services.reply, ticket_id=asked.pk, body="And now?", now=cast.now + HOUR)
    paused(cast, waiting, HOUR)
    act(cast.ann, services.cancel, ticket_id=cancelled.pk, reason="By mistake.", now=cast.now)
    act(cast.lea, services.prioritize, ticket_id=judged.pk, priority="critical", reason="So.", now=cast.now)
    with tenancy.everyone():
        slo.fire_due(now=cast.now + HOUR)
    return [*every, answered, asked, waiting, cancelled, judged]


def standing(tickets: list[Ticket]) -> dict[tuple[int, str, int], Any]:
    """Every clock as it is: when due, what a pause keeps, its priority and verdict."""
    with tenancy.everyone():
        links = list(TicketClock.objects.filter(ticket__in=tickets).select_related("clock"))
        pasts = histories(one.clock for one in links)
        return {
            (one.ticket_id, one.objective, one.number): (
                one.clock.due_at, pasts[one.clock_id].state.left if one.clock.paused_at else None, one.clock.verdict,
            )
            for one in links
        }  # fmt: skip


@pytest.mark.parametrize("to", list(Priority))
def test_what_is_foreseen_is_what_then_happens(cast: Any, to: str) -> None:
    tickets, now = mixed(cast), cast.now + 4 * HOUR
    before, foreseen = standing(tickets), rehearse(cast, tickets, to, now)
    assert standing(tickets) == before
    outcome = act(
        cast.nadia, services.prioritize_many, ticket_ids=[one.pk for one in tickets], priority=to, reason="One cause.",
        now=now,
    )  # fmt: skip
    after = standing(tickets)
    assert [one.pk for one in foreseen.tickets] == [one.ticket_id for one in outcome.changes]
    assert list(foreseen.refused) == outcome.refused
    assert outcome.changes
    assert outcome.refused
    last = {(ticket, objective): stands for (ticket, objective, _number), stands in sorted(after.items())}
    for one in foreseen.promises:
        assert last[one.ticket.pk, one.objective][:2] == (one.after.due_at, one.after.left)
    moved = {key[:2] for key, stands in after.items() if before.get(key) != stands}
    assert moved == {(one.ticket.pk, one.objective) for one in foreseen.moves}
    assert foreseen.counts["late"] == 0  # no correction makes anything late: domain §5.7


class TestNothingIsWritten:
    def test_no_row_is_new_gone_or_another_version(self, cast: Any) -> None:
        tickets = mixed(cast)
        before, rows = fingerprint(), everything()
        assert rehearse(cast, tickets, "critical", cast.now + 4 * HOUR).moves
        assert (fingerprint(), everything()) == (before, rows)

    def test_a_refusal_for_all_leaves_nothing_behind_either(self, cast: Any) -> None:
        ticket = opened(cast)
        before = fingerprint()
        for person, refusal in ((cast.carl, PermissionDenied), (cast.max, PermissionDenied), (cast.bob, Http404), (cast.julien, Http404)):  # fmt: skip
            with pytest.raises(refusal):
                rehearse(cast, [ticket], "low", actor=person)
        with pytest.raises(Refused, match="at least one"):
            rehearse(cast, [], "low")
        assert fingerprint() == before

    def test_what_waits_for_commit_is_forgotten(
        self, cast: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        record = handling.record

        def recorded(**fact: Any) -> Any:
            transaction.on_commit(lambda: None)
            return record(**fact)

        monkeypatch.setattr(handling, "record", recorded)
        ticket = opened(cast)
        with django_capture_on_commit_callbacks() as waiting:
            rehearse(cast, [ticket], "low")
        assert waiting == []
        with django_capture_on_commit_callbacks() as waiting:
            act(cast.nadia, services.prioritize, ticket_id=ticket.pk, priority="low", reason="So.", now=cast.now)
        assert len(waiting) == 1

    def test_locks_are_given_back_before_the_request_ends(self, transactional_db: Any, cast: Any) -> None:
        ticket = opened(cast)

        def taken() -> int:
            with tenancy.everyone():
                pk: int = Ticket.objects.select_for_update(nowait=True).get(pk=ticket.pk).pk
            connection.close()
            return pk

        with tenancy.user(cast.nadia):
            services.rehearse_priority(actor=cast.nadia, ticket_ids=[ticket.pk], priority="low", now=cast.now)
            with ThreadPoolExecutor(1) as other:
                assert other.submit(taken).result() == ticket.pk


class TestItsFigures:
    """Hand-made promises: `before` and `after` in minutes from now, or nothing."""

    def foreseen(self, before: int | None, after: int, pk: int = 1) -> Foreseen:
        def due(minutes: int) -> Standing:
            return Standing(NOW + minutes * MINUTE)

        return Foreseen(
            Ticket(pk=pk, number=pk), "resolution", None if before is None else due(before), due(after), NOW
        )

    def rehearsal(self, *promises: Foreseen) -> Rehearsal:
        return Rehearsal(Priority.HIGH, NOW, tuple(one.ticket for one in promises), promises, ())

    @pytest.mark.parametrize(
        ("before", "after", "turn"),
        [(60, 30, "sooner"), (60, 90, "later"), (60, 60, "stays"), (60, 0, "sooner"), (60, -1, "late"), (None, 30, "starts"),
         (None, -1, "late"), (-5, -5, "late_already"), (-5, 30, "later")],
    )  # fmt: skip
    def test_what_becomes_of_a_promise(self, before: int | None, after: int, turn: str) -> None:
        assert self.foreseen(before, after).turn == turn

    def test_the_worst_ten_come_first_and_what_stays_is_no_move(self) -> None:
        found = self.rehearsal(
            self.foreseen(60, 90, 1), self.foreseen(60, 60, 2), self.foreseen(60, 30, 3), self.foreseen(10, -1, 4),
            self.foreseen(None, 30, 5), self.foreseen(90, 30, 6), self.foreseen(-5, -5, 7),
            *(self.foreseen(60, 59, pk) for pk in range(10, 17)),
        )  # fmt: skip
        assert [one.ticket.pk for one in found.worst] == [4, 6, 3, 10, 11, 12, 13, 14, 15, 16]
        assert [one.ticket.pk for one in found.others] == [5, 1]
        assert found.counts == {"late": 1, "sooner": 9, "starts": 1, "later": 1, "stays": 1, "late_already": 1}

    def test_refusals_are_grouped_by_their_reason(self) -> None:
        one, other = (Ticket(organization=Organization(key="NW"), number=pk) for pk in (1, 2))
        assert by_reason([(one, "Too late."), (other, "Too late."), (other, "Closed.")]) == [
            "NW-1, NW-2 — Too late.", "NW-2 — Closed.",
        ]  # fmt: skip


def test_a_tickets_own_row_keeps_its_priority(cast: Any) -> None:
    ticket = opened(cast)
    rehearse(cast, [ticket], "critical")
    assert (fresh(ticket).priority, fresh(ticket).due_at) == ("high", ticket.due_at)
