"""What the engine costs: a tick with nothing due, a thousand first answers missed at once, a flood, and how late it is.

    script/bench tick [--open 50000 --drain 5000 --seconds 30]    a minute instead of several

Each figure stands beside a plain one of the same machine in the same minute, because machines differ and drift.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import _engine
from bench._figures import as_owner, empty, manage, median, report

START = datetime.now(UTC).replace(second=0, microsecond=0)
CLIENTS = 50
SEED = [
    "INSERT INTO slo_businesscalendar (id, name, slug) VALUES (1, 'bench', 'bench') ON CONFLICT DO NOTHING",
    """INSERT INTO slo_calendaredition (id, calendar_id, number, zone, weekly, holidays, origin, effective_at)
       VALUES (1, 1, 1, 'Europe/Paris', '{"0": [["09:00", "18:00"]], "1": [["09:00", "18:00"]], "2": [["09:00", "18:00"]],
       "3": [["09:00", "18:00"]], "4": [["09:00", "18:00"]]}', '{}', 'hand', '2026-01-01Z')""",
    """INSERT INTO accounts_organization (id, name, key, requesters_see, is_historical, created_at)
       SELECT n, 'Client ' || n, 'BENCH' || n, 'all', false, %(start)s FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO accounts_user (id, password, is_superuser, email, name, staff_role, language, time_zone, theme, is_staff,
           is_active, is_automatic, date_joined)
       SELECT n, '!', false, 'person' || n || '@example.com', 'Person ' || n, CASE WHEN n = 1 THEN 'lead'
           WHEN n <= 10 THEN 'consultant' ELSE '' END, 'en', 'Europe/Paris', 'system', false, true, false, %(start)s
       FROM generate_series(1, %(clients)s + 10) AS n""",
    """INSERT INTO contracts_contract (id, organization_id, reference, plan, tier, status, starts_on, calendar_id, ended_reason, precedence)
       SELECT n, n, 'C', 'total_care', 'standard', 'active', '2026-01-01', 1, '',
           '[["ms_terms", "general_terms", "msa", "order"], ["policy", "guide"]]' FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladder (id, organization_id, contract_id) SELECT n, n, n
       FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladderlevel
           (id, organization_id, ladder_id, position, title, acknowledge_minutes, includes_assignee)
       SELECT 2 * n + level, n, n, level, 'Level', 6000, level = 1
       FROM generate_series(1, %(clients)s) AS n, generate_series(1, 2) AS level""",
    """INSERT INTO escalation_ladderperson (id, organization_id, level_id, user_id)
       SELECT n, n, 2 * n + 2, 1 FROM generate_series(1, %(clients)s) AS n""",
]
# Clocks number first to last, due from an instant on, so many a minute; they have warned before.
CLOCKS = """
    INSERT INTO slo_clock (id, organization_id, objective, contract_ref, term_key, provenance, edition_id, priority,
        target_minutes, started_at, warn_at, due_at, next_at, verdict, void_reason, historical)
    SELECT n, 1 + n %% %(clients)s, 'first_response', 1, 'slo.first_response.high', '{}', 1, 'high', 240,
        %(begin)s - interval '1 day', %(begin)s - interval '1 hour', at, at, 'running', '', false
    FROM (SELECT n, %(begin)s + (n - %(first)s) / %(a_minute)s::float * interval '1 minute' AS at
        FROM generate_series(%(first)s, %(last)s) AS n) AS clocks"""
TICKETS = [
    """INSERT INTO tickets_ticket (id, organization_id, number, contract_id, requester_id, assignee_id, subject, status,
           impact, urgency, priority, channel, confidential, opened_at, active_at, due_at, external_ref)
       SELECT n, 1 + n %% %(clients)s, n, 1 + n %% %(clients)s, 11 + n %% %(clients)s,
           CASE WHEN n %% 10 > 0 THEN 2 + n %% 9 END, 'Request ' || n, 'new', 'team', 'degraded', 'high', 'portal', false,
           %(begin)s - interval '1 day', %(begin)s - interval '1 day', %(begin)s, ''
       FROM generate_series(%(first)s, %(last)s) AS n""",
    """INSERT INTO slo_clockstep (organization_id, clock_id, name, at, fired_at)
       SELECT organization_id, id, 'warning', warn_at, warn_at FROM slo_clock WHERE id BETWEEN %(first)s AND %(last)s""",
    # their life until now, from which the rows follow: else the engine would find that they contradict themselves
    """INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
       SELECT organization_id, id, 1, 'started', started_at, jsonb_build_object('priority', priority, 'term', term_key,
           'clause', provenance, 'target_minutes', target_minutes, 'warn_percent', 75, 'calendar', 1, 'edition', 1)
       FROM slo_clock WHERE id BETWEEN %(first)s AND %(last)s""",
    """INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
       SELECT organization_id, id, 2, 'carried', started_at, jsonb_build_object('due_at', due_at, 'warn_at', warn_at)
       FROM slo_clock WHERE id BETWEEN %(first)s AND %(last)s""",
    """INSERT INTO tickets_ticketclock (id, organization_id, ticket_id, objective, clock_id)
       SELECT id, organization_id, id, objective, id FROM slo_clock WHERE id BETWEEN %(first)s AND %(last)s""",
]
INSERT = """
    INSERT INTO audit_event (organization_id, verb, subject_kind, subject_id, audience, data, at)
    SELECT organization, 'bench.row', 'ticket', ticket, 'internal', '{}', %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS row (organization, ticket)"""


