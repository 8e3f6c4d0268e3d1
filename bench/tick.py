"""What a tick costs: with nothing due among many open clocks, and with a thousand first answers missed at once.

Each figure stands beside a plain one of the same machine in the same minute, because machines differ and drift.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta

from bench._figures import as_owner, empty, manage, median, report

START = datetime(2026, 11, 18, 9, tzinfo=UTC)  # a Wednesday, ten o'clock in Paris
CLIENTS = 50
SEED = [
    "INSERT INTO slo_businesscalendar (id, name) VALUES (1, 'bench') ON CONFLICT DO NOTHING",
    """INSERT INTO slo_calendaredition (id, calendar_id, number, zone, weekly, holidays, effective_at)
       VALUES (1, 1, 1, 'Europe/Paris', '{"0": [["09:00", "18:00"]], "1": [["09:00", "18:00"]], "2": [["09:00", "18:00"]],
       "3": [["09:00", "18:00"]], "4": [["09:00", "18:00"]]}', '{}', '2026-01-01Z')""",
    """INSERT INTO accounts_organization (id, name, key, requesters_see, is_historical, created_at)
       SELECT n, 'Client ' || n, 'BENCH' || n, 'all', false, %(start)s FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO accounts_user (id, password, is_superuser, email, name, staff_role, language, time_zone, theme, is_staff,
           is_active, is_automatic, date_joined)
       SELECT n, '!', false, 'person' || n || '@example.com', 'Person ' || n, CASE WHEN n = 1 THEN 'lead'
           WHEN n <= 10 THEN 'consultant' ELSE '' END, 'en', 'Europe/Paris', 'system', false, true, false, %(start)s
       FROM generate_series(1, %(clients)s + 10) AS n""",
    """INSERT INTO contracts_contract (id, organization_id, reference, plan, tier, status, starts_on, calendar_id, precedence)
       SELECT n, n, 'C', 'total_care', 'standard', 'active', '2026-01-01', 1,
           '[["ms_terms", "general_terms", "msa", "order"], ["policy", "guide"]]' FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladder (id, organization_id, contract_id) SELECT n, n, n
       FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladderlevel
           (id, organization_id, ladder_id, position, title, acknowledge_minutes, includes_assignee)
       SELECT 2 * n + level, n, n, level, 'Level', 6000, level = 1
       FROM generate_series(1, %(clients)s) AS n, generate_series(1, 2) AS level""",
    """INSERT INTO escalation_ladderperson (id, organization_id, level_id, user_id)
       SELECT n, n, 2 * n + 2, 1 FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO tickets_ticket (id, organization_id, number, contract_id, requester_id, assignee_id, subject, status,
           impact, urgency, priority, channel, confidential, opened_at, active_at, due_at, external_ref)
       SELECT n, 1 + n %% %(clients)s, n, 1 + n %% %(clients)s, 11 + n %% %(clients)s,
           CASE WHEN n %% 10 > 0 THEN 2 + n %% 9 END, 'Request ' || n, 'new', 'team', 'degraded', 'high', 'portal', false,
           %(start)s, %(start)s, %(start)s + interval '1 hour', '' FROM generate_series(1, %(tickets)s) AS n""",
    # The last ones fall due in sets, one a minute; the others within the month after.
    """INSERT INTO slo_clock (id, organization_id, objective, contract_ref, term_key, provenance, edition_id, priority,
           target_minutes, started_at, warn_at, due_at, next_at, verdict, void_reason, historical)
       SELECT n, 1 + n %% %(clients)s, 'first_response', 1, 'slo.first_response.high', '{}', 1, 'high', 240,
           %(start)s - interval '1 day', %(start)s - interval '1 hour', at, at, 'running', '', false
       FROM (SELECT n, CASE WHEN n <= %(open)s THEN %(start)s + interval '1 day' + n %% 40000 * interval '1 minute'
           ELSE %(start)s + (n - %(open)s - 1) / %(due)s * interval '1 minute' END AS at
           FROM generate_series(1, %(tickets)s) AS n) AS clocks""",
    """INSERT INTO slo_clockstep (organization_id, clock_id, name, at, fired_at)
       SELECT organization_id, id, 'warning', warn_at, warn_at FROM slo_clock""",
    """INSERT INTO tickets_ticketclock (id, organization_id, ticket_id, objective, clock_id)
       SELECT id, organization_id, id, objective, id FROM slo_clock""",
]
INSERT = """
    INSERT INTO audit_event (organization_id, verb, subject_kind, subject_id, audience, data, at)
    SELECT organization, 'bench.row', 'ticket', ticket, 'internal', '{}', %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS row (organization, ticket)"""


def main() -> None:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser(prog="script/bench tick", description=__doc__)
    parser.add_argument("--open", type=int, default=100_000, help="clocks that are open and not due")
    parser.add_argument("--due", type=int, default=1_000, help="first answers missed at once")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    manage("migrate", "--verbosity=0", "--skip-checks")
    import django

    os.environ["DATABASE_ROLE"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    django.setup()
    seed(options.open, options.due, options.runs)
    measure(options.open, options.due, options.runs)


def seed(open_clocks: int, due: int, runs: int) -> None:
    """Clients, people, ladders, tickets and clocks, in a database that holds nothing, or an earlier benchmark's."""
    from django.db import connection

    from common import tenancy

    empty()
    values = {
        "start": START,
        "clients": CLIENTS,
        "open": open_clocks,
        "due": due,
        "tickets": open_clocks + due * (runs + 1),
    }
    with tenancy.engine(), connection.cursor() as cursor:
        for statement in SEED:
            cursor.execute(statement, values)
    as_owner("VACUUM ANALYZE")


def measure(open_clocks: int, due: int, runs: int) -> None:
    """The figures; every run is a whole tick with its COMMIT, and the first of each kind isn't counted."""
    from django.db import connection

    from common import tenancy
    from escalation import services

    def nothing() -> None:
        assert services.tick(now=START).claimed == 0

    def round_trip() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def insert() -> None:
        with tenancy.engine(), connection.cursor() as cursor:
            cursor.execute(INSERT, [START, [1] * due, list(range(due))])

    idle, trip = median(nothing, runs * 4), median(round_trip, runs * 4)
    say(f"tick_0_due_{open_clocks // 1000}k_open", idle, "SELECT 1 round trip", trip, runs * 4)

    minute = 0

    def breaches() -> None:
        nonlocal minute
        minute += 1
        result = services.tick(now=START + timedelta(minutes=minute - 1, seconds=1), limit=due)
        assert (result.claimed, result.fired, result.failed) == (due, due, []), result

    busy, plain = median(breaches, runs), median(insert, runs)
    say(f"tick_{due}_due", busy, f"INSERT of {due} events by unnest", plain, runs)

    later = START + timedelta(minutes=minute, seconds=-30)  # before the next set, with every escalation still open
    watching = median(lambda: services.tick(now=later), runs * 4)
    say(f"tick_0_due_{minute * due}_escalations_open", watching, "SELECT 1 round trip", trip, runs * 4)


def say(figure: str, value: float, beside: str, beside_value: float, runs: int) -> None:
    """One figure beside a plain one."""
    ratio = round(value / beside_value, 1)
    report("slo", figure, value, "ms", runs, beside=beside, beside_value=round(beside_value, 3), ratio=ratio)


if __name__ == "__main__":
    main()
