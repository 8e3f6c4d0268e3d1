"""The engine's sign of life: what may be read without seeing any client's rows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection
from django.db.models import Min

from common import tenancy
from escalation.models import EngineHeartbeat, EngineMinute
from notifications.models import Delivery
from slo.models import Clock

from .aside import look_for_broken
from .tick import batches

logger = logging.getLogger(__name__)

PATIENCE = 120.0
"""Seconds after which a bell leaves the rest to the next one, well before Celery would kill it."""
KEPT = timedelta(hours=2)
DEPTHS_EVERY = timedelta(minutes=1)
"""Counting what is open costs what is open, so it isn't done at every tick."""
BEAT = """
    INSERT INTO escalation_engineheartbeat AS beat (id, seen_at, lag_seconds, ticks, steps_fired, open_clocks,
        outbox_depth, outbox_seconds) VALUES (1, %(now)s, %(lag)s, 1, %(fired)s, 0, 0, 0)
    ON CONFLICT (id) DO UPDATE SET seen_at = greatest(beat.seen_at, excluded.seen_at),
        lag_seconds = excluded.lag_seconds, ticks = beat.ticks + 1, steps_fired = beat.steps_fired + excluded.steps_fired
    RETURNING measured_at"""
MINUTE = """
    INSERT INTO escalation_engineminute AS minute (at, ticks, steps_fired)
    VALUES (date_trunc('minute', %(now)s::timestamptz), 1, %(fired)s)
    ON CONFLICT (at) DO UPDATE SET ticks = minute.ticks + 1, steps_fired = minute.steps_fired + excluded.steps_fired"""


def tick_and_tell(*, now: datetime, limit: int = 1000) -> int:
    """Fire all that is due, batch after batch, with a sign of life after each; the steps fired.

    A tick that fails leaves no sign, and the age shows. A worker killed between a batch and its sign loses the count of
    that batch, never the batch. What is left when patience ends is the next bell's.
    """
    began, total = monotonic(), 0
    for result in batches(now=now, limit=limit):
        total += result.fired
        with tenancy.engine() as ended:
            counted = _leave_sign(ended, result.lag, result.fired)
        if counted:
            _look_for_broken()
        if monotonic() - began > PATIENCE:
            break
    return total


def _look_for_broken() -> None:
    """In a transaction of its own: a look that fails must not cost the tick its sign of life."""
    try:
        with tenancy.engine() as now:
            look_for_broken(now=now)
    except Exception:
        logger.exception("nobody looked for broken clocks")


def _leave_sign(now: datetime, lag: float, fired: int) -> bool:
    """Whether it was time to count what is open, too."""
    values: dict[str, Any] = {"now": now, "lag": lag, "fired": fired}
    with connection.cursor() as cursor:
        cursor.execute(MINUTE, values)
        cursor.execute(BEAT, values)
        measured_at = cursor.fetchone()[0]
    is_time = measured_at is None or measured_at <= now - DEPTHS_EVERY
    if is_time:
        _measure(now)
    return bool(is_time)


def _measure(now: datetime) -> None:
    EngineMinute.objects.filter(at__lt=now - KEPT).delete()
    waiting = Delivery.objects.filter(next_at__isnull=False)
    oldest = waiting.aggregate(oldest=Min("queued_at"))["oldest"]
    EngineHeartbeat.objects.update(
        measured_at=now,
        open_clocks=Clock.objects.filter(historical=False, next_at__isnull=False).count(),
        outbox_depth=waiting.count(),
        outbox_seconds=(now - oldest).total_seconds() if oldest else 0,
    )
