"""A clock whose events contradict each other goes on by its row: answered, withdrawn, promised anew, paused, fired, listed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common import tenancy
from slo import history, services
from slo.fold import FoldError
from slo.models import Clock
from tests.slo.broken import PLANTS, plant
from tests.slo.cases import DAY, HOUR, MICROSECOND
from tests.slo.test_services_clocks import columns, retarget, start, stop, void
from tests.slo.test_services_pauses import kinds, pause, resume

pytestmark = pytest.mark.django_db


def past(clock: Clock) -> history.History:
    with tenancy.everyone():
        found = history.history_of(Clock.objects.get(pk=clock.pk))
        assert found.state
    return found


@pytest.mark.parametrize("name", PLANTS)
def test_what_its_row_says_holds_and_an_answer_is_judged_by_it(cast: Any, name: str) -> None:
    clock, sound = start(cast), start(cast)
    plant(clock, name)
    found = past(clock)
    assert found.is_broken
    assert (found.state.due_at, found.state.verdict) == (clock.due_at, "running")
    with pytest.raises(FoldError):
        _ = found.folded
    answered, wanted = stop(clock, cast.now + HOUR), stop(sound, cast.now + HOUR)
    assert {**columns(answered), "id": wanted.pk} == columns(wanted)
    assert kinds(clock)[-1] == "stopped"
    assert stop(clock, cast.now + DAY).stopped_at == cast.now + HOUR


def test_one_without_any_event_is_answered_too(cast: Any) -> None:
    clock = start(cast)
    with tenancy.everyone():
        row = Clock.objects.get(pk=clock.pk)
        row.pk = None
        row.save()
    assert past(row).is_broken
    assert stop(row, cast.now + 5 * HOUR).verdict == "missed"
    assert kinds(row) == ["stopped"]


def test_it_is_withdrawn_retargeted_paused_and_goes_on(cast: Any) -> None:
    gone, raised, held = start(cast), start(cast), start(cast, pausable=True)
    for one in (gone, raised, held):
        plant(one)
    assert void(gone, cast.now + HOUR).verdict == "void"
    assert void(gone, cast.now + DAY).judged_at == cast.now + HOUR
    assert retarget(cast, raised, 60, cast.now + HOUR, upward=True).due_at == cast.now + 2 * HOUR
    waiting = pause(held, cast.now + HOUR, cast.now + 3 * DAY)
    assert (waiting.due_at, waiting.resume_by) == (None, cast.now + 3 * DAY)
    went_on = resume(held, cast.now + 2 * HOUR)
    assert (went_on.due_at, went_on.warn_at, went_on.paused_at) == (cast.now + 5 * HOUR, cast.now + 4 * HOUR, None)


def test_an_answer_ends_its_pause(cast: Any) -> None:
    clock = start(cast, pausable=True)
    pause(clock, cast.now + HOUR, cast.now + 3 * DAY)
    plant(clock, "begins twice")
    answered = stop(clock, cast.now + 2 * HOUR)
    assert (answered.verdict, answered.due_at, answered.paused_at) == ("met", cast.now + 5 * HOUR, None)


@pytest.mark.django_db(transaction=True)
def test_ticks_fire_it_with_the_others(cast: Any, worker: None) -> None:
    broken, sound, asleep = start(cast), start(cast), start(cast, pausable=True)
    pause(asleep, cast.now + HOUR, cast.now + 2 * HOUR)
    for one in (broken, asleep):
        plant(one)
    with tenancy.engine():
        batch = services.fire_due(now=broken.due_at + MICROSECOND)  # type: ignore[operator]
        assert {one.clock_id for one in batch.fired if one.step == "breach"} == {broken.pk, sound.pk}
        assert batch.claimed == 3
        assert history.broken_among([broken.pk, sound.pk]) == [broken]
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 of 3 receipts do not hold"):
        call_command("verify_receipts", stdout=out)
    assert f"clock {broken.pk}: it can't be recomputed: FoldError" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_those_to_which_something_happened_are_looked_at_once_they_are_settled(cast: Any, worker: None) -> None:
    first, second = start(cast), start(cast)
    plant(first, "a promise of nothing, next year")
    with tenancy.engine():
        assert history.clocks_touched(0, cast.now - MICROSECOND, cast.now, 10) == (set(), 0)
        found, last = history.clocks_touched(0, cast.now, cast.now, 2)
        assert found == {first.pk, second.pk}
        assert history.clocks_touched(last, cast.now, cast.now, 2)[0] == {first.pk}
