"""The short forms of `script/faults`: a few kills, both servers lost once, on servers of their own."""

import os
import subprocess
import sys
from typing import Any

from .shape import ROOT


def faults(name: str, **options: int) -> Any:
    """What a story prints, in a small size."""
    given = [word for option, value in options.items() for word in (f"--{option}", str(value))]
    return subprocess.run(
        [sys.executable, "-m", f"faults.{name}", *given],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_killed_workers_and_lost_servers_leave_no_breach_out_and_make_none_twice():
    ran = faults("slo", clocks=100, kills=3)
    *_, counts, last = ran.stdout.splitlines() or ["", ran.stderr[-3000:]]
    assert last == "missing 0, double 0", ran.stdout + ran.stderr[-3000:]
    assert counts.startswith("100 clocks, 3 kills: ")
    assert "Valkey emptied and killed 1 time" in ran.stdout
    assert "PostgreSQL stopped at once 1 time" in ran.stdout
    assert "at a time yet to come: 0" in ran.stdout
    assert ran.returncode == 0


def test_killed_workers_and_lost_servers_leave_no_clock_behind_and_move_none_twice():
    ran = faults("moves", clocks=120, kills=2)
    *_, counts, last = ran.stdout.splitlines() or ["", ran.stderr[-3000:]]
    assert last == "missing 0, double 0", ran.stdout + ran.stderr[-3000:]
    assert counts.startswith("120 clocks, 2 kills of workers; ")
    assert "PostgreSQL stopped at once" in ran.stdout
    assert "Valkey emptied and killed" in ran.stdout
    assert "work that failed: []" in ran.stdout
    assert "another story: 0; receipts that do not hold: 0" in ran.stdout
    assert ran.returncode == 0
