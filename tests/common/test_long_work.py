"""Long work: whole with its progress or not at all, one worker at a time, taken up by another, given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from common import long_work, tenancy
from slo.models import BusinessCalendar
from tests.tickets.previews import previewed
from tickets.models import ImpactPreview

pytestmark = pytest.mark.django_db
State = ImpactPreview.State


@pytest.fixture
def row(cast: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImpactPreview]:
    """A row of long work; what is done on it here is a number of three parts. The engine's scope is lent to the tests' role."""
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)
    return previewed(cast)


def part(row: ImpactPreview, now: Any) -> bool:
    """Writes something of its own, and how far it came."""
    BusinessCalendar.objects.create(name=f"part {row.done}")
    row.total, row.done = 3, row.done + 1
    return row.done == 3


def parts() -> int:
    return BusinessCalendar.objects.filter(name__startswith="part").count()


def fresh(row: ImpactPreview) -> ImpactPreview:
    with tenancy.everyone():
        return ImpactPreview.objects.get(pk=row.pk)


def lease_ends(row: ImpactPreview) -> None:
    with tenancy.everyone() as now:
        ImpactPreview.objects.filter(pk=row.pk).update(leased_until=now - timedelta(seconds=1))


def test_it_is_done_part_after_part(row):
    assert long_work.work(ImpactPreview, part) == 3
    row = fresh(row)
    assert (row.state, row.done, row.percent, parts()) == (State.DONE, 3, 100, 3)
    assert row.finished_at >= row.begun_at
    assert long_work.work(ImpactPreview, part) == 0


def test_without_patience_it_is_given_back_and_carried_on(row):
    assert [long_work.work(ImpactPreview, part, patience=0.0) for _once in range(2)] == [0, 0]
    held = long_work.take(ImpactPreview)
    assert long_work._carry_on(held, part, 0.0) == 1
    assert (fresh(row).state, fresh(row).percent, fresh(row).lease) == (State.RUNNING, 33, None)
    assert long_work.work(ImpactPreview, part) == 2
    assert parts() == 3


def test_two_never_hold_the_same(row):
    assert long_work.take(ImpactPreview) == row
    assert long_work.take(ImpactPreview) is None


def test_a_worker_that_was_taken_for_dead_writes_nothing_any_more(row):
    late = long_work.take(ImpactPreview)
    assert long_work._one(ImpactPreview, row.pk, late.lease, part) is False
    lease_ends(row)
    heir = long_work.take(ImpactPreview)
    assert heir.lease != late.lease
    assert long_work._one(ImpactPreview, row.pk, late.lease, part) is None
    assert (fresh(row).done, parts()) == (1, 1)
    assert long_work._carry_on(heir, part, float("inf")) == 2
    assert (fresh(row).state, parts()) == (State.DONE, 3)


def test_what_breaks_in_the_middle_of_a_part_leaves_nothing_of_it_and_is_tried_again(row):
    broken = SimpleNamespace(times=2)

    def breaks(row: ImpactPreview, now: Any) -> bool:
        over = part(row, now)
        if row.done == 2 and broken.times:
            broken.times -= 1
            raise RuntimeError("the plug was pulled")
        return over

    assert long_work.work(ImpactPreview, breaks) == 1
    assert (fresh(row).state, fresh(row).done, parts()) == (State.RUNNING, 1, 1)
    assert long_work.work(ImpactPreview, breaks) == 0  # not at once
    lease_ends(row)
    assert long_work.work(ImpactPreview, breaks) == 0
    lease_ends(row)
    assert long_work.work(ImpactPreview, breaks) == 2
    assert (fresh(row).state, parts()) == (State.DONE, 3)


def test_what_never_gets_further_is_given_up(row):
    def hopeless(row: ImpactPreview, now: Any) -> bool:
        raise RuntimeError

    for _time in range(long_work.ATTEMPTS):
        assert fresh(row).is_unfinished
        long_work.work(ImpactPreview, hopeless)
        lease_ends(row)
    assert (fresh(row).state, fresh(row).failure) == (State.FAILED, "gave_up")


def test_what_kills_its_workers_is_given_up_too(row):
    for _time in range(long_work.ATTEMPTS):
        assert long_work.take(ImpactPreview) == row  # and never heard of again
        lease_ends(row)
    assert long_work.work(ImpactPreview, part) == 0
    assert (fresh(row).state, parts()) == (State.FAILED, 0)


def test_one_that_can_not_be_done_says_why_at_once(row):
    def impossible(row: ImpactPreview, now: Any) -> bool:
        raise long_work.GaveUp("changed")

    assert long_work.work(ImpactPreview, impossible) == 0
    assert (fresh(row).state, fresh(row).failure) == (State.FAILED, "changed")


def test_asked_for_anew_it_begins_at_the_beginning_and_the_old_worker_stops(row):
    old = long_work.take(ImpactPreview)
    long_work._one(ImpactPreview, row.pk, old.lease, part)
    again = fresh(row)
    with tenancy.everyone() as now:
        again.ask(now)
        again.save()
    assert long_work._one(ImpactPreview, row.pk, old.lease, part) is None
    assert (fresh(row).state, fresh(row).done) == (State.WAITING, 0)


def test_a_page_can_say_that_nobody_is_at_it(row):
    row = fresh(row)
    assert not row.is_stalled(row.asked_at + long_work.SILENCE)
    late = row.asked_at + long_work.SILENCE + timedelta(seconds=1)
    assert row.is_stalled(late)
    row.touched_at = late
    assert not row.is_stalled(late)
    row.state = State.DONE
    assert not row.is_stalled(late + timedelta(days=1))
