"""The life of one clock, by events: started, paused, resumed, promised anew, moved, stopped or void. Its verdict is written once.

Every service locks the clock, asks what its events come to, adds one, and writes the row from the fold of them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from common.errors import Refused
from common.inserting import insertion
from common.prepared import run
from slo import history
from slo.clock import Verdict
from slo.fold import MINUTE, Fact, Kind, Reason, Resumed, State, VoidReason, fold
from slo.history import History
from slo.models import CalendarEdition, Clock, ClockEvent
from slo.retargets import promised


@transaction.atomic(savepoint=False)  # one statement, which its caller's savepoint takes back with the rest
def start_clock(
    *,
    organization_id: int,
    objective: str,
    contract_ref: int,
    term_key: str,
    provenance: dict[str, Any],
    edition: CalendarEdition,
    priority: str,
    target_minutes: int,
    warn_percent: int,
    started_at: datetime,
    historical: bool = False,
    actor_id: int | None = None,
    pausable: bool | None = None,
    goes_on: int | None = None,
) -> Clock:
    """Start a clock: due after `target_minutes` of the business time of the edition's calendar, by all of its editions that are
    published; warning at `warn_percent` of it (domain §5). `pausable`: what the contract says, where it says anything; `goes_on`:
    the id of the clock whose remaining time this one has."""
    data = promised(edition, priority, term_key, provenance, target_minutes, warn_percent)
    said = {"may_pause": pausable, "goes_on": goes_on}
    data |= {name: value for name, value in said.items() if value is not None}
    fact = Fact(1, Kind.STARTED, started_at, data, actor_id)
    state = fold([fact], history.edition_rules(edition.published))
    clock = Clock(
        organization_id=organization_id, objective=objective, contract_ref=contract_ref, next_at=state.warn_at,
        historical=historical, **history.columns(state, edition.published),
    )  # fmt: skip
    _write(clock, _event(clock, fact))
    return clock


@transaction.atomic
def stop_clock(*, clock_id: int, at: datetime, actor_id: int | None = None) -> Clock:
    """The response came: stop, measure, and judge if no tick has judged it before. A second stop changes nothing.

    A late response that comes before the tick leaves the clock due: its breach still fires, once, as if the tick had been
    first.
    """
    clock, past = _locked(clock_id)
    if past.state.ended_at is None:
        state = _add(past, Kind.STOPPED, at, actor_id, {})
        clock.next_at = None if state.verdict is Verdict.MET else clock.next_at
        clock.save()
    return clock


@transaction.atomic
def void_clock(*, clock_id: int, reason: str, at: datetime, actor_id: int | None = None) -> Clock:
    """Withdrawn, duplicate or spam: a running clock ends void, with a reason, counted apart (domain §5.6).

    A clock that was late by then is missed, whether a tick has said so or not: nobody dodges it by cancelling.
    """
    clock, past = _locked(clock_id)
    if past.state.ended_at is None:
        _add(past, Kind.VOIDED, at, actor_id, {"reason": VoidReason(reason).value})
    clock.next_at = None
    clock.save()
    return clock


@transaction.atomic
def retarget_clock(
    *,
    clock_id: int,
    priority: str,
    term_key: str,
    provenance: dict[str, Any],
    target_minutes: int,
    warn_percent: int,
    edition: CalendarEdition,
    at: datetime,
    upward: bool,
    actor_id: int | None = None,
) -> Clock:
    """Move the due instant of a running clock to a corrected priority's (domain §5.7); refused downwards once missed.

    Upwards: the earlier of the old due and the new target from the correction. Downwards: the new target from submission.
    A clock that has ended, or is late, keeps all it had: its verdict stands by the promise it was judged by. Of `edition`
    the calendar counts, with all that is published of it.
    """
    clock, past = _locked(clock_id)
    if past.state.ended_at is not None:
        return clock
    if past.state.verdict is Verdict.MISSED or past.state.is_late(at):
        if not upward:
            raise Refused(_("A promise of this request is already late: the priority can't be lowered any more."))
        return clock
    data = promised(edition, priority, term_key, provenance, target_minutes, warn_percent)
    before = past.state.course
    state = _add(past, Kind.RETARGETED, at, actor_id, {**data, "upward": upward}, edition.published)
    if state.course is not before:
        clock.next_at = clock.resume_by or clock.warn_at
    clock.save()
    return clock


@transaction.atomic
def pause_clock(
    *, clock_id: int, reason: str, resume_by: datetime, question: int | None, at: datetime, actor_id: int | None = None
) -> Clock:
    """Hold a clock whose objective may pause (domain §5.8): why, by when it goes on by itself, and the id of the message that
    asks the client. Refused once late; a second pause changes nothing."""
    clock, past = _locked(clock_id)
    if not past.may_pause:
        raise Refused(_("This promise does not pause: its contract doesn’t say that it may."))
    state = past.state
    if state.ended_at is not None or state.paused:
        return clock
    if state.verdict is Verdict.MISSED or state.is_late(at):
        raise Refused(_("This promise is already missed: it does not pause any more."))
    if reason != Reason.THIRD_PARTY and question is None:
        raise Refused(_("Ask the client a question: they must know what we wait for."))
    if resume_by <= at:
        raise Refused(_("Choose a later date: the clock goes on by itself then."))
    data = {"reason": Reason(reason).value, "question": question, "resume_by": resume_by.isoformat()}
    _add(past, Kind.PAUSED, at, actor_id, data)
    clock.next_at = clock.resume_by
    clock.save()
    return clock


@transaction.atomic
def resume_clock(*, clock_id: int, by: str, at: datetime, actor_id: int | None = None) -> Clock:
    """Let a paused clock go on: a person says so, the client did something, or its date has come. Whoever is second changes
    nothing."""
    clock, past = _locked(clock_id)
    if past.state.paused:
        _add(past, Kind.RESUMED, at, actor_id, {"by": Resumed(by).value})
        clock.next_at = clock.warn_at
        clock.save()
    return clock


@transaction.atomic
def go_on(*, clock_id: int, at: datetime, actor_id: int | None = None) -> Clock | None:
    """A new clock with what was left of one that was met, in whole minutes, rounded up; None when nothing more is promised.

    What was missed, or void, promises nothing any more: its verdict stands (domain §5.9).
    """
    clock, past = _locked(clock_id)
    state = past.state
    if state.verdict is not Verdict.MET or state.stopped_at is None or state.due_at is None:
        return None
    promise, left = state.promise, state.course.between(state.stopped_at, state.due_at)
    return start_clock(
        organization_id=clock.organization_id, objective=clock.objective, contract_ref=clock.contract_ref,
        term_key=promise.term, provenance=dict(promise.clause), edition=past.newest, priority=promise.priority,
        target_minutes=max(1, -(-left // MINUTE)), warn_percent=promise.warn_percent, started_at=at,
        historical=clock.historical, actor_id=actor_id, pausable=past.facts[0].data.get("may_pause"), goes_on=clock.pk,
    )  # fmt: skip


@transaction.atomic
def move_to_calendar(*, clock_id: int, edition: CalendarEdition, at: datetime) -> Clock:
    """Count what is left of a running clock by another edition of its calendar, or another calendar, from now on (domain §5.10).

    What was counted stays counted. A clock that has ended, is late, or knows all that is published of it, keeps what it has.
    """
    clock, past = _locked(clock_id)
    state, newest = past.state, edition.published[-1]
    same = (state.promise.calendar, state.promise.edition) == (newest.calendar_id, newest.number)
    if same or state.ended_at is not None or state.verdict is Verdict.MISSED or state.is_late(at):
        return clock
    data = {"calendar": newest.calendar_id, "edition": newest.number}
    _add(past, Kind.CALENDAR_MOVED, at, None, data, edition.published)
    clock.next_at = clock.resume_by or clock.warn_at
    clock.save()
    return clock


def _locked(clock_id: int) -> tuple[Clock, History]:
    """The clock until COMMIT, with what happened to it."""
    clock = Clock.objects.select_for_update(of=("self",), no_key=True).get(pk=clock_id)
    return clock, history.history_of(clock)


def _add(
    past: History, kind: Kind, at: datetime, actor_id: int | None, data: dict[str, Any],
    more: Iterable[CalendarEdition] = (),
) -> State:  # fmt: skip
    """One more event, and the row as the fold says it now is. Requests that crossed are put in the order of their locks."""
    if kind not in {Kind.STOPPED, Kind.VOIDED}:
        at = max(at, past.state.moved_at or past.state.started_at)
    fact = Fact(max((one.number for one in past.facts), default=0) + 1, kind, at, data, actor_id)
    state, columns = past.with_one_more(fact, more)
    _event(past.clock, fact).save(force_insert=True)
    for name, value in columns.items():
        setattr(past.clock, name, value)
    return state


def _write(clock: Clock, event: ClockEvent) -> None:
    """A new clock with its start, in one statement: submission counts them."""
    columns, expressions, values = insertion(clock)
    more, of_event, rest = insertion(event, {"clock_id": "clock.id"})
    table, events = (connection.ops.quote_name(one._meta.db_table) for one in (Clock, ClockEvent))
    with connection.cursor() as cursor:
        run(
            cursor,
            f"""WITH clock AS (INSERT INTO {table} ({columns}) SELECT {expressions} RETURNING id)
                INSERT INTO {events} ({more}) SELECT {of_event} FROM clock RETURNING clock_id""",  # noqa: S608
            [*values, *rest],
        )
        (clock.pk,) = cursor.fetchone()
    clock._state.adding, clock._state.db = False, connection.alias


def _event(clock: Clock, fact: Fact) -> ClockEvent:
    return ClockEvent(
        organization_id=clock.organization_id, clock_id=clock.pk, number=fact.number, kind=fact.kind, at=fact.at,
        actor_id=fact.actor_id, data=dict(fact.data),
    )  # fmt: skip
