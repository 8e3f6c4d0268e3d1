"""Processes that end when we end, under the account that may run them."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Resolved here, since nothing may be loaded between fork and exec.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

Command = Sequence[str | Path]


class ServiceError(Exception):
    """Something the person at the terminal has to know; shown without a traceback."""


@dataclass(frozen=True)
class Account:
    """Who a service runs as; without ids it is whoever we are."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[str | int] | None:
        """No supplementary groups for another user, ours for ourselves."""
        return None if self.uid is None else []

    def give(self, path: Path) -> None:
        """Hand a file or folder over to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def account_for(owned: Path) -> Account:
    """Ourselves, or for root the unprivileged user that owns `owned` or is to own it: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name if _has_entry(os.geteuid()) else str(os.geteuid()))
    if owned.exists() and (uid := owned.stat().st_uid) != 0 and _has_entry(uid):
        entry = pwd.getpwuid(uid)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        "PostgreSQL refuses to run as root, and this machine has neither a user 'postgres' nor 'nobody'."
    )


def _has_entry(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _last_wish(number: signal.Signals) -> Callable[[], None] | None:
    if _prctl is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        _prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def spawn(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    output: int | IO[bytes] | None = None,
    stdin: int | None = None,
    account: Account | None = None,
    last_wish: signal.Signals = signal.SIGTERM,
    own_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a command that receives `last_wish` should we be killed (Linux), by default out of Ctrl-C's reach.

    Raises ServiceError if it cannot be started at all.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - every command is ours or the user's own
            command,
            env=env,
            cwd=cwd,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=own_session,
            preexec_fn=_last_wish(last_wish),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=account.groups if account else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        who = f" as {account.name}" if account and account.uid is not None else ""
        raise ServiceError(f"Cannot start {command[0]}{who}: {error}") from error


def output_of(
    command: Command, *, account: Account | None = None, env: Mapping[str, str] | None = None, cwd: Path | str = "/"
) -> tuple[int, str]:
    """Run a short command to its end; its exit code and what it said."""
    process = spawn(command, env=env, cwd=cwd, output=subprocess.PIPE, stdin=subprocess.DEVNULL, account=account)
    said, _ = process.communicate()
    return process.returncode, said.decode(errors="replace").strip()


def stop(process: subprocess.Popen[bytes], first: signal.Signals, then: signal.Signals, patience: float) -> None:
    """Ask a process to end, ask again when it does not within `patience` seconds, and at last kill its whole session."""
    for number, wait in ((first, patience), (then, 5.0)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def how_it_ended(code: int) -> str:
    """An exit code of Popen in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def command_line(pid: int) -> str:
    """What a process was started as; empty when there is none."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    return output_of(["ps", "-ww", "-o", "command=", "-p", str(pid)])[1]


def end_leftover(pid: int, marks: Sequence[str], number: signal.Signals) -> None:
    """End a service that outlived its runner (killed with -9), recognised by `marks` in its command line.

    Raises ServiceError when it does not end within half a minute.
    """
    deadline = time.monotonic() + 30
    asked = False
    while (line := command_line(pid)) and all(mark in line for mark in marks):
        if not asked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            asked = True
        if time.monotonic() > deadline:
            raise ServiceError(f"Process {pid} of an earlier run does not end: {line.strip()}")
        time.sleep(0.05)


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, indented."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8000))
        return "\n".join("    " + line for line in file.read().decode(errors="replace").splitlines()[-lines:])


def say(message: str) -> None:
    """Tell the person at the terminal."""
    with contextlib.suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)
