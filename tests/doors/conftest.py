"""Doors are tried from outside: real processes, a state folder of their own, nothing of ours in their environment."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "DATABASE_",
    "REDIS_URL",
    "TOTALCARE_STATE",
    "SECRET_KEY",
    "DEBUG",
    "PORT",
    "DJANGO_",
    "PYTEST_",
    "PG",
    "TEST_DATABASE",
)
LONG = 90.0  # seconds until a condition that has to come true counts as never


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.05)


class Doors:
    """The doors of a checkout on a state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.checkout = ROOT
        self.started: list[subprocess.Popen[str]] = []

    def env(self, **extra: str) -> dict[str, str]:
        """Our environment without what script/test brought in, with this state folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return kept | {"TOTALCARE_STATE": str(self.state)} | extra

    def command(self, words: tuple[str | Path, ...]) -> list[str]:
        """`script/…` as it is, anything else as arguments of python -m."""
        if str(words[0]).startswith("script/"):
            return [str(self.checkout / words[0]), *map(str, words[1:])]
        return [sys.executable, "-m", *map(str, words)]

    def run(self, *words: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(
            self.command(words),
            env=self.env(**extra),
            cwd=self.checkout,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    def start(self, *words: str | Path, log: Path | None = None, **extra: str) -> subprocess.Popen[str]:
        """Start, in a session of its own; ended with the test."""
        process = subprocess.Popen(
            self.command(words),
            env=self.env(**extra),
            cwd=self.checkout,
            stdin=subprocess.PIPE,
            stdout=log.open("w") if log else subprocess.PIPE,
            stderr=subprocess.STDOUT if log else subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def pid_of(self, service: str) -> int:
        """The process of `postgres` or `valkey`."""
        file = {"postgres": "pgdata/postmaster.pid", "valkey": "valkey/valkey.pid"}[service]
        return int((self.state / file).read_text().split()[0])


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def all_gone(processes: list[psutil.Process]) -> bool:
    """Whether none of them runs any more."""
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def doors() -> Iterator[Doors]:
    """A state folder that PostgreSQL's user may enter when we are root, with a space in its path."""
    folder = Path(tempfile.mkdtemp(prefix="total care ", dir="/var/tmp"))
    folder.chmod(0o711)
    here = Doors(folder / "state")
    yield here
    for process in here.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                for left in family(process.pid):
                    left.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
    shutil.rmtree(folder, ignore_errors=True)
