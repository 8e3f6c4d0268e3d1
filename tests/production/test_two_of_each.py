"""Two webs, two workers, two beats on one PostgreSQL; one of each dies while tickets flow. Nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from aiosmtpd.controller import Controller

from tests.cast import PASSWORD
from totalcare.embedded.state import free_port

from .house import CAST, VALKEY_NUMBER, Browser, House, until

PEOPLE = {"ann@example.com": "Ann", "bob@example.com": "Bob"}
ALL = [(service, f"{service}{number}") for service in ("web", "worker", "beat") for number in (1, 2)]
OVERDUE = """
    UPDATE slo_clock SET started_at = started_at - span, warn_at = warn_at - span, due_at = due_at - span,
        next_at = next_at - span FROM (SELECT interval '60 days' AS span) AS moved WHERE next_at > now()"""


OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


class Letterbox:
    """An SMTP server's memory: the Message-ID of everything that came."""

    def __init__(self) -> None:
        self.came: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        (name,) = (line for line in envelope.content.split(b"\r\n") if line.lower().startswith(b"message-id:"))
        self.came.append(name.split(b":", 1)[1].strip().decode())
        return "250 OK"


@pytest.fixture
def letterbox() -> Iterator[tuple[Letterbox, int]]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    box = Letterbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def owner(statement: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture
def house(tmp_path: Path, letterbox: tuple[Letterbox, int]) -> Iterator[House]:
    """A migrated database with the cast, and static files, by the image's and the compose file's own commands."""
    here = House(tmp_path, letterbox[1])
    owner(f"DROP DATABASE IF EXISTS {here.name} WITH (FORCE)")
    owner(f"CREATE DATABASE {here.name}")
    valkey = redis.Redis.from_url(os.environ["REDIS_URL"], db=VALKEY_NUMBER)
    valkey.flushdb()
    try:
        here.finish(here.run("migrate"), here.run("migrate", "python", "manage.py", "collectstatic", "--no-input"))
        here.finish(here.run("worker", "python", "manage.py", "shell", "-c", CAST))
        yield here
    finally:
        for name in list(here.processes):
            here.kill(name)
        valkey.flushdb()
        valkey.close()
        # PostgreSQL notices a moment later that somebody died, and the owner may not send away whom the web logged in.
        until(lambda: not here.sql(OTHERS, here.name), "nobody is connected any more")
        owner(f"DROP DATABASE {here.name} WITH (FORCE)")


class Submitting(threading.Thread):
    """A person who sends one request after the other, to whichever web answers, and remembers what became of each."""

    def __init__(self, house: House, email: str, contract: int) -> None:
        super().__init__(daemon=True)
        self.house, self.email, self.contract = house, email, contract
        self.acknowledged: list[str] = []
        self.unsure: list[str] = []
        self.refused: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        browser = Browser()
        browser.sign_in(self.house.ports["web2"], self.email, PASSWORD)
        number = 0
        while not self.enough.wait(0.1):
            number += 1
            self.submit(
                browser, f"{PEOPLE[self.email]} asks for the {number}. time", self.house.ports[f"web{1 + number % 2}"]
            )

    def submit(self, browser: Browser, subject: str, port: int) -> None:
        form = {
            "contract": self.contract, "subject": subject, "body": "It does not work.", "impact": "team",
            "urgency": "blocked",
        }  # fmt: skip
        try:
            status, said = browser.ask(port, "/tickets/new/", form)
        except ConnectionRefusedError:  # nobody has seen it: send it to the other one
            self.submit(browser, subject, self.house.ports["web2"])
        except (OSError, http.client.HTTPException):  # it may be there or not; a person would look before asking again
            self.unsure.append(subject)
        else:
            (self.acknowledged if status == 302 else self.refused).append(subject if status == 302 else said[:1000])


def alarms(box: Letterbox) -> Counter[str]:
    """Mails that say that the engine stopped."""
    return Counter(name for name in box.came if name.startswith("<engine_stopped-"))


def leases_of_the_dead(house: House, killed_at: Any) -> set[str]:
    """Let what the killed worker had taken go ten minutes early: the mails of it, by Message-ID."""
    rows = house.sql(
        """UPDATE notifications_delivery SET next_at = now() WHERE sent_at IS NULL AND attempts > 0
        AND next_at BETWEEN now() + interval '1 minute' AND %s + interval '10 minutes' RETURNING id""",
        killed_at,
    )
    return {f"<delivery-{pk}@portal.example>" for (pk,) in rows}


def test_one_of_each_is_killed_and_nothing_is_lost_or_done_twice(house, letterbox):
    for service, name in ALL:
        house.start(service, name)
    watcher = Browser(house.operator["METRICS_TOKEN"])

    def ready(name: str) -> Any:
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, said = watcher.ask(house.ports[name], "/healthz/ready")
            return status == 200 and json.loads(said)
        return None

    for name in ("web1", "web2"):
        until(lambda name=name: ready(name), f"{name} is ready")
    rows = house.sql("SELECT id FROM contracts_contract ORDER BY id")
    contracts = dict(zip(PEOPLE, (pk for (pk,) in rows), strict=True))
    until(lambda: ready("web2")["engine"]["state"] == "ok", "a tick has ended")

    # Tickets flow; one of each dies on the way.
    people = [Submitting(house, email, contracts[email]) for email in PEOPLE]
    for person in people:
        person.start()

    def flowed(count: int) -> None:
        until(lambda: all(len(person.acknowledged) >= count for person in people), f"{count} requests of each")

    flowed(4)
    house.kill("web1")
    flowed(8)
    house.sql(OVERDUE)
    ticks = house.sql("SELECT ticks FROM escalation_engineheartbeat")[0][0]
    until(lambda: house.sql("SELECT ticks FROM escalation_engineheartbeat")[0][0] > ticks, "a tick over what is due")
    house.kill("worker1")
    ((killed_at,),) = house.sql("SELECT now()")
    house.kill("beat1")
    count = max(len(person.acknowledged) for person in people)
    flowed(count + 4)
    for person in people:
        person.enough.set()
        person.join(30)
        assert not person.is_alive()
        assert person.refused == []

    # What is left catches up.
    house.sql(OVERDUE)
    until(lambda: not house.sql("SELECT 1 FROM slo_clock WHERE next_at IS NOT NULL LIMIT 1"), "all steps are fired")
    released = leases_of_the_dead(house, killed_at)
    waits = "SELECT 1 FROM notifications_delivery WHERE sent_at IS NULL LIMIT 1"
    until(lambda: not house.sql(waits), "all mails are sent")

    # No lost ticket, none twice, numbers without gaps.
    stored = Counter(subject for (subject,) in house.sql("SELECT subject FROM tickets_ticket"))
    acknowledged = {subject for person in people for subject in person.acknowledged}
    unsure = {subject for person in people for subject in person.unsure}
    assert set(stored.values()) == {1}
    assert acknowledged <= set(stored) <= acknowledged | unsure
    for organization_id, last in house.sql("SELECT organization_id, last FROM tickets_ticketcounter"):
        numbers = house.sql("SELECT number FROM tickets_ticket WHERE organization_id = %s ORDER BY 1", organization_id)
        assert [number for (number,) in numbers] == list(range(1, last + 1))
    # Each of them whole, each step once, each climb begun once.
    every = {pk for (pk,) in house.sql("SELECT id FROM tickets_ticket")}
    for what in (
        "SELECT ticket_id FROM tickets_message",
        "SELECT ticket_id FROM tickets_ticketclock",
        "SELECT ticket_id FROM escalation_escalation",
        *(
            f"SELECT subject_id FROM audit_event WHERE subject_kind = 'ticket' AND verb = '{verb}'"
            for verb in ("ticket.opened", "clock.warning", "clock.breach", "escalation.opened")
        ),
        "SELECT ticket_id FROM tickets_ticketclock JOIN slo_clockstep USING (clock_id) WHERE name = 'warning'",
        "SELECT ticket_id FROM tickets_ticketclock JOIN slo_clockstep USING (clock_id) WHERE name = 'breach'",
        "SELECT subject_id FROM audit_event JOIN notifications_delivery ON event_id = audit_event.id"
        " WHERE template = 'clock_missed'",
    ):
        assert Counter(pk for (pk,) in house.sql(what)) == dict.fromkeys(every, 1), what
    # Every mail came; twice, under its one Message-ID, only what died between sending and marking.
    came = Counter(letterbox[0].came)
    assert set(came) == {
        f"<delivery-{pk}@portal.example>" for (pk,) in house.sql("SELECT id FROM notifications_delivery")
    }
    assert {name for name, times in came.items() if times > 1} <= released

    # Those that are left are well, by the compose file's own checks.
    for service in ("web", "worker", "beat"):
        assert house.healthy(service, f"{service}2"), service
    engine = ready("web2")["engine"]
    assert engine["state"] == "ok"
    for process in house.processes.values():
        assert process.poll() is None
    # Whichever process of a web answers, it tells what all of that web have counted.
    served = (house.folder / "web2.log").read_text().count('"message": "POST /tickets/new/ 302"')
    counted = f'totalcare_request_seconds_count{{method="POST",route="/tickets/new/",status="302"}} {served}.0'
    assert counted in watcher.ask(house.ports["web2"], "/metrics")[1]
    # The last bell is silent: the web that is left tells service lead and administrator, once, with no worker's help.
    for name in ("worker2", "beat2"):
        house.kill(name)
    # A killed worker's children may end what they are at: their last sign of life is an hour old, too.
    silent = "UPDATE escalation_engineheartbeat SET seen_at = now() - interval '1 hour' WHERE seen_at > now() - interval '30 minutes'"
    until(lambda: house.sql(silent) or len(alarms(letterbox[0])) == 2, "the alarm has come")
    until(lambda: house.sql("SELECT 1 FROM escalation_engineoutage WHERE told_at IS NOT NULL"), "it is remembered")
    assert set(alarms(letterbox[0]).values()) == {1}
    for log in house.folder.glob("*.log"):
        for line in log.read_text().splitlines():
            assert json.loads(line)["level"] not in {"critical"}, line
        assert "@example.com" not in log.read_text()
