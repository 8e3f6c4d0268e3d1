"""The engine's sign of life: what may be read without seeing any client's rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min

from common import tenancy
from escalation.models import EngineHeartbeat, Escalation
from notifications.models import Delivery
from slo.models import Clock

from .tick import tick_all

DEPTHS_EVERY = timedelta(minutes=1)
"""Counting what is open costs what is open, so it isn't done at every tick."""
BEAT = """
    INSERT INTO escalation_engineheartbeat AS beat (id, seen_at, lag_seconds, ticks, steps_fired, open_clocks,
        outbox_depth, outbox_seconds) VALUES (1, %(now)s, %(lag)s, 1, %(fired)s, 0, 0, 0)
    ON CONFLICT (id) DO UPDATE SET seen_at = greatest(beat.seen_at, excluded.seen_at),
        lag_seconds = excluded.lag_seconds, ticks = beat.ticks + 1, steps_fired = beat.steps_fired + excluded.steps_fired
    RETURNING measured_at"""


def tick_and_tell(*, now: datetime) -> int:
    """Fire all that is due, then leave a sign of life; the steps fired. A tick that fails leaves none, and the age shows.

    A worker killed between the two loses the count of that tick, never the tick.
    """
    with tenancy.engine():
        lag = _lag(now)
    fired = tick_all(now=now)
    with tenancy.engine() as ended:
        with connection.cursor() as cursor:
            cursor.execute(BEAT, {"now": ended, "lag": lag, "fired": fired})
            measured_at = cursor.fetchone()[0]
        if measured_at is None or measured_at <= ended - DEPTHS_EVERY:
            _measure(ended)
    return fired


def _lag(now: datetime) -> float:
    """Seconds since the oldest due clock or escalation should have been looked at; 0 when nothing is due."""
    due = [
        Clock.objects.due(now).values_list("next_at", flat=True).first(),
        Escalation.objects.due(now).values_list("next_at", flat=True).first(),
    ]
    return max(((now - at).total_seconds() for at in due if at), default=0.0)


def _measure(now: datetime) -> None:
    waiting = Delivery.objects.filter(next_at__isnull=False)
    oldest = waiting.aggregate(oldest=Min("queued_at"))["oldest"]
    EngineHeartbeat.objects.update(
        measured_at=now,
        open_clocks=Clock.objects.filter(historical=False, next_at__isnull=False).count(),
        outbox_depth=waiting.count(),
        outbox_seconds=(now - oldest).total_seconds() if oldest else 0,
    )
