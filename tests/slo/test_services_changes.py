"""A change of a calendar: drafted, shown by what it would do, published; open clocks moved in batches, closed ones never."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from common import long_work, tenancy
from common.errors import Refused
from slo import history, services
from slo.carrying import carried, carried_many, instant, micros
from slo.models import BusinessCalendar, CalendarChange, Clock, ClockEvent
from slo.timeline import Edition, Timeline
from tests.slo import reference
from tests.slo.cases import ALWAYS, OFFICE, at, calendar

pytestmark = pytest.mark.django_db
NOW = at("2026-11-18T10:00")  # a Wednesday in Paris
SATURDAYS = OFFICE | {"5": [["09:00", "18:00"]]}
SHORT = {str(day): [["10:00", "16:00"]] for day in range(5)}


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's scope is lent to the tests' role, at a time that stands still."""
    declare = tenancy.declare

    def declared(scope: tenancy.Scope) -> datetime:
        declare(scope)
        return NOW

    monkeypatch.setattr(tenancy, "declare", declared)
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)


@pytest.fixture
def lyon(cast: Any) -> BusinessCalendar:
    made = BusinessCalendar.objects.create(name="Lyon")
    services.publish_edition(
        actor=None, calendar=made, zone="Europe/Paris", weekly=OFFICE, holidays={}, effective_at=NOW - timedelta(days=90),
        now=NOW,
    )  # fmt: skip
    return made


def started(cast: Any, lyon: BusinessCalendar, minutes: int = 600, **more: Any) -> Clock:
    """Ten hours from nine o'clock: until ten o'clock the next day."""
    values: dict[str, Any] = {
        "organization_id": cast.northwind.pk, "objective": "first_response", "contract_ref": 1, "priority": "low",
        "term_key": "slo.first_response.low", "provenance": {}, "edition": services.edition_at(lyon.pk, NOW),
        "target_minutes": minutes, "warn_percent": 75, "started_at": at("2026-11-18T09:00"),
    }  # fmt: skip
    with tenancy.everyone():
        return services.start_clock(**values | more)


def drafted(
    actor: User, lyon: BusinessCalendar, weekly: Any = SHORT, effective_at: datetime | None = None, **more: Any
) -> CalendarChange:
    values: dict[str, Any] = {"zone": "Europe/Paris", "holidays": {}, "now": NOW} | more
    with tenancy.everyone():
        return services.draft_change(actor=actor, calendar=lyon, weekly=weekly, effective_at=effective_at, **values)


def work(change: CalendarChange, now: datetime = NOW) -> CalendarChange:
    """As a worker without tickets does it."""

    def batch(row: CalendarChange, _now: datetime) -> bool:
        if row.edition is None:
            return services.foresee_batch(row, now)
        ids = list(services.open_clocks(row, now).values_list("pk", flat=True))
        row.result = services.summed(row.result, services.move_clocks(change=row, clock_ids=ids, now=now), now)
        return True

    long_work.work(CalendarChange, batch)
    with tenancy.everyone():  # each row is what its events come to, and its receipt holds
        assert list(history.problems(Clock.objects.order_by("pk"), NOW)) == []
    return fresh(change)


def fresh(row: Any) -> Any:
    with tenancy.everyone():
        return type(row).objects.get(pk=row.pk)


def published(actor: User, change: CalendarChange, now: datetime = NOW) -> CalendarChange:
    with tenancy.everyone():
        return services.publish_change(actor=actor, change=change, text_hash=change.text_hash, now=now)


def test_a_preview_counts_and_moves_nothing(cast, lyon):
    """Nine hours of the ten are left at ten o'clock: eight until 18:00 under the old hours, six a day under the new."""
    clock, other = started(cast, lyon), started(cast, lyon, organization_id=cast.globex.pk)
    started(cast, lyon, minutes=30)  # late
    change = work(drafted(cast.ada, lyon))
    assert change.state == "done"
    assert (change.result["moved"], change.result["sooner"], change.result["later"]) == (2, 0, 2)
    assert change.result["newly_late"] == 0
    assert change.result["clients"] == {str(cast.northwind.pk): [1, 0], str(cast.globex.pk): [1, 0]}
    assert change.result["worst"][0] == [
        clock.pk, cast.northwind.pk, at("2026-11-19T10:00").isoformat(), at("2026-11-19T13:00").isoformat(),
    ]  # fmt: skip
    assert [fresh(one).due_at for one in (clock, other)] == [at("2026-11-19T10:00")] * 2
    assert lyon.editions.count() == 1


