"""A clock is what its events say: ``fold`` of them, over the editions of the calendars they name, gives its state.

Nothing else is remembered. Every event names the newest edition that it knew, so that editions published later change
nothing until an event says so, and a receipt of last year is computed today as it was then. Durations are business time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from slo import clock as rule
from slo import excusal as excusing
from slo.calendar import as_utc
from slo.clock import Verdict
from slo.excusal import Excusal, ExcusalError, Standing
from slo.timeline import ZERO, Edition, Timeline

MINUTE = timedelta(minutes=1)


class FoldError(ValueError):
    """These events are no clock's life."""


class Kind(StrEnum):
    """What can happen to a clock."""

    STARTED = "started"
    CARRIED = "carried"  # its due instant as it stood when events began to be kept
    PAUSED = "paused"
    RESUMED = "resumed"
    RETARGETED = "retargeted"
    CALENDAR_MOVED = "calendar_moved"
    MISSED = "missed"  # a tick found it late
    STOPPED = "stopped"
    VOIDED = "voided"
    EXCUSAL_PROPOSED = "excusal_proposed"  # of a missed one, by one side: slo/excusal.py
    EXCUSAL_DECLINED = "excusal_declined"
    EXCUSAL_WITHDRAWN = "excusal_withdrawn"  # by the side that proposed it
    EXCUSED = "excused"  # the other side agreed; the verdict stays


class Reason(StrEnum):
    """Why a clock pauses."""

    CLIENT = "client"  # it waits for the client's answer
    ACCESS = "access"
    DECISION = "decision"
    CHECK = "check"  # that the client tries what we did
    THIRD_PARTY = "third_party"


class VoidReason(StrEnum):
    """Why a promise is void."""

    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    SPAM = "spam"


class Resumed(StrEnum):
    """What ended a pause."""

    PERSON = "person"
    ACTIVITY = "activity"  # of the client, by any channel
    DATE = "date"  # the one that was promised


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. ``actor_id`` None: the engine."""

    number: int
    kind: str
    at: datetime
    data: Mapping[str, Any]
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """From when, until when (None: still), why, and by when it ends by itself."""

    since: datetime
    reason: str
    resume_by: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed: the target's minutes with where they come from, and the calendar with its newest edition known."""

    priority: str
    term: str
    clause: Mapping[str, Any]
    target_minutes: int
    warn_percent: int
    calendar: int
    edition: int

    @property
    def target(self) -> timedelta:
        """As a duration."""
        return self.target_minutes * MINUTE


@dataclass(frozen=True, slots=True)
class State:
    """A clock after some events. While it pauses nothing is due (``due_at`` and ``warn_at`` are None), ``left`` is kept.

    ``course`` is what counts from now on, ``measure`` what counted at every instant since the start; ``dues`` is when it was
    due after each event, ``furthest`` the latest instant that any of this was computed from.
    """

    started_at: datetime
    promise: Promise
    course: Timeline
    measure: Timeline
    due_at: datetime | None
    warn_at: datetime | None
    left: timedelta = ZERO
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: Verdict = Verdict.RUNNING
    judged_at: datetime | None = None
    void_reason: str = ""
    moved_at: datetime | None = None
    furthest: datetime | None = None
    dues: tuple[datetime | None, ...] = ()
    excusal: Excusal | None = None

    @property
    def excused(self) -> Standing:
        """How an excusal of it stands."""
        return self.excusal.standing if self.excusal else Standing.NONE

    @property
    def paused(self) -> Pause | None:
        """The pause that holds it now."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    def elapsed(self, now: datetime) -> timedelta:
        """Business time that has counted until ``now``, or until it ended."""
        return self.measure.between(self.started_at, max(self.started_at, self.ended_at or as_utc(now)))

    @property
    def allowed(self) -> timedelta:
        """Business time from the start to the due instant, as it is counted; while it pauses, what counted and what is left."""
        if self.due_at is None:
            return self.measure.between(self.started_at, self.pauses[-1].since) + self.left
        return self.measure.between(self.started_at, self.due_at)

    def due_if_it_ran(self, at: datetime) -> datetime:
        """When it is due, or would be if a pause ended at this instant."""
        return self.due_at if self.due_at is not None else self.course.add(at, self.left)

    def is_late(self, at: datetime) -> bool:
        """Whether the due instant has passed, strictly; never while it pauses."""
        return self.due_at is not None and rule.verdict(self.due_at, None, at) is Verdict.MISSED


def fold(events: Iterable[Fact], editions: Iterable[Edition]) -> State:
    """The state after all events, in order of their numbers; ``editions`` are those of every calendar that they name.

    FoldError for what can't follow: a first event that isn't a start, a pause within a pause, a change before an earlier one.
    """
    timeline, state = timelines(editions), None
    for event in sorted(events, key=lambda one: one.number):
        if (state is None) != (event.kind == Kind.STARTED):
            raise FoldError(f"A clock's life begins with its start, and once: not with {event.kind}.")
        state = _started(event, timeline) if state is None else step(state, event, timeline)
        state = replace(state, dues=(*state.dues, state.due_at))
    if state is None:
        raise FoldError("Nothing happened: there is no clock.")
    return state


def timelines(editions: Iterable[Edition]) -> Callable[[Promise], Timeline]:
    """What a promise is counted by: its calendar's editions up to the newest that it knew."""
    known: dict[int, list[Edition]] = {}
    for one in sorted(editions, key=lambda one: (one.effective_at, one.number)):
        known.setdefault(one.calendar, []).append(one)
    return lambda promise: Timeline(
        tuple(one for one in known.get(promise.calendar, ()) if one.number <= promise.edition)
    )


