"""What the supervisor looks after: processes that serve, preparations that end, and the wish to stop."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import IO

from totalcare.embedded.process import ServiceError, how_it_ended, say, spawn, stop
from totalcare.embedded.state import ROOT

BACKOFF = (0.5, 1, 2, 5, 10, 30)  # seconds before a child that keeps dying is started again
_writing = threading.Lock()


class StopAskedError(Exception):
    """Somebody asked us to end."""


class Bell:
    """Remembers the signals that ask us to end."""

    def __init__(self) -> None:
        self.rung = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ring)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        self.rung += 1

    def check(self) -> None:
        """Raise StopAskedError once the bell has rung."""
        if self.rung:
            raise StopAskedError


class Child:
    """One process that serves: its output under its name, its deaths counted."""

    def __init__(
        self, name: str, role: str, command: list[str], env: dict[str, str], last_wish: signal.Signals
    ) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *command]
        self.env = env | {"DATABASE_ROLE": role}
        self.last_wish = last_wish
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.next_start = 0.0

    def start(self) -> None:
        """Start it, and a thread that shows what it says."""
        self.started = time.monotonic()
        self.process = spawn(
            self.command,
            env=self.env,
            cwd=ROOT,
            output=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            last_wish=self.last_wish,
        )
        assert self.process.stdout  # noqa: S101
        threading.Thread(target=relay, args=(self.name, self.process.stdout), daemon=True).start()

    def tend(self) -> None:
        """Start it again when it has died, the later the more often it did."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            kill_session(self.process.pid)
            self.process = None
            self.failures = 1 if now - self.started > 60 else self.failures + 1
            wait = BACKOFF[min(self.failures, len(BACKOFF)) - 1]
            self.next_start = now + wait
            say(f"{self.name} ended unexpectedly ({how_it_ended(code)}): starting it again in {wait:g} s")
        elif now >= self.next_start:
            self.start()

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Let it finish what it is at."""
        if self.process and self.alive():
            self.process.terminate()

    def stop(self) -> None:
        """See that it is gone, with all that it started."""
        if self.process:
            stop(self.process, signal.SIGQUIT, signal.SIGKILL, 3)
            kill_session(self.process.pid)


def kill_session(leader: int) -> None:
    """End what a dead child left behind: workers without a master only hold its port."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def relay(name: str, source: IO[bytes]) -> None:
    """Show lines under a name until the source ends; goes on reading when nobody listens any more."""
    for line in source:
        show(f"{name:<6} | {line.decode(errors='replace').rstrip()}")


def show(text: str) -> None:
    """Print, unless nobody listens any more."""
    with _writing, contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


class Step:
    """One preparation by manage.py, which may run beside others."""

    def __init__(self, title: str, role: str, words: list[str], env: dict[str, str]) -> None:
        self.title = title
        self.words = words
        self.began = time.monotonic()
        command = [sys.executable, "manage.py", *words]
        env = env | {"DATABASE_ROLE": role}
        self.process = spawn(command, env=env, cwd=ROOT, output=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.said = ""
        self.took = 0.0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout  # noqa: S101
        self.said = self.process.stdout.read().decode(errors="replace").strip()
        self.took = time.monotonic() - self.began

    def finish(self, bell: Bell) -> str:
        """Wait for it; what it said. Raises ServiceError when it fails, StopAskedError when the bell rings."""
        try:
            while self.process.poll() is None:
                bell.check()
                time.sleep(0.02)
        finally:
            stop(self.process, signal.SIGTERM, signal.SIGKILL, 5)
        self._reader.join(5)
        if self.process.returncode:
            how = how_it_ended(self.process.returncode)
            raise ServiceError(f"manage.py {' '.join(self.words)} failed ({how}):\n{self.said}")
        if self.title:
            say(f"{self.title} ({self.took:.1f} s)")
        return self.said
