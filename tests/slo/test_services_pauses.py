"""Pausing and going on, by a person, the client or a date; moving to another edition; and who is second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.utils import IntegrityError

from common import tenancy
from common.errors import Refused
from slo import services
from slo.carrying import micros
from slo.history import history_of
from slo.models import Clock, ClockEvent
from slo.services import Asleep
from tests.slo.cases import ALWAYS, DAY, HOUR, MINUTE, OFFICE
from tests.slo.test_services_clocks import columns, start, stop, void
from tests.slo.test_services_tick import tick
from tests.tickets.acting import at_once


def pause(clock: Clock, when: datetime, until: datetime, **more: Any) -> Clock:
    with tenancy.everyone():
        values = {"reason": "client", "question": 5, "resume_by": until, "at": when, "actor_id": 1}
        return services.pause_clock(clock_id=clock.pk, **values | more)


def resume(clock: Clock, when: datetime, by: str = "activity") -> Clock:
    with tenancy.everyone():
        return services.resume_clock(clock_id=clock.pk, by=by, at=when)


def kinds(clock: Clock) -> list[str]:
    with tenancy.everyone():
        return list(ClockEvent.objects.filter(clock=clock).order_by("number").values_list("kind", flat=True))


def row_says_what_its_events_do(clock: Clock) -> None:
    with tenancy.everyone():
        past = history_of(Clock.objects.get(pk=clock.pk))
        assert {name: getattr(past.clock, name) for name in past.columns()} == past.columns()


def test_while_it_pauses_nothing_is_due_and_then_what_was_left_counts_on(cast: Any) -> None:
    clock = start(cast, pausable=True)
    held = pause(clock, cast.now + HOUR, cast.now + 3 * DAY)
    assert (held.due_at, held.warn_at, held.next_at, held.resume_by) == (
        None,
        None,
        cast.now + 3 * DAY,
        cast.now + 3 * DAY,
    )
    row_says_what_its_events_do(clock)
    went_on = resume(clock, cast.now + 2 * HOUR)
    assert (went_on.due_at, went_on.warn_at) == (cast.now + 5 * HOUR, cast.now + 4 * HOUR)
    assert (went_on.paused_at, went_on.next_at, went_on.allowed_seconds) == (None, went_on.warn_at, 4 * 3600)
    stopped = stop(clock, cast.now + 5 * HOUR)
    assert (stopped.verdict, stopped.business_seconds) == ("met", 4 * 3600)
    assert kinds(clock) == ["started", "paused", "resumed", "stopped"]
    row_says_what_its_events_do(clock)


def test_an_answer_ends_a_pause_and_is_in_time(cast: Any) -> None:
    clock = start(cast, pausable=True)
    pause(clock, cast.now + HOUR, cast.now + 30 * DAY)
    stopped = stop(clock, cast.now + 9 * DAY)
    assert (stopped.verdict, stopped.business_seconds, stopped.paused_at, stopped.next_at) == ("met", 3600, None, None)
    row_says_what_its_events_do(clock)


def test_a_second_pause_and_a_second_going_on_change_nothing(cast: Any) -> None:
    clock = start(cast, pausable=True)
    resume(clock, cast.now)
    pause(clock, cast.now + HOUR, cast.now + DAY)
    pause(clock, cast.now + 2 * HOUR, cast.now + 2 * DAY)
    resume(clock, cast.now + 3 * HOUR)
    resume(clock, cast.now + 4 * HOUR)
    assert kinds(clock) == ["started", "paused", "resumed"]
    assert columns(clock)["due_at"] == cast.now + 6 * HOUR


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"question": None}, "Ask the client a question"),
        ({"resume_by": None}, "Choose a later date"),
    ],
)
def test_a_pause_needs_a_question_and_a_date(cast: Any, more: dict[str, Any], words: str) -> None:
    clock = start(cast, pausable=True)
    if "resume_by" in more:
        more = {"resume_by": cast.now}
    with pytest.raises(Refused, match=words):
        pause(clock, cast.now, cast.now + DAY, **more)
    assert pause(clock, cast.now, cast.now + DAY, reason="third_party", question=None).paused_at == cast.now


def test_a_first_answer_does_not_pause_unless_its_contract_says_so(cast: Any) -> None:
    clock = start(cast)
    with pytest.raises(Refused, match="does not pause"):
        pause(clock, cast.now + HOUR, cast.now + DAY)
    assert pause(start(cast, objective="resolution"), cast.now + HOUR, cast.now + DAY).paused_at
    with pytest.raises(Refused, match="does not pause"):
        pause(start(cast, objective="resolution", pausable=False), cast.now + HOUR, cast.now + DAY)
    assert kinds(clock) == ["started"]


def test_what_is_missed_or_over_does_not_pause(cast: Any) -> None:
    late = start(cast, pausable=True)
    with pytest.raises(Refused, match="already missed"):
        pause(late, cast.now + 5 * HOUR, cast.now + DAY)
    over = start(cast, pausable=True)
    stop(over, cast.now + HOUR)
    assert pause(over, cast.now + 2 * HOUR, cast.now + DAY).paused_at is None
    gone = start(cast, pausable=True)
    pause(gone, cast.now + HOUR, cast.now + DAY)
    ended = void(gone, cast.now + 2 * HOUR)
    assert (ended.verdict, ended.paused_at, ended.next_at) == ("void", None, None)
    row_says_what_its_events_do(gone)


@pytest.mark.django_db(transaction=True)
class TestWithTheTick:
    def test_by_its_date_it_goes_on_by_itself_however_late_the_tick_sees_it(self, cast: Any, worker: None) -> None:
        clock = start(cast, pausable=True)
        pause(clock, cast.now + HOUR, cast.now + 2 * HOUR)
        assert tick(cast.now + 2 * HOUR).claimed == 0  # at the instant itself it hasn't passed
        batch = tick(cast.now + 4 * HOUR)
        assert (batch.fired, batch.asleep) == ([], [Asleep(cast.northwind.pk, clock.pk, cast.now + 2 * HOUR)])
        resume(clock, batch.asleep[0].resume_by, by="date")  # by whoever knows whose it is
        assert columns(clock)["due_at"] == cast.now + 5 * HOUR
        late = cast.now + 9 * DAY
        assert [one.step for one in tick(late).fired] == ["warning", "breach"]
        assert tick(late).claimed == 0
        assert kinds(clock) == ["started", "paused", "resumed", "missed"]
        row_says_what_its_events_do(clock)
        with tenancy.engine():
            assert ClockEvent.objects.get(clock=clock, kind="resumed").data == {"by": "date"}

    def test_nothing_fires_while_it_pauses_though_the_hint_is_wrong(self, cast: Any, worker: None) -> None:
        clock = start(cast, pausable=True)
        pause(clock, cast.now + HOUR, cast.now + 9 * DAY)
        with tenancy.engine():
            Clock.objects.update(next_at=cast.now)  # as a restored backup might
        assert tick(cast.now + DAY).fired == []
        assert (columns(clock)["next_at"], kinds(clock)) == (cast.now + 9 * DAY, ["started", "paused"])

    def test_two_who_let_it_go_on_at_once_are_one(self, cast: Any, worker: None) -> None:
        for _number in range(3):
            clock = start(cast, pausable=True)
            pause(clock, cast.now + HOUR, cast.now + 9 * DAY)
            results = at_once(*[lambda clock=clock: resume(clock, cast.now + 2 * HOUR, "person")] * 3)
            assert [one.due_at for one in results] == [cast.now + 5 * HOUR] * 3
            assert kinds(clock) == ["started", "paused", "resumed"]

    def test_an_answer_and_the_tick_at_once_leave_one_verdict_and_a_row_that_says_what_its_events_do(
        self, cast: Any, worker: None
    ) -> None:
        for number in range(3):
            clock = start(cast, started_at=cast.now + number * MINUTE)
            late = clock.due_at + timedelta(seconds=1)  # type: ignore[operator]
            at_once(lambda clock=clock, late=late: stop(clock, late), lambda late=late: tick(late))
            tick(late)
            assert columns(clock)["verdict"] == "missed"
            assert sorted(kinds(clock)) in (["missed", "started", "stopped"], ["started", "stopped"])
            row_says_what_its_events_do(clock)

    @pytest.mark.parametrize("sql", ["UPDATE slo_clockevent SET number = 9", "DELETE FROM slo_clockevent"])
    def test_an_event_is_for_ever(self, cast: Any, worker: None, sql: str) -> None:
        start(cast)
        with pytest.raises(DatabaseError, match="permission denied"), tenancy.engine(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_a_client_sees_its_own_events_alone_and_two_have_never_one_number(self, cast: Any, worker: None) -> None:
        clock = start(cast)
        with tenancy.organizations(cast.globex.pk):
            assert ClockEvent.objects.count() == 0
        with tenancy.organizations(cast.northwind.pk):
            assert ClockEvent.objects.count() == 1
        with pytest.raises(IntegrityError, match="slo_clockevent_number"), tenancy.engine():
            ClockEvent.objects.create(organization=cast.northwind, clock=clock, number=1, kind="stopped", at=cast.now)
        with pytest.raises(IntegrityError, match="slo_clockevent_clock_tenant"), tenancy.engine():
            ClockEvent.objects.create(organization=cast.globex, clock=clock, number=2, kind="stopped", at=cast.now)


class TestEditions:
    def publish(self, cast: Any, weekly: Any, effective_at: datetime) -> Any:
        return services.publish_edition(
            actor=None, calendar=cast.paris, zone="Europe/Paris", weekly=weekly, holidays={}, effective_at=effective_at,
            now=cast.now,
        )  # fmt: skip

    def test_what_is_published_before_the_start_rules_from_its_instant(self, cast: Any) -> None:
        self.publish(cast, ALWAYS, cast.now + 2 * HOUR)
        clock = start(cast, 10 * 60)
        assert clock.due_at == cast.now + 10 * HOUR  # office hours till noon, then around the clock
        assert clock.edition.number == 2
        assert services.edition_at(cast.paris.pk, cast.now).number == 1

    def test_what_is_published_later_changes_nothing_until_the_clock_is_moved(self, cast: Any) -> None:
        clock, done = start(cast, 10 * 60), start(cast, 10 * 60)
        stop(done, cast.now + HOUR)
        judged = columns(done)
        newer = self.publish(cast, ALWAYS, cast.now + 2 * HOUR)
        row_says_what_its_events_do(clock)
        assert columns(clock)["due_at"] == cast.now + DAY + 2 * HOUR - HOUR
        with tenancy.everyone():
            for one in (clock, done, clock):
                services.move_to_calendar(clock_id=one.pk, edition=newer, at=cast.now + HOUR)
        assert (columns(clock)["due_at"], columns(clock)["edition_id"]) == (cast.now + 10 * HOUR, newer.pk)
        assert (kinds(clock), columns(done)) == (["started", "calendar_moved"], judged)
        row_says_what_its_events_do(clock)

    def test_many_are_moved_in_one_statement_by_whoever_writes_their_rows(self, cast: Any) -> None:
        early, late = start(cast, 10 * 60), start(cast, 20 * 60, started_at=cast.now + MINUTE)
        newer = self.publish(cast, ALWAYS, cast.now + 2 * HOUR)
        at = (
            cast.now + 3 * HOUR
        )  # a batch that comes an hour late counts by the new edition from its effective instant on
        with tenancy.everyone():
            for clock in Clock.objects.select_related("edition"):
                old, new, since = clock.edition.known, newer.known, newer.effective_at
                due, warn = (
                    new.add(since, old.between(since, one)) if one and one > since else one
                    for one in (clock.due_at, clock.warn_at)
                )
                Clock.objects.filter(pk=clock.pk).update(due_at=due, warn_at=warn, edition=newer)
            services.remember_moves(
                edition=newer,
                moves=(
                    [one.organization_id for one in (early, late)],
                    [early.pk, late.pk],
                    [2, 2],
                    [micros(newer.effective_at)] * 2,
                ),
            )
            services.remember_moves(edition=newer, moves=([], [], [], []))
        for clock in (early, late):
            row_says_what_its_events_do(clock)
            assert kinds(clock) == ["started", "calendar_moved"]
        assert columns(early)["due_at"] == cast.now + 10 * HOUR
        stop(late, at)
        row_says_what_its_events_do(late)

    def test_what_was_counted_stays_when_the_calendar_changes(self, cast: Any) -> None:
        clock = start(cast, 120)
        never_open_then = self.publish(cast, {"6": OFFICE["0"]}, cast.now + HOUR)
        with tenancy.everyone():
            moved = services.move_to_calendar(clock_id=clock.pk, edition=never_open_then, at=cast.now + HOUR)
            past = history_of(moved)
        assert past.state.elapsed(cast.now + HOUR) == HOUR
        assert (moved.due_at, moved.allowed_seconds) == (cast.now + 4 * DAY, 7200)  # Sunday, from nine to ten
