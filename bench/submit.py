"""Submitting a request by the form, as a browser does: eight clients on two web workers, for eight organizations and for one.

One organization is held back by its counter: the row of its last ticket number stays locked until COMMIT, so that numbers
have no gaps.
"""

from __future__ import annotations

import argparse
import os
import re
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from time import monotonic
from urllib.parse import urlencode

from bench import _world
from bench._figures import report

CLIENTS = 8
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
INSERT = """INSERT INTO audit_event (organization_id, verb, subject_kind, subject_id, audience, data, at)
    VALUES (%s, 'bench.row', 'ticket', 1, 'client', '{}', now())"""


def main() -> None:
    """Seed, submit for some seconds, print."""
    parser = argparse.ArgumentParser(prog="script/bench submit", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--tickets", type=int, default=20_000, help="open already")
    options, _others = parser.parse_known_args()
    _world.prepare(200, options.tickets)
    eight = [(_world.session(_world.PEOPLE + n), n) for n in range(1, CLIENTS + 1)]
    with _world.served(workers=2) as port:
        alive = rate(lambda number: healthy(port), 2)
        commits = rate(inserter, 2)
        for figure, people in (
            ("submit_form_8_clients", eight),
            ("submit_form_8_clients_one_organization", eight[:1] * CLIENTS),
        ):
            found = rate(lambda number, people=people: form(port, *people[number]), options.seconds)  # type: ignore[misc]
            report(
                "submit", figure, found, "per second", CLIENTS, target=150, beside="GET /healthz/live per second",
                beside_value=round(alive), beside_too="one INSERT and COMMIT per second", beside_too_value=round(commits),
            )  # fmt: skip


def rate(make: Callable[[int], Callable[[], None]], seconds: float) -> float:
    """How often a second eight threads do something together, after a second that warms up. The first failure ends it."""
    count, trouble = [0] * CLIENTS, []
    begin, end = monotonic() + 1, monotonic() + 1 + seconds

    def run(number: int) -> None:
        try:
            work = make(number)
            while (now := monotonic()) < end:
                work()
                count[number] += now >= begin
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    if trouble:
        raise trouble[0]
    return sum(count) / seconds


def healthy(port: int) -> Callable[[], None]:
    """The cheapest thing the same server can be asked."""
    web = HTTPConnection("127.0.0.1", port, timeout=30)

    def ask() -> None:
        assert _world.get(web, "/healthz/live", "")[0] == 200

    return ask


def inserter(number: int) -> Callable[[], None]:
    """The cheapest thing the same database can keep."""
    import psycopg2

    database = psycopg2.connect(os.environ["DATABASE_WORKER_URL"])
    cursor = database.cursor()

    def insert() -> None:
        cursor.execute("SET LOCAL ROLE totalcare_engine")
        cursor.execute(INSERT, [number + 1])
        database.commit()

    return insert


def form(port: int, cookie: str, organization: int) -> Callable[[], None]:
    """Fetch the form once, as a person would, then send it again and again on the same connection."""
    web = HTTPConnection("127.0.0.1", port, timeout=30)
    _status, page, headers = _world.get(web, "/tickets/new/", cookie)
    found = TOKEN.search(page)
    assert found is not None, page[:500]
    cookies = f"{cookie}; {headers['set-cookie'].partition(';')[0]}"
    body = urlencode(
        {
            "csrfmiddlewaretoken": found[1].decode(), "contract": organization, "request_type": "permissions",
            "subject": "The board shows nothing", "body": "Since **this morning**, for everybody in the team.",
            "impact": "team", "urgency": "blocked",
        }
    )  # fmt: skip

    def submit() -> None:
        web.request("POST", "/tickets/new/", body, {
            "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded",
        })  # fmt: skip
        answer = web.getresponse()
        content = answer.read()
        assert answer.status == 302, (answer.status, content[:3000])

    return submit


if __name__ == "__main__":
    main()