def test_published_it_moves_what_the_preview_said_and_leaves_the_rest(cast, lyon):
    moving, late = started(cast, lyon), started(cast, lyon, minutes=30)
    soon = started(cast, lyon, minutes=420)  # nothing of the new hours touches it before 16:00
    answered = started(cast, lyon)
    with tenancy.everyone():
        services.stop_clock(clock_id=answered.pk, at=NOW)
    historical = started(cast, lyon, historical=True)
    kept = {one.pk: fresh(one).due_at for one in (late, answered, historical)}
    change = work(published(cast.ada, work(drafted(cast.ada, lyon))))
    assert (change.status, change.edition.number, change.result["moved"]) == ("published", 2, 1)
    assert change.foreseen == change.result
    assert fresh(moving).due_at == at("2026-11-19T13:00")
    assert fresh(moving).edition_id == fresh(soon).edition_id == change.edition_id
    assert fresh(soon).due_at == soon.due_at
    for one in (late, answered, historical):
        assert (fresh(one).due_at, fresh(one).edition_id) == (kept[one.pk], one.edition_id)


def test_the_warning_goes_with_the_promise_and_next_at_with_either(cast, lyon):
    warning, warned, aside = (started(cast, lyon) for _n in range(3))
    with tenancy.everyone():
        Clock.objects.filter(pk=warned.pk).update(next_at=warned.due_at)
        Clock.objects.filter(pk=aside.pk).update(next_at=NOW + timedelta(hours=1))
    work(published(cast.ada, work(drafted(cast.ada, lyon, weekly=SATURDAYS | {"2": [["09:00", "12:00"]]}))))
    assert fresh(warning).warn_at == at("2026-11-19T13:30")  # six and a half hours of use were left, two today
    assert fresh(warning).next_at == fresh(warning).warn_at
    assert fresh(warned).next_at == fresh(warned).due_at == at("2026-11-19T16:00")
    assert fresh(aside).next_at == NOW + timedelta(hours=1)


def test_from_an_instant_to_come_only_what_is_due_after_it_moves(cast, lyon):
    tomorrow = at("2026-11-19T09:30")
    before, after = started(cast, lyon, minutes=560), started(cast, lyon, minutes=900)
    change = work(published(cast.ada, work(drafted(cast.ada, lyon, weekly=ALWAYS, effective_at=tomorrow))))
    assert change.result["moved"] == 0  # until 18:00 both are open
    assert (fresh(before).edition_id, fresh(after).edition_id) == (before.edition_id, change.edition_id)
    later = started(cast, lyon, minutes=1_100)  # it knows what is published
    assert (later.edition_id, later.due_at) == (change.edition_id, at("2026-11-19T18:20"))


def test_one_that_began_a_moment_too_early_to_know_the_edition_is_moved_as_well(cast, lyon):
    with tenancy.everyone():
        read = services.edition_at(lyon.pk, NOW)
    change = work(published(cast.ada, work(drafted(cast.ada, lyon, weekly=ALWAYS, effective_at=NOW))))
    hurried = started(cast, lyon, minutes=1_100, edition=read)
    assert hurried.edition_id == read.pk
    with tenancy.everyone():
        assert services.adopt_editions(now=NOW) == 1
    assert work(change).result["moved"] == 1
    assert (fresh(hurried).edition_id, fresh(hurried).due_at) == (change.edition_id, at("2026-11-19T03:20"))


