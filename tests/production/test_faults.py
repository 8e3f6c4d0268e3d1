"""The short form of `script/faults slo`: a few kills, both servers lost once, on servers of its own."""

import os
import subprocess
import sys

from .shape import ROOT


def test_killed_workers_and_lost_servers_leave_no_breach_out_and_make_none_twice():
    ran = subprocess.run(
        [sys.executable, "-m", "faults.slo", "--clocks", "100", "--kills", "3"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    *_, counts, last = ran.stdout.splitlines() or ["", ran.stderr[-3000:]]
    assert last == "missing 0, double 0", ran.stdout + ran.stderr[-3000:]
    assert counts.startswith("100 clocks, 3 kills: ")
    assert "Valkey emptied and killed 1 time" in ran.stdout
    assert "PostgreSQL stopped at once 1 time" in ran.stdout
    assert "at a time yet to come: 0" in ran.stdout
    assert ran.returncode == 0