def step(state: State, event: Fact, timeline: Callable[[Promise], Timeline]) -> State:
    """The state after one more event."""
    moved = STEPS.get(event.kind)
    if moved is None:
        raise FoldError(f"Nothing is known of {event.kind!r}.")
    if event.kind in MOVES:
        if state.ended_at is not None or state.verdict is not Verdict.RUNNING:
            raise FoldError(f"It is over, or late: it can't be {event.kind} any more.")
        if event.kind != Kind.CARRIED and state.is_late(event.at):
            raise FoldError("It is late: it keeps the promise that it will be judged by.")
        if as_utc(event.at) < (state.moved_at or state.started_at):
            raise FoldError(f"It can't be {event.kind} before what happened last.")
    return moved(state, event, timeline)


def _started(event: Fact, timeline: Callable[[Promise], Timeline]) -> State:
    promise = _promise(event.data)
    course, start = timeline(promise), as_utc(event.at)
    due = rule.due(course, start, promise.target)
    state = State(start, promise, course, course, due, None, furthest=due)
    return _warned(state)


def _promise(data: Mapping[str, Any]) -> Promise:
    return Promise(
        data["priority"], data["term"], data["clause"], data["target_minutes"], data["warn_percent"],
        data["calendar"], data["edition"],
    )  # fmt: skip


def _warned(state: State) -> State:
    """With the instant at which its share of the time up to the due instant is used."""
    if state.due_at is None:
        return replace(state, warn_at=None)
    share = Fraction(state.promise.warn_percent, 100)
    return replace(state, warn_at=rule.steps_until(state.measure, state.started_at, state.due_at, [share])[0].at)


def _due(state: State, due: datetime) -> State:
    return replace(_reaching(state, due), due_at=due)


def _reaching(state: State, at: datetime) -> State:
    """Its calculation reaches so far: a receipt has to carry what rules until then."""
    return replace(state, furthest=max(at, state.furthest or at))


def _carried(state: State, event: Fact, _timeline: Any) -> State:
    due, warn = (datetime.fromisoformat(event.data[name]) for name in ("due_at", "warn_at"))
    return replace(_due(state, as_utc(due)), warn_at=as_utc(warn))


def _paused(state: State, event: Fact, _timeline: Any) -> State:
    at = as_utc(event.at)
    if state.due_at is None:
        raise FoldError("It pauses already.")
    pause = Pause(at, event.data["reason"], as_utc(datetime.fromisoformat(event.data["resume_by"])))
    return replace(
        state, left=state.course.between(at, state.due_at), due_at=None, warn_at=None, pauses=(*state.pauses, pause),
        measure=state.measure.followed_by(at, state.course.paused()), moved_at=at,
    )  # fmt: skip


def _resumed(state: State, event: Fact, _timeline: Any = None) -> State:
    if state.paused is None:
        raise FoldError("It doesn't pause.")
    at = max(as_utc(event.at), state.paused.since)
    ended = replace(state.paused, until=at)
    state = replace(
        state, pauses=(*state.pauses[:-1], ended), measure=state.measure.followed_by(at, state.course), moved_at=at
    )
    return replace(_warned(_due(state, state.course.add(at, state.left))), left=ZERO)


def _retargeted(state: State, event: Fact, timeline: Callable[[Promise], Timeline]) -> State:
    """Domain §5.7. A paused clock is treated as if it resumed at this instant, and goes on pausing with what is then left."""
    at, new = as_utc(event.at), _promise(event.data)
    old = state.due_if_it_ran(at)
    state = _reaching(state, old)
    course = timeline(new)
    if event.data["upward"]:
        due = rule.retarget_up(course, old, at, new.target)
    else:
        due = rule.retarget_down(_without(course, state.pauses, at), state.started_at, new.target, old, at)
    if event.data["upward"] and due >= old:  # the old promise ends earlier: it stands, under the new name
        kept = replace(new, calendar=state.promise.calendar, edition=state.promise.edition)
        return replace(state, promise=replace(kept, warn_percent=state.promise.warn_percent), moved_at=at)
    return _switched(replace(state, promise=new), course, at, due)