def test_a_clock_that_pauses_is_moved_with_what_is_left_of_it(cast, lyon):
    clock = started(cast, lyon, pausable=True)
    with tenancy.everyone():
        services.pause_clock(
            clock_id=clock.pk, reason="third_party", resume_by=NOW + timedelta(days=9), question=None, at=NOW
        )
    change = work(published(cast.ada, work(drafted(cast.ada, lyon, weekly=ALWAYS, effective_at=NOW))))
    assert (fresh(clock).edition_id, fresh(clock).due_at) == (change.edition_id, None)
    with tenancy.everyone():
        services.resume_clock(clock_id=clock.pk, by="person", at=NOW)
    assert fresh(clock).due_at == NOW + timedelta(hours=9)  # one of ten hours was used


def test_a_clock_with_a_history_that_its_row_does_not_tell_is_moved_by_its_fold(cast, lyon):
    clock, plain = started(cast, lyon), started(cast, lyon)
    said = {"due_at": "2026-11-19T12:00:00+00:00", "warn_at": "2026-11-18T16:30:00+00:00"}
    with tenancy.everyone():
        ClockEvent.objects.create(
            organization_id=clock.organization_id, clock=clock, number=2, kind="carried", at=NOW, data=said
        )
        Clock.objects.filter(pk=clock.pk).update(**said)
        row = history.history_of(fresh(clock))
        Clock.objects.filter(pk=clock.pk).update(**row.columns())
    work(published(cast.ada, work(drafted(cast.ada, lyon, effective_at=NOW))))
    with tenancy.everyone():
        assert list(history.problems(Clock.objects.filter(pk__in=[clock.pk, plain.pk]), NOW)) == []
    assert fresh(clock).due_at != fresh(plain).due_at


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, 6 * 24 * 4), minutes=st.integers(1, 3_000), takes_over=st.integers(0, 9 * 24 * 4),
    one=st.sampled_from([OFFICE, SHORT, SATURDAYS, ALWAYS]), other=st.sampled_from([OFFICE, SHORT, SATURDAYS, ALWAYS]),
)  # fmt: skip
def test_what_ran_stays_as_it_was_measured_and_the_rest_is_counted_anew(start, minutes, takes_over, one, other):
    """Against the slow reference: until the new edition takes effect the old one counts, then the new one."""
    old, new = calendar(weekly=one), calendar(weekly=other)
    begins, at_once = (at("2026-10-22T00:00") + timedelta(minutes=15 * quarters) for quarters in (start, takes_over))
    due = old.add(begins, timedelta(minutes=minutes))
    changed = max(begins, at_once)
    moved = carried(old, new, changed, due)
    if due <= changed:
        assert moved == due
        return
    assert moved > changed  # nothing becomes late by it
    ran = reference.open_minutes(old.to_data(), begins, changed)
    assert ran + reference.open_minutes(new.to_data(), changed, moved) == minutes
    assert reference.open_minutes(new.to_data(), changed, moved - timedelta(minutes=1)) < minutes - ran


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 9 * 24 * 60), st.integers(-500, 30_000)), min_size=1, max_size=12),
    rules=st.lists(st.sampled_from([OFFICE, SHORT, SATURDAYS, ALWAYS]), min_size=3, max_size=3),
    second=st.integers(0, 6 * 24 * 60), third=st.integers(0, 6 * 24 * 60), paused=st.booleans(),
)  # fmt: skip
def test_many_at_once_are_moved_as_one_by_one(rows, rules, second, third, paused):
    """Editions that follow one another, one of them with a pause; instants of their own for each clock, past ones among them."""
    begins = at("2026-10-22T00:00")
    starts = [begins, begins + timedelta(minutes=second), begins + timedelta(minutes=second + third)]
    editions = [Edition(since, calendar(weekly=one)) for since, one in zip(starts, rules, strict=True)]
    old, new = Timeline((editions[0],)), Timeline(tuple(editions))
    if paused:
        new = new.followed_by(starts[1], new.paused()).followed_by(starts[2], new)
    ats = [begins + timedelta(minutes=minutes) for minutes, _more in rows]
    instants = [max(begins, since + timedelta(minutes=more)) for since, (_m, more) in zip(ats, rows, strict=True)]
    many = carried_many(old, new, *(np.array([micros(one) for one in column]) for column in (ats, instants)))
    assert list(map(instant, many)) == [carried(old, new, *pair) for pair in zip(ats, instants, strict=True)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"effective_at": NOW - timedelta(seconds=1)}, "now or later"),
        ({"weekly": {"0": [["18:00", "09:00"]]}}, "can't be used"),
        ({"weekly": {}}, "can't be used"),
        ({"weekly": OFFICE}, "says already"),
    ],
)
def test_what_could_not_be_published_is_refused_as_a_draft(cast, lyon, wrong, said):
    with pytest.raises(Refused, match=said):
        drafted(cast.ada, lyon, **wrong)
    with tenancy.everyone():
        assert not CalendarChange.objects.exists()


