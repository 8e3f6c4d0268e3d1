"""Clocks fall due while workers and beats are killed, Valkey is emptied and PostgreSQL stopped at once: `script/faults slo`.

Three workers, of which one's clock is ten minutes ahead and one's ten minutes behind, and two beats, on servers of this
command's own. Each round opens some requests whose first answer is late within seconds, catches one process at work if it
can, and kills it. In the end every clock must have been missed exactly once, with all that it causes. Exits with 1 if not.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg2

from faults.processes import Process
from totalcare.embedded.process import ServiceError, output_of, stop
from totalcare.embedded.services import DATABASE_URLS, Services
from totalcare.embedded.state import ROOT, own_state

OFF = 600  # seconds, ahead and behind
OURS = (("worker-right", 0), ("worker-ahead", OFF), ("worker-behind", -OFF), ("beat-1", 0), ("beat-2", 0))
LATE = 2.0  # seconds within which a round's clocks fall due
PATIENCE = 180.0
# What each late clock has to cause, once: one row a ticket.
CAUSED = {
    "the breach's step": """SELECT ticket_id FROM tickets_ticketclock JOIN slo_clockstep USING (organization_id, clock_id)
        WHERE name = 'breach'""",
    "the breach's event": "SELECT subject_id FROM audit_event WHERE verb = 'clock.breach'",
    "the verdict": """SELECT ticket_id FROM tickets_ticketclock AS link JOIN slo_clock AS clock ON clock.id = link.clock_id
        WHERE verdict = 'missed'""",
    "the escalation": "SELECT ticket_id FROM escalation_escalation",
    "the escalation's event": "SELECT subject_id FROM audit_event WHERE verb = 'escalation.opened'",
    "the requester's mail": """SELECT subject_id FROM notifications_delivery AS mail JOIN audit_event AS event
        ON event.id = mail.event_id WHERE template = 'clock_missed'""",
}
FROM_THE_FUTURE = "SELECT count(*) FROM slo_clockstep WHERE at > clock_timestamp() OR fired_at > clock_timestamp()"
DUE = "SELECT count(*) FROM slo_clock WHERE next_at IS NOT NULL"


def main() -> int:
    """Run the story; 0 when nothing is missing, double or early."""
    parser = argparse.ArgumentParser(prog="script/faults slo", description=__doc__)
    parser.add_argument("--clocks", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--chance", type=int, default=1, help="the seed of who is killed when")
    options = parser.parse_args()
    try:
        with servers() as services:
            return Story(services, options).run()
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


class Story:
    """One run."""

    def __init__(self, services: Services, options: argparse.Namespace) -> None:
        self.services, self.options = services, options
        self.chance = random.Random(options.chance)
        folder = services.state.folder / "processes"
        folder.mkdir(exist_ok=True)
        env = dict(os.environ)
        self.processes = [Process(name, folder, env, off) for name, off in OURS]
        self.opened = self.in_transaction = self.early = self.died = 0
        self.faults = Counter[str]()
        self.began = time.monotonic()

    def run(self) -> int:
        """Open, kill, wait, count."""
        try:
            for process in self.processes:
                process.start()
            self.cast = prepare()
            self.say("clients and people are there")
            self.rounds()
            self.say("the last kill; the worker whose clock is ahead goes on alone")
            self.last_stand()
            self.say("all is fired; everybody comes back and finds nothing to do")
            self.wait_until_quiet()
            return self.verdict()
        finally:
            for process in self.processes:
                process.end()

    def rounds(self) -> None:
        """As many as there are kills, with a fault of the servers in between."""
        kills = self.options.kills
        servers = {kills // 3: self.valkey, kills * 2 // 3: self.postgresql}
        if kills >= 20:  # and again, later and together
            servers |= {kills * 4 // 5: self.both}
        for number in range(kills):
            self.open(self.options.clocks * (number + 1) // (kills + 1))
            if fault := servers.get(number):
                fault()
            self.strike(self.chance.choice(self.processes))
            self.look()
            if number % 20 == 19:
                self.say(f"{number + 1} kills, {self.opened} clocks")

    def say(self, what: str) -> None:
        """How far it has come, for who waits."""
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", file=sys.stderr, flush=True)

    def open(self, until: int) -> None:
        """Requests whose first answer is late within seconds, through the service, as a person sends them."""
        while self.opened < until:
            late_in = timedelta(seconds=self.chance.uniform(0.2, LATE))
            open_late(self.cast, late_in, self.opened)
            self.opened += 1

    def strike(self, victim: Process) -> None:
        """Kill it, at work if it can be caught there, and begin it again."""
        admin = os.environ["DATABASE_ADMIN_URL"]
        self.in_transaction += victim.caught_at_work(admin, self.chance.uniform(0.5, LATE))
        victim.kill()
        victim.start()

    def look(self) -> None:
        """What is fired before it is due, by anybody's clock; and who died by itself is begun again."""
        self.early += self.ask(FROM_THE_FUTURE)[0][0]
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

    def last_stand(self) -> None:
        """The rest of the clocks with no worker but the one whose clock is ahead: it must neither fire early nor be idle."""
        others = [one for one in self.processes if not one.is_beat and one.off != OFF]
        for process in others:
            process.end()
        self.open(self.options.clocks)
        self.until(lambda: self.ask(DUE)[0][0] == 0, "the worker whose clock is ahead fires all that is due")
        self.look_at_steps()

    def look_at_steps(self) -> None:
        """Without bringing anybody back."""
        self.early += self.ask(FROM_THE_FUTURE)[0][0]

    def wait_until_quiet(self) -> None:
        """Everybody back, and some ticks more, which must find nothing left to do."""
        for process in self.processes:
            if not process.alive():
                process.start()
        ticks = self.ticks()
        self.until(lambda: self.ticks() >= ticks + 3, "three more ticks")

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

    def verdict(self) -> int:
        """The counts, for people and for machines."""
        tickets = {pk for (pk,) in self.ask("SELECT id FROM tickets_ticket")}
        if lost := self.opened - len(tickets):
            print(f"requests that were acknowledged and aren't there: {lost}")
        missing, double = max(0, lost), 0
        for what, statement in CAUSED.items():
            counts = Counter(pk for (pk,) in self.ask(statement))
            lacks, surplus = len(tickets - set(counts)), sum(counts.values()) - len(counts)
            missing, double = missing + lacks, double + surplus
            if lacks or surplus:
                print(f"{what}: missing {lacks}, double {surplus}")
        kills = {kind: sum(one.kills for one in self.processes if one.is_beat is kind) for kind in (False, True)}
        faults = ", ".join(
            f"{what} {times} {'time' if times == 1 else 'times'}" for what, times in sorted(self.faults.items())
        )
        print(f"{faults}; a worker 10 minutes ahead and one behind; {self.died} processes ended by themselves")
        print(f"steps fired early, or at a time yet to come: {self.early}")
        print(
            f"{len(tickets)} clocks, {sum(kills.values())} kills: {kills[False]} of workers, {self.in_transaction} of them"
            f" in mid-transaction, {kills[True]} of beats"
        )
        print(f"missing {missing}, double {double}", flush=True)
        return int(bool(missing or double or self.early))

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


def prepare() -> SimpleNamespace:
    """The tests' cast: Northwind's critical requests are covered around the clock."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in
    from common import clock
    from tests.cast import make_cast

    cast = make_cast(clock.now())
    cast.target = None
    return cast


def open_late(cast: SimpleNamespace, late_in: timedelta, number: int) -> None:
    """One critical request of Northwind's, sent so long ago that its first answer is late in a moment."""
    from common import tenancy
    from slo.models import Clock
    from tickets import services as tickets

    with tenancy.user(cast.ann) as now:
        at: datetime = now - (cast.target or timedelta()) + late_in
        ticket = tickets.open_ticket(
            actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject=f"Late {number}",
            body="It stands still.", impact="organization", urgency="blocked", priority="critical",
            now=at if cast.target else now - timedelta(minutes=59, seconds=58),
        )  # fmt: skip
        if cast.target is None:
            clock = Clock.objects.get(pk=ticket.clocks.get().clock_id)
            cast.target = clock.due_at - clock.started_at


if __name__ == "__main__":
    sys.exit(main())
