"""What happened to clocks, read for whoever may: their facts, the editions that they name, the state that these come to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from slo import receipt as paper
from slo.broken import MISTAKES, by_its_row, changed
from slo.fold import Fact, FoldError, State, fold, step, timelines
from slo.models import CalendarEdition, Clock, ClockEvent
from slo.objectives import may_pause
from slo.timeline import Edition
from slo.verify_receipt import verify

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class History:
    """A clock with its facts, and all editions of the calendars that they name."""

    clock: Clock
    facts: tuple[Fact, ...]
    editions: tuple[CalendarEdition, ...]

    @cached_property
    def folded(self) -> State:
        """What the facts come to; FoldError when they contradict each other, or what they name isn't there."""
        try:
            state = fold(self.facts, edition_rules(self.editions))
            columns(state, self.editions)
        except MISTAKES as error:
            raise FoldError(f"Clock {self.clock.pk}: {error}") from error
        return state

    @cached_property
    def is_broken(self) -> bool:
        """Whether they do: then the row alone says how it stands."""
        try:
            return self.folded is None
        except FoldError:
            logger.warning("clock %s contradicts itself", self.clock.pk, exc_info=True)
            return True

    @cached_property
    def state(self) -> State:
        """What the facts come to, or, where they contradict each other, what the row says."""
        return by_its_row(self.clock, self.facts) if self.is_broken else self.folded

    def with_one_more(self, fact: Fact, more: Iterable[CalendarEdition] = ()) -> tuple[State, dict[str, Any]]:
        """The state after another fact, and the columns that a row has to show; FoldError when it can't follow."""
        own = self.clock.edition.published if self.is_broken else self.editions
        editions = {(one.calendar_id, one.number): one for one in (*own, *more)}.values()
        if not self.is_broken:
            state = fold([*self.facts, fact], edition_rules(editions))
            return state, columns(state, editions)
        state = step(self.state, fact, timelines(edition_rules(editions)))
        return state, changed(columns(self.state, editions), columns(state, editions))

    @property
    def may_pause(self) -> bool:
        """Whether its contract, or else its objective, lets it (domain §5.8)."""
        return may_pause(self.clock.objective, self.facts[0].data.get("may_pause") if self.facts else None)

    @property
    def newest(self) -> CalendarEdition:
        """The newest edition of the calendar that counts it, with all that are published of it."""
        theirs = [one for one in self.editions if one.calendar_id == self.state.promise.calendar]
        theirs[-1].published = tuple(theirs)
        return theirs[-1]

    def columns(self) -> dict[str, Any]:
        """What the clock's row says, when it says the same as its events."""
        return columns(self.folded, self.editions)

    def receipt(self, reference: str, now: datetime) -> dict[str, Any]:
        """The calculation, to be recomputed by anyone; one query, for the sides of who acted. FoldError when it is broken."""
        clock = self.clock
        actors = {one.actor_id for one in self.facts if one.actor_id}
        roles = User.objects.filter(pk__in=actors).values_list("pk", "staff_role")
        sides = {pk: "valiantys" if role else "client" for pk, role in roles}
        data = [
            paper.EditionData(
                one.calendar_id, one.calendar.name, one.number, one.effective_at, one.zone, one.weekly, one.holidays
            )
            for one in self.editions
        ]
        subject = paper.Subject(clock.pk, reference, clock.objective, clock.contract_ref)
        return paper.receipt(subject, self.folded, self.facts, data, sides=sides, now=now)


def edition_rules(editions: Iterable[CalendarEdition]) -> list[Edition]:
    """Stored editions as the fold takes them."""
    return [Edition(one.effective_at, one.rule(), one.calendar_id, one.number) for one in editions]


def columns(state: State, editions: Iterable[CalendarEdition]) -> dict[str, Any]:
    """A state as the columns of a clock's row. `next_at` isn't among them: it is a hint."""
    promise, paused = state.promise, state.paused
    (edition,) = (one.pk for one in editions if (one.calendar_id, one.number) == (promise.calendar, promise.edition))
    taken = state.measure.between(state.started_at, state.stopped_at) if state.stopped_at else None
    return {
        "priority": promise.priority, "term_key": promise.term, "provenance": dict(promise.clause),
        "target_minutes": promise.target_minutes, "edition_id": edition, "started_at": state.started_at,
        "warn_at": state.warn_at, "due_at": state.due_at, "allowed_seconds": int(state.allowed.total_seconds()),
        "paused_at": paused and paused.since, "resume_by": paused and paused.resume_by, "stopped_at": state.stopped_at,
        "business_seconds": int(taken.total_seconds()) if taken is not None else None, "verdict": state.verdict.value,
        "judged_at": state.judged_at, "void_reason": state.void_reason,
        "excusal": state.excused.value,
    }  # fmt: skip


