"""The folder that keeps a checkout's services: where it is, who holds it, its ports and secrets."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from totalcare.embedded.process import ServiceError

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = ("admin_password", "owner_password", "app_password", "worker_password", "valkey_password")
PORTS = range(15000, 32000)  # below the ports that systems give to outgoing connections


def state_folder() -> Path:
    """TOTALCARE_STATE, or `var/` of the checkout; for root, whose checkout PostgreSQL's user may not enter, /var/lib."""
    if chosen := os.environ.get("TOTALCARE_STATE"):
        return Path(chosen).absolute()
    if os.geteuid() != 0:
        return ROOT / "var"
    key = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:10]
    return Path("/var/lib/totalcare") / f"{re.sub('[^A-Za-z0-9_.-]+', '-', ROOT.name)}-{key}"


def can_bind(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on."""
    for _ in range(1000):
        port = secrets.choice(PORTS)
        if can_bind(port):
            return port
    raise ServiceError(f"No free port on 127.0.0.1 between {PORTS.start} and {PORTS.stop}.")


@dataclass(frozen=True)
class Holder:
    """Who holds a state folder; `ready` once its services answer and its roles exist."""

    pid: int
    door: str
    ready: bool
    url: str


class State:
    """A state folder, held by one process at a time (`flock`), with its `state.json`.

    Raises ServiceError when it cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # the services' user has to pass through root's
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._users = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ServiceError(
                f"Cannot write in {folder} ({error.strerror}): set TOTALCARE_STATE to a folder of yours."
            ) from error
        self._path = folder / "state.json"
        self._values: dict[str, str | int | bool] = {}
        self.temporary = False

    def hold(self, door: str) -> bool:
        """Take the folder for ourselves; False when another process has it."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.announce(door, ready=False)
        self.read()
        missing = {name: secrets.token_urlsafe(24) for name in PASSWORDS if name not in self._values}
        if missing and (self.folder / "pgdata").exists():
            raise ServiceError(
                f"{self._path} has no passwords for the database beside it. Bring the file back, or move "
                f"{self.folder / 'pgdata'} away to begin with an empty database."
            )
        if missing:
            self.write(secret_key=secrets.token_urlsafe(48), **missing)
        return True

    def announce(self, door: str, *, ready: bool, url: str = "") -> None:
        """Tell who looks at the lock who we are, and whether our services can be used."""
        text = json.dumps({"pid": os.getpid(), "door": door, "ready": ready, "url": url}).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    def holder(self) -> Holder | None:
        """Who holds the folder, as far as it has announced itself."""
        with contextlib.suppress(ValueError, TypeError):
            return Holder(**json.loads(os.pread(self._lock, 10_000, 0)))
        return None

    def use(self) -> bool:
        """Take part in what another process holds, so that it waits for us; False when it is stopping already."""
        try:
            fcntl.flock(self._users, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.read()
        return True

    def unused(self) -> bool:
        """Whether nobody else uses our services; from then on nobody new can."""
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let the folder go, for whoever comes next; a temporary one goes for good."""
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            os.ftruncate(self._lock, 0)
        fcntl.flock(self._users, fcntl.LOCK_UN)
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def read(self) -> None:
        """Read state.json, which may not be there yet."""
        try:
            self._values = json.loads(self._path.read_text())
        except FileNotFoundError:
            self._values = {}
        except (ValueError, OSError) as error:
            raise ServiceError(f"Cannot read {self._path}: {error}") from error

    def write(self, **values: str | int | bool) -> None:
        """Keep values, readable by us alone, whole or not at all."""
        self._values.update(values)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="state.", suffix=".new")
        with os.fdopen(handle, "w") as file:
            json.dump(self._values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, self._path)

    def text(self, name: str) -> str:
        """A value as text, empty when there is none."""
        return str(self._values.get(name, ""))

    def port(self, name: str, *, keep: bool = False) -> int:
        """The port kept under this name; another one when somebody took it, unless told to `keep` it."""
        port = int(self._values.get(name, 0))
        if not port or not (keep or can_bind(port)):
            port = free_port()
            self.write(**{name: port})
        return port


def own_state(name: str) -> State:
    """A held folder that nobody shares: `name` inside the state folder, or a temporary sibling while that is in use.

    Siblings that killed runs left behind are removed on the way. Raises ServiceError like State.
    """
    parent = State(state_folder()).folder
    for left in parent.glob(f"{name}-*"):
        pid = left.name.removeprefix(f"{name}-")
        if pid.isdigit() and not _alive(int(pid)) and State(left).hold("cleaning"):
            shutil.rmtree(left, ignore_errors=True)
    state = State(parent / name)
    if not state.hold(name):
        state = State(parent / f"{name}-{os.getpid()}")
        state.temporary = True
        state.hold(name)
    return state


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
