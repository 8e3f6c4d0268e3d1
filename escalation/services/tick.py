"""The tick: what is due happens, once, whoever ticks and however often. Cost grows with what is due, not with what is open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from common import tenancy
from escalation.models import SetAside
from slo import services as slo
from slo.models import Clock

from . import aside, fire, wake, watch

logger = logging.getLogger(__name__)

BEHIND = timedelta(seconds=4)
"""How far behind the database's time the bell ticks: longer than a request, so that an answer begun in time and committed
a moment after the due instant is judged by when it was given. With a bell every ten seconds, everything is fired within
fifteen, the work itself included."""


# In the index's own order: EXISTS alone reads the whole table where the statistics say that much is due and nothing is.
LOOK = """
    SELECT (SELECT next_at FROM slo_clock WHERE historical = %s AND next_at < %s ORDER BY historical, next_at, id LIMIT 1),
        (SELECT next_at FROM escalation_escalation WHERE historical = %s AND next_at < %s
            ORDER BY historical, next_at, id LIMIT 1),
        EXISTS (SELECT FROM escalation_setaside WHERE retry_at < %s)"""


@dataclass(slots=True)
class TickResult:
    """One batch: clocks claimed, steps fired, escalations looked at and closed, and rows that stepped aside. `lag`: how many
    seconds before the oldest due row should have been looked at."""

    limit: int
    lag: float = 0.0
    claimed: int = 0
    fired: int = 0
    looked: int = 0
    closed: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether there may be more; a batch where nothing went through asks for no other."""
        busiest = max(self.claimed, self.looked)
        return busiest >= self.limit and len(self.failed) < busiest

    @property
    def has_watched(self) -> bool:
        """Whether no open escalation is left that is over or late at this instant."""
        return self.looked < self.limit or len(self.failed) >= self.looked


def tick_all(*, now: datetime, limit: int = 1000, historical: bool = False) -> int:
    """Batch after batch, each in a transaction of its own, until less than the limit is due; returns the steps fired."""
    return sum(result.fired for result in batches(now=now, limit=limit, historical=historical))


def batches(*, now: datetime, limit: int, historical: bool = False) -> Iterator[TickResult]:
    """A bell's batches, one after the other. Looking at open escalations costs what is open, and at one instant nothing new
    is late among them: the batches after the first only fire, unless there were more than one batch takes."""
    watching = True
    while True:
        result = tick(now=now, limit=limit, historical=historical, watching=watching)
        yield result
        if not result.is_full:
            return
        watching = watching and not result.has_watched


def tick(*, now: datetime, limit: int = 1000, historical: bool = False, watching: bool = True) -> TickResult:
    """One batch in one transaction: claimed clocks, their steps, events, escalations and mails are all there, or none.

    First the open escalations: those that an answer or the ticket's end settled are closed, those whose level kept
    silent climb. Then due clocks fire, and a missed one opens the ladder. Rows that another tick holds are skipped.
    Where a batch fails it is tried again row by row: what fails alone is logged and steps aside for an hour.

    historical: the rows of replayed clients only, by a `now` that the replay gives. watching: look at the escalations.
    """
    result = TickResult(limit)
    with tenancy.engine():
        clocks, asides = _look(result, now, historical)
        if watching:
            _watch(result, now, historical)
        if clocks:
            _fire(result, now, historical)
        if asides:
            aside.forget_settled(now=now)
    return result


def _look(result: TickResult, now: datetime, historical: bool) -> tuple[bool, bool]:
    """Whether any clock is due, and any row that was set aside: nearly every tick ends here."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [historical, now, historical, now, now])
        clock, escalation, asides = cursor.fetchone()
    result.lag = max(((now - at).total_seconds() for at in (clock, escalation) if at), default=0.0)
    return clock is not None, asides


def _fire(result: TickResult, now: datetime, historical: bool) -> None:
    def batch(only: int | None = None) -> None:
        found = slo.fire_due(now=now, limit=result.limit, historical=historical, only=only)
        fire.tell_of(found.fired, now=now, historical=historical)
        wake.wake(found.asleep, now=now)
        result.claimed += found.claimed
        result.fired += len(found.fired)

    def due() -> list[int]:
        return list(Clock.objects.due(now, historical=historical).values_list("pk", flat=True)[: result.limit])

    _steadily(batch, due, SetAside.Kind.CLOCK, now, result)


def _watch(result: TickResult, now: datetime, historical: bool) -> None:
    def batch(only: int | None = None) -> None:
        claimed = watch.claim(now=now, limit=result.limit, historical=historical, only=only)
        result.closed += watch.review(claimed, now=now, historical=historical)
        result.looked += len(claimed)

    def due() -> list[int]:
        claimed = watch.claim(now=now, limit=result.limit, historical=historical)
        return [row.escalation.pk for row in claimed]

    _steadily(batch, due, SetAside.Kind.ESCALATION, now, result)


def _steadily(
    batch: Callable[..., None],
    due: Callable[[], list[int]],
    kind: SetAside.Kind,
    now: datetime,
    result: TickResult,
) -> None:
    """The batch, or, where it fails, each of its rows in a savepoint of its own."""
    try:
        with transaction.atomic():
            batch()
        return
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("a batch failed (%s); trying its rows one by one", kind)
    for pk in due():
        try:
            with transaction.atomic():
                batch(pk)
        except OperationalError:  # a lock, a deadlock, a timeout: nothing is wrong with the row, the next tick has it
            logger.warning("%s %s was busy", kind, pk, exc_info=True)
            result.failed.append(f"{kind} {pk}")
        except Exception as error:
            logger.exception("%s %s failed and steps aside", kind, pk)
            result.failed.append(f"{kind} {pk}")
            aside.put_aside(kind=kind, row_id=pk, error=error, now=now)
