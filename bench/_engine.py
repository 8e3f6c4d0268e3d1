"""The engine as production runs it: how late it is with its own beat and worker, and how fast two workers drain a flood."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bench._figures import report

ROOT = Path(__file__).parents[1]
RATE = 10  # clocks a second that fall due in normal running
# A worker that says when it is ready, and drains when it is told to; the bell's own code, and its own database login.
DRAINER = """
import sys
from datetime import datetime
import django
django.setup()
from escalation import services
from totalcare.celery import leave_what_is_loaded_alone
from django.db import connection
connection.ensure_connection()
leave_what_is_loaded_alone()
print("ready", flush=True)
now = datetime.fromisoformat(sys.stdin.readline().strip())
while services.tick_and_tell(now=now):
    pass
"""
SEEN = "SELECT clock_id, at, clock_timestamp() FROM slo_clockstep WHERE name = 'breach' AND clock_id >= %s"


def drain(world: Any, count: int) -> None:
    """So many first answers were missed while nothing ran; two processes catch up."""
    begin = datetime.now(UTC) - timedelta(hours=2)
    first = world.clocks(count, begin, count)  # within a minute
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", DRAINER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _number in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    began = perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{(begin + timedelta(hours=1)).isoformat()}\n")
        worker.stdin.close()
    assert [worker.wait() for worker in workers] == [0, 0]
    took = perf_counter() - began
    fired = len(steps(first))
    assert fired == count, (fired, count)
    size = f"{count // 1000}k"
    report("slo", f"drain_{size}_due_2_workers", count / took, "per second", 1, target=5000, seconds=round(took, 1))


def lateness(world: Any, seconds: int) -> None:
    """Clocks fall due all the time; a beat rings every ten seconds, a worker ticks. Late is when others see it, by the
    database's clock, not when the tick says it looked."""
    from django.db import connection

    from common import tenancy

    with tenancy.engine(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_delivery")  # what the ticks before would have this worker send
    with running():
        begin = datetime.now(UTC) + timedelta(seconds=15)  # they are up by then
        count = RATE * seconds
        first = world.clocks(count, begin, RATE * 60)
        late: dict[int, float] = {}
        deadline = time.monotonic() + seconds + 90
        while len(late) < count and time.monotonic() < deadline:
            for clock, at, seen_at in steps(first):
                late.setdefault(clock, (seen_at - at).total_seconds())
            time.sleep(0.1)
    assert len(late) == count, f"{count - len(late)} clocks were never fired"
    found = sorted(late.values())
    rank = {name: found[math.ceil(share * count) - 1] for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}
    report(
        "slo", "due_to_fired_p99", rank["p99"], "s", count, target=15, p50=round(rank["p50"], 2), max=round(rank["max"], 2),
        beat="every 10 s", behind="4 s",
    )  # fmt: skip


def steps(first: int) -> list[tuple[int, datetime, datetime]]:
    """The breaches fired so far of the clocks from a number on, with when they were due and the time now."""
    from django.db import connection

    from common import tenancy

    with tenancy.engine(), connection.cursor() as cursor:
        cursor.execute(SEEN, [first])
        found: list[tuple[int, datetime, datetime]] = cursor.fetchall()
    return found


@contextmanager
def running() -> Iterator[None]:
    """A worker and a beat, as `script/server` starts them."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "totalcare"]
    with tempfile.TemporaryDirectory() as folder:
        words = [
            ["worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
            ["beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule", f"{folder}/schedule"],
        ]
        env = {**os.environ, "DATABASE_ROLE": "worker", "TOTALCARE_STATE": folder}
        started = [
            subprocess.Popen(
                [*celery, *one],
                cwd=ROOT,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            for one in words
        ]
        try:
            yield
        finally:
            for process in started:
                os.killpg(process.pid, signal.SIGTERM)
            for process in started:
                process.wait()