def test_a_draft_that_is_written_anew_is_counted_anew_and_what_was_read_must_be_what_is_published(cast, lyon):
    first = work(drafted(cast.ada, lyon))
    second = drafted(cast.ada, lyon, weekly=ALWAYS)
    assert (second.pk, fresh(second).state) == (first.pk, "waiting")
    with tenancy.everyone():
        with pytest.raises(Refused, match="changed this draft meanwhile"):
            services.publish_change(actor=cast.ada, change=second, text_hash=first.text_hash, now=NOW)
        with pytest.raises(Refused, match="isn’t counted yet"):
            services.publish_change(actor=cast.ada, change=second, text_hash=second.text_hash, now=NOW)
    assert published(cast.ada, work(second)).edition.weekly == ALWAYS


def test_an_instant_that_has_passed_meanwhile_is_refused(cast, lyon):
    change = work(drafted(cast.ada, lyon, effective_at=NOW + timedelta(hours=1)))
    with pytest.raises(Refused, match="has passed"):
        published(cast.ada, change, now=NOW + timedelta(hours=2))


def test_a_draft_is_published_or_discarded_once(cast, lyon):
    change = published(cast.ada, work(drafted(cast.ada, lyon)))
    with tenancy.everyone(), pytest.raises(Refused, match="published already"):
        services.discard_change(actor=cast.ada, change=change, now=NOW)
    with pytest.raises(Refused, match="published already"):
        published(cast.ada, change)
    other = drafted(cast.ada, lyon, weekly=ALWAYS)
    with tenancy.everyone():
        assert services.discard_change(actor=cast.ada, change=other, now=NOW).status == "discarded"
    assert long_work.take(CalendarChange) == change  # nobody counts for a draft that was left


@pytest.mark.parametrize("who", ["rosa", "lea", "nadia", "max"])
def test_only_who_may_edit_contracts_touches_a_calendar(cast, lyon, who):
    person, change = getattr(cast, who), work(drafted(cast.ada, lyon))
    with pytest.raises(PermissionDenied):
        drafted(person, lyon)
    with pytest.raises(PermissionDenied):
        published(person, change)
    with tenancy.everyone():
        for refused in (services.discard_change, services.foresee_change_again):
            with pytest.raises(PermissionDenied):
                refused(actor=person, change=change, now=NOW)


def test_an_edition_that_somebody_publishes_by_another_door_moves_clocks_too(cast, lyon):
    clock = started(cast, lyon)
    with tenancy.everyone():
        services.publish_edition(
            actor=cast.ada, calendar=lyon, zone="Europe/Paris", weekly=SHORT, holidays={}, effective_at=NOW, now=NOW
        )
        assert services.adopt_editions(now=NOW) == 1
        assert services.adopt_editions(now=NOW) == 0
        change = CalendarChange.objects.get()
    work(change)
    assert fresh(clock).due_at == at("2026-11-19T13:00")


def test_an_earlier_edition_is_followed_before_a_later_one(cast, lyon):
    first = published(cast.ada, work(drafted(cast.ada, lyon)))
    second = drafted(cast.ada, lyon, weekly=ALWAYS)
    with tenancy.everyone():
        assert services.comes_after_another(fresh(second))
        assert not services.comes_after_another(fresh(first))
    work(first)
    with tenancy.everyone():
        assert not services.comes_after_another(fresh(second))


def test_the_role_of_clients_requests_can_not_even_read_it(cast, lyon):
    drafted(cast.ada, lyon)
    with pytest.raises(ProgrammingError), tenancy.organizations(cast.northwind.pk), connection.cursor() as cursor:
        cursor.execute("SELECT result FROM slo_calendarchange")