def _calendar_moved(state: State, event: Fact, timeline: Callable[[Promise], Timeline]) -> State:
    """What was counted stays; what is left is counted by the new edition, or the other calendar, from this instant on."""
    at = as_utc(event.at)
    old = state.due_if_it_ran(at)
    state, left = _reaching(state, old), state.course.between(at, old)
    promise = replace(state.promise, calendar=event.data["calendar"], edition=event.data["edition"])
    course = timeline(promise)
    return _switched(replace(state, promise=promise), course, at, course.add(at, left))


def _switched(state: State, course: Timeline, at: datetime, due: datetime) -> State:
    """Counted by another course from an instant on, due at another one."""
    if state.due_at is None:
        measure = state.measure.followed_by(at, course.paused())
        left = course.between(at, due)
        return replace(_reaching(state, due), course=course, measure=measure, left=left, moved_at=at)
    measure = state.measure.followed_by(at, course)
    return _warned(_due(replace(state, course=course, measure=measure, moved_at=at), due))


def _without(course: Timeline, pauses: Iterable[Pause], at: datetime) -> Timeline:
    """A course on which the pauses until ``at`` don't count."""
    for one in pauses:
        course = course.followed_by(one.since, course.paused()).followed_by(one.until or at, course)
    return course


def _missed(state: State, event: Fact, _timeline: Any) -> State:
    if not state.is_late(event.at):
        raise FoldError("It isn't late.")
    return _judged(state, Verdict.MISSED, event.at)


def _judged(state: State, verdict: Verdict, at: datetime) -> State:
    """A verdict is written once and never re-judged (domain §5.9)."""
    return replace(state, verdict=verdict, judged_at=as_utc(at)) if state.verdict is Verdict.RUNNING else state


def _stopped(state: State, event: Fact, _timeline: Any) -> State:
    """The answer ends a pause, too."""
    if state.ended_at is not None:
        raise FoldError("It has ended already.")
    at = as_utc(event.at)
    state = _resumed(state, event) if state.paused else state
    assert state.due_at is not None  # noqa: S101 - nothing pauses any more
    return replace(_judged(state, rule.verdict(state.due_at, at, at), at), stopped_at=at, ended_at=at)


def _voided(state: State, event: Fact, _timeline: Any) -> State:
    """Late by then, it is missed: nobody dodges a promise by withdrawing what it was for (domain §5.6)."""
    if state.ended_at is not None:
        raise FoldError("It has ended already.")
    at = as_utc(event.at)
    state = _resumed(state, event) if state.paused else state
    verdict = Verdict.MISSED if state.is_late(at) else Verdict.VOID
    reason = event.data["reason"] if verdict is Verdict.VOID and state.verdict is Verdict.RUNNING else ""
    return replace(_judged(state, verdict, at), void_reason=reason, ended_at=at)


def _excused(state: State, event: Fact, _timeline: Any) -> State:
    try:
        one = excusing.said(event.at, event.actor_id, event.data)
        if event.kind == Kind.EXCUSAL_PROPOSED:
            return replace(state, excusal=excusing.propose(state.excusal, state.verdict, state.judged_at, one))
        if event.kind == Kind.EXCUSAL_WITHDRAWN:
            return replace(state, excusal=excusing.withdraw(state.excusal, one))
        return replace(state, excusal=excusing.answer(state.excusal, one, agreed=event.kind == Kind.EXCUSED))
    except ExcusalError as error:
        raise FoldError(str(error)) from error


STEPS: dict[str, Callable[..., State]] = {
    Kind.CARRIED: _carried,
    Kind.PAUSED: _paused,
    Kind.RESUMED: _resumed,
    Kind.RETARGETED: _retargeted,
    Kind.CALENDAR_MOVED: _calendar_moved,
    Kind.MISSED: _missed,
    Kind.STOPPED: _stopped,
    Kind.VOIDED: _voided,
    **dict.fromkeys((Kind.EXCUSAL_PROPOSED, Kind.EXCUSAL_DECLINED, Kind.EXCUSAL_WITHDRAWN, Kind.EXCUSED), _excused),
}
MOVES = {Kind.CARRIED, Kind.PAUSED, Kind.RESUMED, Kind.RETARGETED, Kind.CALENDAR_MOVED}
