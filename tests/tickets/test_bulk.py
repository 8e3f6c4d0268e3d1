"""Several tickets at once: what goes through, what is refused by name, what is never touched, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Assignment
from common import tenancy
from common.errors import Refused
from tests.slo.cases import HOUR
from tests.tickets.acting import act, at_once, clock_of, everything, fresh, opened, said, told, verbs
from tickets import services
from tickets.models import Ticket
from tickets.services import Outcome


def assign(cast: Any, tickets: list[Ticket], to: Any, actor: Any = None) -> Outcome:
    ids = [one.pk for one in tickets]
    done: Outcome = act(actor or cast.nadia, services.assign_many, ticket_ids=ids, assignee=to, now=cast.now)
    return done


def prioritize(cast: Any, tickets: list[Ticket], to: str, actor: Any = None) -> Outcome:
    done: Outcome = act(
        actor or cast.nadia, services.prioritize_many, ticket_ids=[one.pk for one in tickets], priority=to,
        reason="One cause behind all of them.", now=cast.now,
    )  # fmt: skip
    return done


def resolve(cast: Any, tickets: list[Ticket], answer: str = "", actor: Any = None) -> Outcome:
    ids = [one.pk for one in tickets]
    done: Outcome = act(actor or cast.nadia, services.resolve_many, ticket_ids=ids, answer=answer, now=cast.now + HOUR)
    return done


def undo(cast: Any, action: str, outcome: Outcome, actor: Any = None) -> Outcome:
    done: Outcome = act(
        actor or cast.nadia, services.undo_many, action=action, changes=outcome.changes, now=cast.now + 2 * HOUR
    )
    return done


def answered(cast: Any, **more: Any) -> Ticket:
    ticket = opened(cast, **more)
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="I am on it.", now=cast.now)
    return ticket


def reasons(outcome: Outcome) -> dict[str, str]:
    return {ticket.reference: reason for ticket, reason in outcome.refused}


ACTIONS: dict[str, Callable[[Any, list[Ticket], Any], Outcome]] = {
    "assign": lambda cast, tickets, actor: assign(cast, tickets, cast.lea, actor),
    "prioritize": lambda cast, tickets, actor: prioritize(cast, tickets, "critical", actor),
    "resolve": lambda cast, tickets, actor: resolve(cast, tickets, "Done.", actor),
}


class TestAssign:
    def test_each_is_given_and_told_as_one_by_one(self, cast: Any) -> None:
        tickets = [opened(cast), opened(cast, client="globex")]
        outcome = assign(cast, tickets, cast.lea)
        assert [(one.before, one.after) for one in outcome.changes] == [(None, cast.lea.pk)] * 2
        for ticket in tickets:
            assert fresh(ticket).assignee_id == cast.lea.pk
            assert told(ticket, "ticket.assigned") == {cast.lea.email: "ticket_assigned"}

    def test_whoever_serves_one_client_gets_that_ones(self, cast: Any) -> None:
        with tenancy.everyone():
            Assignment.objects.create(organization=cast.globex, user=cast.julien)
        theirs, other = opened(cast, client="globex"), opened(cast)
        outcome = assign(cast, [theirs, other], cast.julien)
        assert fresh(theirs).assignee_id == cast.julien.pk
        assert fresh(other).assignee_id is None
        assert reasons(outcome) == {"NW-1": "Julien Mercier doesn't serve this client: choose someone who does."}

    def test_who_has_it_already_is_named_and_nothing_is_written(self, cast: Any) -> None:
        ticket = opened(cast)
        assign(cast, [ticket], cast.lea)
        free = opened(cast)
        before = everything()
        assert reasons(assign(cast, [ticket], cast.lea)) == {"NW-1": "Léa Fontaine has it already."}
        assert reasons(assign(cast, [free], None)) == {"NW-2": "Nobody has it."}
        assert everything() == before


class TestPrioritize:
    def test_due_times_move_by_the_single_tickets_rule(self, cast: Any) -> None:
        alone, one, other = (opened(cast, priority="low") for _n in range(3))
        act(cast.nadia, services.prioritize, ticket_id=alone.pk, priority="high", reason="So.", now=cast.now)
        outcome = prioritize(cast, [one, other], "high")
        assert [(change.before, change.after) for change in outcome.changes] == [("low", "high")] * 2
        assert {fresh(ticket).due_at for ticket in (alone, one, other)} == {fresh(alone).due_at}
        assert said(one)[-1].body == "One cause behind all of them."

    def test_late_ones_are_not_lowered_and_say_so(self, cast: Any) -> None:
        late, early = opened(cast, now=cast.now - 24 * HOUR), opened(cast)
        outcome = prioritize(cast, [late, early], "low")
        assert (fresh(late).priority, fresh(early).priority) == ("high", "low")
        assert "already late" in reasons(outcome)["NW-1"]

    def test_without_a_reason_nothing_is_written(self, cast: Any) -> None:
        ticket = opened(cast)
        before = everything()
        outcome = act(
            cast.nadia, services.prioritize_many, ticket_ids=[ticket.pk], priority="low", reason=" ", now=cast.now
        )
        assert reasons(outcome) == {"NW-1": "Give a reason: the client reads it."}
        assert everything() == before


class TestResolve:
    def test_only_what_a_person_has_answered(self, cast: Any) -> None:
        done, open_one = answered(cast), opened(cast)
        cancelled = opened(cast)
        act(cast.ann, services.cancel, ticket_id=cancelled.pk, reason="By mistake.", now=cast.now)
        outcome = resolve(cast, [done, open_one, cancelled])
        assert [fresh(one).status for one in (done, open_one, cancelled)] == ["resolved", "new", "cancelled"]
        assert [one.ticket_id for one in outcome.changes] == [done.pk]
        assert reasons(outcome) == {
            "NW-2": "Answer the client before you resolve: no ticket ends without a public answer.",
            "NW-3": "This ticket is closed for good. A reply opens a new one that follows it.",
        }

    def test_a_last_word_goes_to_each_client(self, cast: Any) -> None:
        tickets = [answered(cast), answered(cast, client="globex")]
        resolve(cast, tickets, "Fixed for everybody.")
        for ticket in tickets:
            assert said(ticket)[-1].body == "Fixed for everybody."
            assert set(told(ticket, "ticket.resolution_told").values()) == {"ticket_resolved"}

    def test_staff_close_nothing_for_good(self, cast: Any) -> None:
        ticket = answered(cast)
        resolve(cast, [ticket])
        assert fresh(ticket).closed_at is None
        assert fresh(ticket).closes_at is not None


@pytest.mark.parametrize("action", ACTIONS)
class TestEveryAction:
    def test_no_clock_stops_and_nothing_counts_as_an_answer(self, cast: Any, action: str) -> None:
        tickets = [opened(cast), opened(cast, client="globex")]
        ACTIONS[action](cast, tickets, None)
        for ticket in tickets:
            after = fresh(ticket)
            assert (clock_of(ticket).verdict, after.responded_at) == ("running", None)
            assert after.due_at is not None
            assert "ticket.responded" not in verbs(ticket)
            assert not any(one.is_human_answer for one in said(ticket))

    def test_one_id_out_of_sight_and_nothing_is_changed(self, cast: Any, action: str) -> None:
        mine, foreign = answered(cast, client="globex"), answered(cast)
        with tenancy.everyone():
            Assignment.objects.create(organization=cast.globex, user=cast.julien)
        unknown = Ticket(pk=foreign.pk + 10_000)
        before = everything()
        for other in (foreign, unknown):
            with pytest.raises(Http404):
                ACTIONS[action](cast, [mine, other], cast.julien)
            assert everything() == before
            assert (fresh(mine).assignee_id, fresh(mine).status) == (cast.lea.pk, "in_progress")

    def test_a_client_and_an_account_manager_may_not(self, cast: Any, action: str) -> None:
        ticket = answered(cast)
        before = everything()
        for person in (cast.carl, cast.max):
            with pytest.raises(PermissionDenied):
                ACTIONS[action](cast, [ticket], person)
        with pytest.raises(Http404):
            ACTIONS[action](cast, [ticket], cast.bob)
        assert everything() == before

    def test_the_number_is_bounded(self, cast: Any, action: str) -> None:
        with pytest.raises(Refused, match="at least one"):
            ACTIONS[action](cast, [], None)
        with pytest.raises(Refused, match="100 requests at most"):
            ACTIONS[action](cast, [Ticket(pk=pk) for pk in range(1, 102)], None)

    def test_a_row_twice_is_one(self, cast: Any, action: str) -> None:
        ticket = answered(cast)
        act(cast.nadia, services.assign, ticket_id=ticket.pk, assignee=None, now=cast.now)
        assert len(ACTIONS[action](cast, [ticket, ticket], None).changes) == 1

    def test_it_costs_what_the_single_ones_cost(self, cast: Any, action: str) -> None:
        def cost(number: int) -> int:
            tickets = [answered(cast) for _n in range(number)]
            for one in tickets:
                act(cast.nadia, services.assign, ticket_id=one.pk, assignee=None, now=cast.now)
            with CaptureQueriesContext(connection) as found:
                assert len(ACTIONS[action](cast, tickets, None).changes) == number
            return len(found)

        alone = answered(cast)
        act(cast.nadia, services.assign, ticket_id=alone.pk, assignee=None, now=cast.now)
        with tenancy.user(cast.nadia), CaptureQueriesContext(connection) as single:
            {
                "assign": lambda: services.assign(
                    actor=cast.nadia, ticket_id=alone.pk, assignee=cast.lea, now=cast.now
                ),
                "prioritize": lambda: services.prioritize(
                    actor=cast.nadia, ticket_id=alone.pk, priority="critical", reason="So.", now=cast.now
                ),
                "resolve": lambda: services.resolve(
                    actor=cast.nadia, ticket_id=alone.pk, answer="Done.", now=cast.now + HOUR
                ),
            }[action]()
        few, many = cost(2), cost(6)
        assert (many - few) / 4 <= len(single)

    def test_two_who_overlap_wait_for_each_other(self, transactional_db: Any, cast: Any, action: str) -> None:
        tickets = [answered(cast) for _n in range(4)]
        for one in tickets:
            act(cast.nadia, services.assign, ticket_id=one.pk, assignee=None, now=cast.now)
        outcomes = at_once(
            lambda: ACTIONS[action](cast, tickets, cast.nadia), lambda: ACTIONS[action](cast, tickets[::-1], cast.ada)
        )
        assert sorted(len(one.changes) for one in outcomes) == [0, 4]


class TestUndo:
    def test_each_gets_back_whom_it_had(self, cast: Any) -> None:
        free, taken = opened(cast), opened(cast)
        assign(cast, [taken], cast.ada)
        outcome = undo(cast, "assign", assign(cast, [free, taken], cast.lea))
        assert (fresh(free).assignee_id, fresh(taken).assignee_id) == (None, cast.ada.pk)
        assert len(outcome.changes) == 2
        assert verbs(free)[-1] == "ticket.assigned"

    def test_a_priority_comes_back_with_a_word_in_the_clients_language(self, cast: Any) -> None:
        ticket = opened(cast, priority="low")
        due = fresh(ticket).due_at
        undo(cast, "prioritize", prioritize(cast, [ticket], "high"))
        assert (fresh(ticket).priority, fresh(ticket).due_at) == ("low", due)
        assert said(ticket)[-1].body == "This correction is withdrawn: the priority is what it was before."

    def test_resolved_goes_back_to_work_and_the_client_reads_why(self, cast: Any) -> None:
        ticket = answered(cast)
        undo(cast, "resolve", resolve(cast, [ticket]))
        after, word = fresh(ticket), said(ticket)[-1]
        assert (after.status, after.closes_at, after.resolved_at) == ("in_progress", None, None)
        assert (word.body, word.is_human_answer) == ("We called this resolved by mistake. The work goes on.", False)
        assert told(ticket, "ticket.replied") == {cast.ann.email: "ticket_replied"}

    def test_what_somebody_changed_since_stays(self, cast: Any) -> None:
        one, other = opened(cast), opened(cast)
        outcome = assign(cast, [one, other], cast.lea)
        act(cast.ada, services.assign, ticket_id=one.pk, assignee=cast.ada, now=cast.now)
        undone = undo(cast, "assign", outcome)
        assert (fresh(one).assignee_id, fresh(other).assignee_id) == (cast.ada.pk, None)
        assert reasons(undone) == {"NW-1": "Somebody has changed it since."}
