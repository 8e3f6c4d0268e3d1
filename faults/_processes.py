"""Workers and beats as production runs them, killed as a machine dies, and begun again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg2

from totalcare.embedded.process import spawn

CLOCK_OFF = Path(__file__).parent / "clock_off"
WORKER = ["worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
BEAT = ["beat", "--loglevel", "WARNING", "--pidfile", ""]
IN_TRANSACTION = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND xact_start IS NOT NULL LIMIT 1"
PRESENT = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s LIMIT 1"


class Process:
    """One worker or beat under a name, which PostgreSQL sees too; `off` is by how many seconds its clock is ahead."""

    def __init__(self, name: str, folder: Path, env: Mapping[str, str], off: int = 0) -> None:
        self.name, self.folder, self.off = name, folder, off
        self.env = {**env, "DATABASE_ROLE": "worker", "PGAPPNAME": name}
        if off:
            self.env |= {"PYTHONPATH": str(CLOCK_OFF), "FAULTS_CLOCK_OFF": str(off)}
        self.is_beat = name.startswith("beat")
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        """Begin; its words go to a file."""
        words = [sys.executable, "-m", "celery", "--quiet", "-A", "totalcare"]
        if self.is_beat:
            words += [*BEAT, "--schedule", str(self.folder / f"{self.name}-schedule")]
        else:
            words += [*WORKER, "--hostname", f"{self.name}@faults"]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = spawn(words, env=self.env, output=log, stdin=subprocess.DEVNULL, last_wish=signal.SIGKILL)

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """At once, with all that it started; nothing is tidied up."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def end(self) -> None:
        """For good, when all is over."""
        if self.alive():
            self.kill()
            self.kills -= 1

    def caught_at_work(self, admin_url: str, patience: float) -> bool:
        """Wait until it is inside a transaction: True then, False when patience ends first. A beat is never in one."""
        if self.is_beat:
            time.sleep(patience / 4)
            return False
        return seen(admin_url, IN_TRANSACTION, [self.name], patience) is not None


def seen(url: str, statement: str, values: Sequence[Any], patience: float) -> tuple[Any, ...] | None:
    """The first row that a question has, asked again and again; None when patience, in seconds, ends before there is one."""
    deadline = time.monotonic() + patience
    database = psycopg2.connect(url)
    database.autocommit = True
    try:
        with database.cursor() as cursor:
            while time.monotonic() < deadline:
                cursor.execute(statement, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
                if row is not None:
                    return row
                time.sleep(0.002)
    finally:
        database.close()
    return None
