"""A thread of each web process that looks after the engine: who serves people is alive when worker, beat and broker aren't.

Beside requests, not in them: a mail server that hangs keeps nobody waiting, and a night without visitors is no blind spot.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from escalation import services
from escalation.services import Look

logger = logging.getLogger(__name__)
EVERY = 20.0
"""Seconds between two looks, at most; processes begin apart, and one look at a time is enough for all of them."""


def begin(over: threading.Event | None = None) -> threading.Thread:
    """Start looking, until `over` is set or the process ends."""
    every = min(EVERY, max(1.0, settings.ENGINE_ALARM_AFTER / 4))
    thread = threading.Thread(target=_watch, args=(over or threading.Event(), every), name="vigil", daemon=True)
    thread.start()
    return thread


def _watch(over: threading.Event, every: float) -> None:
    wait: Callable[[float], bool] = over.wait
    if wait(random.uniform(0, every)):  # noqa: S311 - to stand apart, not to be unguessable
        return
    while True:
        look()
        if wait(every):
            return


def look() -> Look | None:
    """One look; None when it could not be taken, as while PostgreSQL is away: that is for /healthz/ready to say."""
    try:
        return services.look_after_engine()
    except Exception:
        logger.warning("could not look after the engine", exc_info=True)
        return None
    finally:
        connection.close()
