"""Firing what is due. Cost grows with what is due, not with what is open; a second tick finds nothing left to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from common.columns import columns
from slo import clock as rule
from slo.clock import Step, StepName, Verdict
from slo.models import Clock

OVER = {Verdict.MET, Verdict.VOID}
COLUMNS = ("id", "organization_id", "warn_at", "due_at", "verdict", "resume_by")
# Only steps that are really new tell anybody: RETURNING is empty for those that conflict.
FIRE = """
    INSERT INTO slo_clockstep (organization_id, clock_id, name, at, fired_at)
    SELECT due.*, %s FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[]) AS due
    ON CONFLICT (organization_id, clock_id, name) DO NOTHING RETURNING organization_id, clock_id, name, at"""
MOVE = """
    UPDATE slo_clock SET next_at = moved.next_at,
        verdict = CASE WHEN moved.breached AND verdict = 'running' THEN 'missed' ELSE verdict END,
        judged_at = CASE WHEN moved.breached AND verdict = 'running' THEN %s ELSE judged_at END
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[]) AS moved (id, next_at, breached)
    WHERE slo_clock.id = moved.id"""
# The claim holds each clock's lock, so nobody else numbers its events meanwhile.
MISSED = """
    INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
    SELECT late.organization_id, late.clock_id, 1 + coalesce((SELECT max(number) FROM slo_clockevent AS past
        WHERE past.organization_id = late.organization_id AND past.clock_id = late.clock_id), 0), 'missed', %s, '{}'
    FROM unnest(%s::bigint[], %s::bigint[]) AS late (organization_id, clock_id)"""


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that has just passed, for the first time. `at` is when it was due, not when it was seen."""

    organization_id: int
    clock_id: int
    step: str
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Asleep:
    """A clock whose pause is over by its date: whoever knows whose it is lets it go on (`resume_clock`)."""

    organization_id: int
    clock_id: int
    resume_by: datetime


@dataclass(frozen=True, slots=True)
class FiredBatch:
    """What one claim found: how many clocks it took, the steps that were new, oldest first, and the pauses that end."""

    claimed: int
    fired: list[Fired]
    asleep: list[Asleep] = field(default_factory=list)


def fire_due(*, now: datetime, limit: int = 1000, historical: bool = False, only: int | None = None) -> FiredBatch:
    """Claim due clocks (skipping those that another tick holds), write their steps, judge the breached, move `next_at`.

    The caller owns the transaction and the engine's scope, and writes what the steps cause before it commits. `only`
    names one clock, for a batch that is retried row by row.
    """
    due = Clock.objects.due(now, historical=historical)
    due = due if only is None else due.filter(pk=only)
    claimed = list(due.select_for_update(skip_locked=True).values_list(*COLUMNS)[:limit])
    if not claimed:
        return FiredBatch(0, [])
    steps: list[tuple[int, int, str, datetime]] = []
    moves: list[tuple[int, datetime | None, bool]] = []
    late: list[tuple[int, int]] = []
    deadlines: dict[int, datetime] = {}
    asleep: list[Asleep] = []
    for pk, organization_id, warn_at, due_at, verdict, resume_by in claimed:
        if verdict in OVER:  # the hint was wrong, as after a restored backup: nothing fires any more
            moves.append((pk, None, False))
        elif due_at is None or warn_at is None:  # it pauses: what comes is the date by which it goes on
            if resume_by is not None and resume_by < now:
                asleep.append(Asleep(organization_id, pk, resume_by))
            else:
                moves.append((pk, resume_by, False))
        else:
            decision = rule.decide((Step(StepName.WARNING, warn_at), Step(StepName.BREACH, due_at)), (), now)
            steps += [(organization_id, pk, step.name.value, step.at) for step in decision.fire]
            breached = any(step.name is StepName.BREACH for step in decision.fire)
            moves.append((pk, decision.next_at, breached))
            deadlines[pk] = due_at
            if breached and verdict == Verdict.RUNNING:
                late.append((organization_id, pk))
    with connection.cursor() as cursor:
        rows: list[tuple[int, int, str, datetime]] = []
        if steps:
            cursor.execute(FIRE, [now, *columns(steps)])
            rows = cursor.fetchall()
        if late:
            cursor.execute(MISSED, [now, *columns(late)])
        if moves:
            cursor.execute(MOVE, [now, *columns(moves)])
    fired = [Fired(org, clock, name, at, deadlines[clock]) for org, clock, name, at in rows]
    return FiredBatch(len(claimed), sorted(fired, key=lambda one: (one.at, one.clock_id)), asleep)


def set_aside(*, clock_id: int, until: datetime) -> None:
    """A clock that can't be worked waits, so that it holds nobody up; its promise and verdict stay as they are."""
    Clock.objects.filter(pk=clock_id).update(next_at=until)
