"""What every story of faults stands on: servers, workers and beats of its own, and the blows that fall on them."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import psycopg2

from faults._processes import Process
from totalcare.embedded.process import ServiceError, output_of, stop
from totalcare.embedded.services import DATABASE_URLS, Services
from totalcare.embedded.state import ROOT, own_state

OFF = 600  # seconds, ahead and behind
OURS = (("worker-right", 0), ("worker-ahead", OFF), ("worker-behind", -OFF), ("beat-1", 0), ("beat-2", 0))
PATIENCE = 180.0


def main(name: str, told: str | None, story: type[Stage], *, clocks: int, kills: int) -> int:
    """Read the options and play a story of so many clocks and kills; 0 when nothing is missing, double or early."""
    parser = argparse.ArgumentParser(prog=f"script/faults {name}", description=told)
    parser.add_argument("--clocks", type=int, default=clocks)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--chance", type=int, default=1, help="the seed of who is killed when")
    options = parser.parse_args()
    try:
        with servers() as services:
            return story(services, options).run()
    except ServiceError as trouble:
        print(f"script/faults: {trouble}", file=sys.stderr)
        return 1


@contextmanager
def servers() -> Iterator[Services]:
    """PostgreSQL and Valkey of our own, whatever the environment has; empty, migrated, and stopped at the end."""
    for name in (*DATABASE_URLS, "DATABASE_ADMIN_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    state = own_state("faults")
    shutil.rmtree(state.folder / "pgdata", ignore_errors=True)  # of an earlier run
    state.write(roles="")
    services = Services(state)  # with fsync: what was acknowledged must survive
    try:
        services.start()
        os.environ.update(services.environment(), TICK_SECONDS="0.5", LOG_FORMAT="json", DATABASE_ROLE="app")
        owner = os.environ | {"DATABASE_ROLE": "owner"}
        code, said = output_of(
            [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"], env=owner, cwd=ROOT
        )
        if code:
            raise ServiceError(f"manage.py migrate failed:\n{said}")
        yield services
    finally:
        services.stop()
        state.release()


class Stage(ABC):
    """Servers and processes, and what a story does with them; `play` is the story, `verdict` what came of it."""

    def __init__(self, services: Services, options: argparse.Namespace) -> None:
        self.services, self.options = services, options
        self.chance = random.Random(options.chance)
        folder = services.state.folder / "processes"
        folder.mkdir(exist_ok=True)
        env = dict(os.environ)
        self.processes = [Process(name, folder, env, off) for name, off in OURS]
        self.in_transaction = self.died = 0
        self.faults = Counter[str]()
        self.began = time.monotonic()

    def run(self) -> int:
        """Begin all processes, play, count."""
        try:
            for process in self.processes:
                process.start()
            self.cast = make_cast()
            self.say("clients and people are there")
            self.play()
            return self.verdict()
        finally:
            for process in self.processes:
                process.end()

    @abstractmethod
    def play(self) -> None:
        """What happens."""

    @abstractmethod
    def verdict(self) -> int:
        """The counts, for people and for machines; 0 when all is well."""

    def say(self, what: str) -> None:
        """How far it has come, for who waits."""
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", file=sys.stderr, flush=True)

    def begin_again(self) -> None:
        """Who died by itself."""
        for process in self.processes:
            if not process.alive():
                self.died += 1
                process.start()

    def valkey(self) -> None:
        """Emptied, killed, and started again with whatever its file still holds."""
        import redis

        assert self.services.valkey is not None
        assert self.services.valkey.process is not None
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
        stop(self.services.valkey.process, signal.SIGKILL, signal.SIGKILL, 10)
        time.sleep(self.chance.uniform(0, 1))
        self.services.valkey.start(again=True)
        self.faults["Valkey emptied and killed"] += 1

    def postgresql(self) -> None:
        """As `pg_ctl stop -m immediate`: no checkpoint, no good-bye; then its recovery."""
        from django.db import connection

        assert self.services.postgres is not None
        assert self.services.postgres.process is not None
        connection.close()
        stop(self.services.postgres.process, signal.SIGQUIT, signal.SIGKILL, 30)
        time.sleep(self.chance.uniform(0, 1))
        self.services.postgres.start(again=True)
        self.faults["PostgreSQL stopped at once"] += 1

    def both(self) -> None:
        """One after the other."""
        self.postgresql()
        self.valkey()

    def ticks(self) -> int:
        """How many have ended."""
        return int(self.ask("SELECT coalesce(max(ticks), 0) FROM escalation_engineheartbeat")[0][0])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for what must come true. Raises ServiceError when it doesn't."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise ServiceError(f"never came true: {what}; the logs are in {self.services.state.folder}")
            time.sleep(0.1)

    def kills(self, *, beats: bool) -> int:
        """How many beats, or workers, were killed."""
        return sum(one.kills for one in self.processes if one.is_beat is beats)

    def blows(self) -> str:
        """What befell the servers, and who fell by itself."""
        told = ", ".join(
            f"{what} {times} {'time' if times == 1 else 'times'}" for what, times in sorted(self.faults.items())
        )
        return f"{told}; a worker 10 minutes ahead and one behind; {self.died} processes ended by themselves"

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """As the engine, which sees every client."""
        database = psycopg2.connect(os.environ["DATABASE_WORKER_URL"])
        try:
            with database, database.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE totalcare_engine")
                cursor.execute(statement)
                return cursor.fetchall()
        finally:
            database.close()


def make_cast() -> SimpleNamespace:
    """The tests' cast, in a Django that is the app."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in
    from common import clock
    from tests import cast

    now: datetime = clock.now()
    return cast.make_cast(now)
