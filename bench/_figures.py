"""What every benchmark shares: commands as the owner, times, percentiles, and one line of JSON a figure."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any


def manage(*words: str, role: str = "owner") -> None:
    """A management command, as the owner unless said otherwise."""
    environment = {**os.environ, "DATABASE_ROLE": role}
    subprocess.run([sys.executable, "manage.py", *words], env=environment, check=True, stdout=subprocess.DEVNULL)


def empty() -> None:
    """Flush the database, which must hold nothing, or an earlier benchmark's clients."""
    from django.db import connection

    from common import tenancy

    with tenancy.engine(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE key LIKE 'BENCH%%') FROM accounts_organization")
        clients, ours = cursor.fetchone()
    if clients > ours:
        sys.exit("This database holds clients: benchmarks need one of their own, and would empty it.")
    manage("flush", "--no-input", "--verbosity=0", "--skip-checks")


def as_owner(*statements: str) -> None:
    """Outside any transaction: VACUUM and its like."""
    import psycopg2

    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    owner.autocommit = True
    for statement in statements:
        owner.cursor().execute(statement)
    owner.close()


def times(work: Callable[[], object], runs: int, warm: int = 1) -> list[float]:
    """Milliseconds of some runs, after some that warm up."""
    found = []
    for _number in range(runs + warm):
        began = perf_counter()
        work()
        found.append((perf_counter() - began) * 1000)
    return found[warm:]


def median(work: Callable[[], object], runs: int) -> float:
    """Median milliseconds of some runs, after one that warms up."""
    return statistics.median(times(work, runs))


def p95(found: list[float]) -> float:
    """The 95th percentile: of twenty, all but one are at or below it."""
    return statistics.quantiles(found, n=20, method="inclusive")[18]


def report(bench: str, figure: str, value: float, unit: str, runs: int, **also: Any) -> None:
    """One line of JSON."""
    print(
        json.dumps({"bench": bench, "figure": figure, "value": round(value, 2), "unit": unit, "runs": runs, **also}),
        flush=True,
    )
