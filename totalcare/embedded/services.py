"""The services of one state folder together: start, roles, healing, stop; and what the environment already brings."""

import hashlib
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from totalcare.embedded.postgres import Postgres
from totalcare.embedded.process import ServiceError, output_of, say
from totalcare.embedded.state import ROOT, State
from totalcare.embedded.valkey import Valkey

DATABASE_URLS = ("DATABASE_OWNER_URL", "DATABASE_APP_URL", "DATABASE_WORKER_URL")
ROLES_COMMAND = Path("common/management/commands/create_roles.py")
DEATHS = 5  # as many within a minute, and a service is given up


def wanted(env: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether PostgreSQL and Valkey are ours to bring: what has its URLs in the environment is not.

    Raises ServiceError when only some of the database URLs are set.
    """
    missing = [name for name in DATABASE_URLS if not env.get(name)]
    if missing and len(missing) < len(DATABASE_URLS):
        raise ServiceError(f"Set all database URLs or none of them; not set: {', '.join(missing)}.")
    return bool(missing), not env.get("REDIS_URL")


class Services:
    """PostgreSQL and Valkey in a state folder that we hold or use, as far as the environment lacks them."""

    def __init__(self, state: State, *, fsync: bool = True, for_tests: bool = False) -> None:
        self.state = state
        self.for_tests = for_tests
        postgres, valkey = wanted(os.environ)
        self.postgres = Postgres(state, fsync=fsync) if postgres else None
        self.valkey = Valkey(state) if valkey else None
        self.all: list[Postgres | Valkey] = [service for service in (self.postgres, self.valkey) if service]
        self._deaths: list[float] = []

    def start(self) -> None:
        """Start what is ours, then see that the roles and the database are there. Raises ServiceError."""
        for service in self.all:
            service.start()
        if self.postgres:
            self._make_roles()

    def _make_roles(self) -> None:
        words = ["create_roles", *(["--tests"] if self.for_tests else [])]
        source = (ROOT / ROLES_COMMAND).read_bytes()
        done = hashlib.sha256(" ".join(words).encode() + source).hexdigest()
        if self.state.text("roles") == done:
            return
        code, said = output_of([sys.executable, "manage.py", *words], env=self.environment(), cwd=ROOT)
        if code:
            raise ServiceError(f"manage.py create_roles failed:\n{said}")
        self.state.write(roles=done)

    def heal(self) -> bool:
        """Bring back what has died, on its port and with its data; whether anything had.

        Raises ServiceError when it does not come back, or keeps dying.
        """
        dead = [(service, how) for service in self.all if (how := service.ended())]
        for service, how in dead:
            now = time.monotonic()
            self._deaths = [at for at in self._deaths if at > now - 60] + [now]
            if len(self._deaths) > DEATHS:
                raise ServiceError(f"{service.name} keeps dying ({how}); its log: {service.log}")
            say(f"{service.name} ended unexpectedly ({how}): starting it again; requests fail until it is back")
            service.start(again=True)
            say(f"{service.name} is back on port {service.port}, with its data")
        return bool(dead)

    def environment(self) -> dict[str, str]:
        """Our environment, with what the services and the state folder add to it."""
        env = dict(os.environ)
        for service in self.all:
            env |= service.environment()
        if self.postgres:
            if not env.get("SECRET_KEY"):
                env["SECRET_KEY"] = self.state.text("secret_key")
            env.setdefault("DEBUG", "1")  # our own cluster is a demonstration, a user's database never by itself
        env["TOTALCARE_STATE"] = str(self.state.folder)
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
        return env

    def stop(self) -> None:
        """Stop what we started, the database last."""
        for service in reversed(self.all):
            service.stop()