class World:
    """The database as it fills up; ids are given out in order."""

    def __init__(self) -> None:
        self.last = 0

    def clocks(self, count: int, begin: datetime, a_minute: float, *, tickets: bool = True) -> int:
        """So many clocks more, due from `begin` on; the id of the first. Those that never come due need no ticket."""
        from django.db import connection

        from common import tenancy

        first, self.last = self.last + 1, self.last + count
        values = {"first": first, "last": self.last, "begin": begin, "a_minute": a_minute, "clients": CLIENTS}
        with tenancy.engine(), connection.cursor() as cursor:
            for statement in [CLOCKS, *(TICKETS if tickets else ())]:
                cursor.execute(statement, values)
        as_owner("VACUUM ANALYZE slo_clock, slo_clockevent, slo_clockstep, tickets_ticket, tickets_ticketclock")
        return first


def main() -> None:
    """Seed and measure by turns; print."""
    parser = argparse.ArgumentParser(prog="script/bench tick", description=__doc__)
    parser.add_argument("--few", type=int, default=10_000, help="clocks that are open and not due, at first")
    parser.add_argument("--open", type=int, default=1_000_000, help="and later")
    parser.add_argument("--due", type=int, default=1_000, help="first answers missed at once")
    parser.add_argument("--drain", type=int, default=100_000, help="first answers missed while nothing ran")
    parser.add_argument("--seconds", type=int, default=120, help="of normal running, for how late a tick is")
    parser.add_argument("--runs", type=int, default=5)
    options, _others = parser.parse_known_args()
    manage("migrate", "--verbosity=0", "--skip-checks")
    import django

    os.environ["DATABASE_ROLE"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    django.setup()
    world = seed()
    idle(world, options)
    busy(world, options)
    _engine.lateness(world, options.seconds)
    _engine.drain(world, options.drain)


def seed() -> World:
    """Clients, people and ladders, in a database that holds nothing, or an earlier benchmark's."""
    from django.db import connection

    from common import tenancy

    empty()
    with tenancy.engine(), connection.cursor() as cursor:
        for statement in SEED:
            cursor.execute(statement, {"start": START, "clients": CLIENTS})
    return World()


def idle(world: World, options: Any) -> None:
    """Nothing due, among few open clocks and among many: the cost must not grow with what is open."""
    from django.db import connection

    from escalation import services

    def nothing() -> None:
        assert services.tick(now=START).claimed == 0

    def round_trip() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    runs, few = options.runs * 20, None
    for count in (options.few, options.open):
        world.clocks(count - world.last, START + timedelta(days=1), 25, tickets=False)
        found, trip = median(nothing, runs), median(round_trip, runs)
        also = {} if few is None else {"few": round(few, 2), "times_few": round(found / few, 2), "times_few_target": 2}
        say(f"tick_0_due_{size(count)}_open", found, "SELECT 1 round trip", trip, runs, target=3, **also)
        few = few or found


def busy(world: World, options: Any) -> None:
    """Many due at once; every run is a whole tick with its COMMIT, and the first of each kind isn't counted."""
    from django.db import connection

    from common import tenancy
    from escalation import services

    due, runs = options.due, options.runs
    for minute in range(runs + 1):  # in sets, a minute apart
        world.clocks(due, START + timedelta(minutes=minute), 1e9)
    minute = 0

    def breaches() -> None:
        nonlocal minute
        minute += 1
        result = services.tick(now=START + timedelta(minutes=minute - 1, seconds=1), limit=due)
        assert (result.claimed, result.fired, result.failed) == (due, due, []), result

    def insert() -> None:
        with tenancy.engine(), connection.cursor() as cursor:
            cursor.execute(INSERT, [START, [1] * due, list(range(due))])

    found, plain = median(breaches, runs), median(insert, runs)
    say(f"tick_{due}_due", found, f"INSERT of {due} events by unnest", plain, runs, target=500)
    later = START + timedelta(minutes=minute, seconds=-30)  # before the next set, with every escalation still open
    watching, plain = median(lambda: services.tick(now=later), runs * 4), median(insert, runs)
    say(f"tick_0_due_{minute * due}_escalations_open", watching, f"INSERT of {due} events", plain, runs * 4)


def size(count: int) -> str:
    """10k, 1m."""
    return f"{count // 1_000_000}m" if count % 1_000_000 == 0 else f"{count // 1000}k"


def say(figure: str, value: float, beside: str, beside_value: float, runs: int, **also: Any) -> None:
    """One figure beside a plain one."""
    ratio = round(value / beside_value, 1)
    report("slo", figure, value, "ms", runs, beside=beside, beside_value=round(beside_value, 3), ratio=ratio, **also)


if __name__ == "__main__":
    main()
