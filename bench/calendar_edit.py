"""A calendar's edition that moves many open clocks, with people served meanwhile: previewed, published, and followed in batches.

    script/bench calendar_edit [--open 200000] [--clients 200], or script/bench slo [--moved 200000], which runs it last

`calendar_edit_200k_open` is the time from the publication until the last of that many clocks has moved, with its ticket and its event,
by one worker that does nothing else. Meanwhile somebody opens a request again and again: `answers_meanwhile_p95` stands beside the
same before the edition. The preview's figure is the counting of all of them.
"""

from __future__ import annotations

import argparse
import json
import threading
from datetime import timedelta
from time import perf_counter
from typing import Any

from bench._figures import p95, report
from bench._world import STARTED, prepare, session

WEEK = {str(day): [["08:00", "17:30"]] for day in range(6)}
OPENED = "UPDATE tickets_ticket SET opened_at = now() - id % 3000 * interval '1 minute', status = 'new' WHERE id >= 0"
TARGET = "2400 + id % 2400"
OPEN = """
    INSERT INTO slo_clock (id, organization_id, objective, contract_ref, term_key, provenance, edition_id, priority,
        target_minutes, allowed_seconds, started_at, warn_at, due_at, next_at, verdict, void_reason, historical)
    SELECT ticket.id, organization_id, 'first_response', contract_id, 'slo.first_response.' || priority, '{}', 1, priority,
        target, target * 60, opened_at, warn_at, planned.due_at, warn_at, 'running', '', false
    FROM tickets_ticket AS ticket JOIN unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
        AS planned (id, target, warn_at, due_at) ON planned.id = ticket.id
    WHERE ticket.id > 0"""
DUE = "UPDATE tickets_ticket SET due_at = slo_clock.due_at FROM slo_clock WHERE slo_clock.id = tickets_ticket.id"


def running(cursor: Any, values: dict[str, int]) -> None:
    """Every clock runs, its row as its events have it: due some days from now, by forty to eighty hours of business time."""
    import numpy as np

    from slo.calendar import EPOCH, Calendar

    cursor.execute(OPENED)
    cursor.execute("SELECT zone, weekly, holidays FROM slo_calendaredition")
    zone, weekly, holidays = cursor.fetchone()
    calendar = Calendar.from_data({"zone": zone, "weekly": json.loads(weekly), "holidays": json.loads(holidays)})
    cursor.execute(f"SELECT id, {TARGET}, opened_at FROM tickets_ticket ORDER BY id")
    ids, targets, opened = zip(*cursor.fetchall(), strict=True)
    table = calendar.compiled(min(opened), max(opened) + timedelta(days=366))
    starts = np.array([(at - EPOCH) // timedelta(microseconds=1) for at in opened])
    micros = np.array(targets) * 60_000_000
    planned = [
        [EPOCH + timedelta(microseconds=one) for one in table.add_many(starts, part).tolist()]
        for part in (micros * 3 // 4, micros)
    ]
    cursor.execute(OPEN, [list(ids), list(targets), *planned])
    cursor.execute(DUE)
    cursor.execute(STARTED)


def main() -> None:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser(prog="script/bench calendar_edit", description=__doc__)
    parser.add_argument("--open", type=int, default=200_000, help="clocks that are open, and move")
    parser.add_argument("--clients", type=int, default=200)
    options = parser.parse_args()
    world = prepare(options.clients, options.open, running)
    measure(world, options.open)


def as_role(role: str) -> None:
    """Log in anew."""
    import os

    import dj_database_url
    from django.db import connection

    url = dj_database_url.parse(os.environ[f"DATABASE_{role.upper()}_URL"])
    connection.close()
    connection.settings_dict.update(USER=url["USER"], PASSWORD=url["PASSWORD"])


def measure(world: Any, size: int) -> None:
    """The figures, each of one run: the edition moves every clock, so there is nothing left for a second one."""

    from bench._figures import as_owner, times
    from bench._world import get, served

    as_owner("SELECT setval('slo_calendaredition_id_seq', 1000)")
    cookie = session(1)
    with served() as port:
        from http.client import HTTPConnection

        line = HTTPConnection("127.0.0.1", port)

        def look() -> None:
            status, _body, _headers = get(line, f"/tickets/{world.reference(7)}/", cookie)
            assert status == 200, status

        before = times(look, 40, warm=5)
        over, meanwhile = threading.Event(), []
        refusals: list[AssertionError] = []

        def keep_looking() -> None:
            while not over.is_set():
                try:
                    meanwhile.extend(times(look, 1, warm=0))
                except AssertionError as refused:
                    refusals.append(refused)

        as_role("worker")
        people = threading.Thread(target=keep_looking)
        people.start()
        try:
            counting, moving, moved = edit()
        finally:
            over.set()
            people.join()
    assert not refusals, refusals[0]
    assert moved == size - 1, (moved, size)  # ids begin at 1, and the world's at 0
    name = f"{size // 1000}k"
    report("slo", f"calendar_edit_{name}_open", moving, "s", 1, at_most=15, clocks=moved)
    report("slo", f"calendar_preview_{name}_open", counting, "s", 1, clocks=moved)
    report(
        "slo", "answers_meanwhile_p95", p95(meanwhile), "ms", len(meanwhile), beside="the same page before",
        beside_value=round(p95(before), 2), slowest=round(max(meanwhile), 2),
    )  # fmt: skip


def edit() -> tuple[float, float, int]:
    """Seconds of the preview and of the moving, and how many moved."""
    from accounts.models import User
    from common import tenancy
    from slo import services as slo
    from slo.models import BusinessCalendar, CalendarChange
    from tickets import services

    with tenancy.engine() as now:
        administrator = User.objects.get(pk=1)
        administrator.staff_role = "administrator"
        change = slo.draft_change(
            actor=administrator, calendar=BusinessCalendar.objects.get(), zone="Europe/Paris", weekly=WEEK, holidays={},
            effective_at=None, now=now,
        )  # fmt: skip

    def work() -> float:
        began = perf_counter()
        while True:
            services.follow_calendars()
            with tenancy.engine():
                change.refresh_from_db()
            if not change.is_unfinished:
                break
        assert change.state == CalendarChange.State.DONE, change.failure
        return perf_counter() - began

    counting = work()
    with tenancy.engine() as now:
        slo.publish_change(actor=administrator, change=change, text_hash=change.text_hash, now=now)
    moving = work()
    return counting, moving, int(change.done)


if __name__ == "__main__":
    main()
