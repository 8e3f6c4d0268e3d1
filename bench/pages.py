"""What pages cost in a busy portal: the queue with 100,000 open requests of 200 clients, a ticket's page, weight, queries.

Over HTTP, from one patient client on a kept connection, under the roles and row security that everybody gets.
"""

from __future__ import annotations

import argparse
import gzip
import re
from http.client import HTTPConnection

from bench import _world
from bench._figures import median, p95, report, times

ASSET = re.compile(rb'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))')


def main() -> None:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser(prog="script/bench pages", description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60)
    options, _others = parser.parse_known_args()
    world = _world.prepare(options.clients, options.tickets)
    lead, consultant, manager = (_world.session(who) for who in (_world.LEAD, _world.CONSULTANT, _world.MANAGER))
    client = _world.session(_world.PEOPLE + 1)
    with _world.served() as port:
        web = HTTPConnection("127.0.0.1", port, timeout=30)

        def ask(path: str, cookie: str) -> bytes:
            status, body, _headers = _world.get(web, path, cookie)
            assert status == 200, (path, status)
            return body

        floor = median(lambda: ask("/healthz/live", ""), options.requests)

        def figure(name: str, path: str, cookie: str) -> None:
            found = times(lambda: ask(path, cookie), options.requests, warm=6)
            report(
                "pages", name, p95(found), "ms", options.requests, target=100, p50=round(sorted(found)[len(found) // 2], 1),
                beside="GET /healthz/live", beside_value=round(floor, 2),
            )  # fmt: skip

        long = f"/tickets/{world.reference(1000)}/"
        figure("queue_page_p95_assigned", "/queue/", consultant)
        figure("queue_page_p95_all", "/queue/", lead)
        figure("ticket_page_p95", long, lead)
        figure("ticket_page_p95_client", f"/tickets/{world.reference(1000)}/", client)
        pages = {
            "/": client, "/tickets/": client, "/tickets/new/": client, "/contracts/1/hours/": client,
            "/contracts/1/promises/": client, long: lead, "/queue/": lead, "/portfolio/": manager, "/accounts/login/": "",
        }  # fmt: skip
        weights = {path: weigh(web, path, cookie) for path, cookie in pages.items()}
        heaviest = max(weights, key=lambda path: weights[path])
        report("pages", "page_kb_max", weights[heaviest] / 1000, "kB", len(pages), target=100, page=heaviest,
               note="its HTML, styles and scripts, gzip")  # fmt: skip
        web.close()
    counts = {path: queries(path, cookie) for path, cookie in pages.items()}
    most = max(counts, key=lambda path: counts[path])
    one_message, forty = (queries(f"/tickets/{world.reference(n)}/", lead) for n in (999, 1000))
    one_row, fifty = (queries(f"/queue/?client=BENCH1&q={words}", lead) for words in ("BENCH1-1", "board"))
    report("pages", "queries_max", counts[most], "queries", len(pages), target=20, page=most,
           grows_by={"ticket": forty - one_message, "queue": fifty - one_row})  # fmt: skip


def weigh(web: HTTPConnection, path: str, cookie: str) -> int:
    """Bytes of a first visit, compressed: the page, and what it names."""
    _status, body, headers = _world.get(web, path, cookie, **{"Accept-Encoding": "gzip"})
    packed = headers.get("content-encoding") == "gzip"
    page = gzip.decompress(body) if packed else body
    total = len(body) if packed else len(gzip.compress(page, 6))
    for asset in {found.decode() for found in ASSET.findall(page)}:
        total += len(_world.get(web, asset, "", **{"Accept-Encoding": "gzip"})[1])
    return total


def queries(path: str, cookie: str) -> int:
    """How many statements a request takes, all of them: session, scope, savepoints."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    if cookie:
        browser.cookies["sessionid"] = cookie.partition("=")[2]
    browser.get(path, secure=True)  # what a process asks once only
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(path, secure=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(asked)


if __name__ == "__main__":
    main()
