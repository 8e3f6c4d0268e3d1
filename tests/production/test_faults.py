"""The short forms of `script/faults`: a few kills, both servers lost once, on servers of their own."""

import os
import subprocess
import sys

from .shape import ROOT


def played(name: str, *, clocks: int, kills: int) -> tuple[str, str]:
    """All that a story of this size prints once it has ended well, and its line of counts."""
    ran = subprocess.run(
        [sys.executable, "-m", f"faults.{name}", "--clocks", str(clocks), "--kills", str(kills)],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    *_, counts, last = ran.stdout.splitlines() or ["", ran.stderr[-3000:]]
    assert last == "missing 0, double 0", ran.stdout + ran.stderr[-3000:]
    assert ran.returncode == 0
    return ran.stdout, counts


def test_killed_workers_and_lost_servers_leave_no_breach_out_and_make_none_twice():
    told, counts = played("slo", clocks=100, kills=3)
    assert counts.startswith("100 clocks, 3 kills: ")
    assert "Valkey emptied and killed 1 time" in told
    assert "PostgreSQL stopped at once 1 time" in told
    assert "at a time yet to come: 0" in told


def test_killed_workers_and_lost_servers_leave_no_clock_behind_and_move_none_twice():
    told, counts = played("moves", clocks=120, kills=2)
    assert counts.startswith("120 clocks, 2 kills of workers; ")
    assert "PostgreSQL stopped at once" in told
    assert "Valkey emptied and killed" in told
    assert "work that failed: []" in told
    assert "another story: 0; receipts that do not hold: 0" in told