def histories(clocks: Iterable[Clock]) -> dict[int, History]:
    """Clock id → its history; two queries, however many clocks."""
    by_id = {clock.pk: clock for clock in clocks}
    rows = ClockEvent.objects.filter(
        organization_id__in={clock.organization_id for clock in by_id.values()}, clock_id__in=by_id
    )
    return _of(by_id, rows)


def histories_in(rows: QuerySet[ClockEvent]) -> dict[int, History]:
    """The same of clocks that are known by their events alone, all of them."""
    found = list(rows.select_related("clock"))
    return _of({row.clock_id: row.clock for row in found}, found)


def history_of(clock: Clock) -> History:
    """One clock's; a broken one when it has no events, which no service leaves behind."""
    return histories([clock]).get(clock.pk) or History(clock, (), ())


def published(calendar_ids: Iterable[int]) -> list[CalendarEdition]:
    """All editions of some calendars, oldest first."""
    found = CalendarEdition.objects.filter(calendar_id__in=set(calendar_ids)).select_related("calendar")
    return list(found.order_by("calendar_id", "number"))


def _of(clocks: dict[int, Clock], rows: Iterable[ClockEvent]) -> dict[int, History]:
    facts: dict[int, list[Fact]] = {}
    for row in rows:
        facts.setdefault(row.clock_id, []).append(Fact(row.number, row.kind, row.at, row.data, row.actor_id))
    named = {pk: set(_calendars(mine)) for pk, mine in facts.items()}
    editions = published(set().union(*named.values()))
    for clock in clocks.values():
        _know(clock, editions)
    return {
        pk: History(
            clocks[pk],
            tuple(sorted(mine, key=lambda fact: fact.number)),
            tuple(one for one in editions if one.calendar_id in named[pk]),
        )
        for pk, mine in facts.items()
    }


def _calendars(facts: Iterable[Fact]) -> Iterator[int]:
    """Those that they name; what isn't a number is none, and the fold will say so."""
    return (one.data["calendar"] for one in facts if isinstance(one.data.get("calendar"), int))


def _know(clock: Clock, editions: Iterable[CalendarEdition]) -> None:
    """Its edition, with the others of that calendar, from what has been read."""
    own = next((one for one in editions if one.pk == clock.edition_id), None)
    if own is not None:
        own.published = tuple(one for one in editions if one.calendar_id == own.calendar_id)
        clock.edition = own


def clocks() -> QuerySet[Clock]:
    """Every clock, in order."""
    return Clock.objects.order_by("id")


def problems(chosen: QuerySet[Clock], now: datetime, batch: int = 500) -> Iterator[tuple[int, list[str]]]:
    """The clocks of which something doesn't hold, with what: their receipt by the clients' program, or their row."""
    last = 0
    while found := list(chosen.filter(pk__gt=last)[:batch]):
        pasts = histories(found)
        for one in found:
            wrong = _wrong(one, pasts.get(one.pk), now)
            if wrong:
                yield one.pk, wrong
        last = found[-1].pk


def broken_among(clock_ids: Iterable[int]) -> list[Clock]:
    """Those of some clocks whose events contradict each other."""
    found = list(Clock.objects.filter(pk__in=set(clock_ids)).order_by("id"))
    pasts = histories(found)
    return [one for one in found if one.pk not in pasts or pasts[one.pk].is_broken]


def clocks_touched(after: int, before: datetime, now: datetime, limit: int) -> tuple[set[int], int]:
    """The clocks of the events that follow a number, and the number of the last of these. What was written since `before` isn't
    taken: a transaction may still be open that got a lower number."""
    rows = ClockEvent.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "clock_id", "at")[:limit]
    found: set[int] = set()
    for pk, clock_id, at in rows:
        if before < at <= now:
            break
        found.add(clock_id)
        after = pk
    return found, after


def _wrong(clock: Clock, past: History | None, now: datetime) -> list[str]:
    if past is None:
        return ["it has no events"]
    try:
        written = json.loads(paper.written(past.receipt(str(clock.pk), now)))
        wrong: list[str] = verify(written)  # type: ignore[no-untyped-call]
        said = {name: getattr(clock, name) for name in past.columns()}
        wrong += [
            f"{name}: the row says {said[name]}, its events {value}"
            for name, value in past.columns().items()
            if said[name] != value
        ]
    except (ValueError, KeyError, LookupError) as error:
        return [f"it can't be recomputed: {type(error).__name__}: {error}"]
    return wrong
