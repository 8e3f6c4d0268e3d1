"""A busy portal: 200 clients with 100,000 open requests, some with long conversations, and people who are signed in.

Ids are chosen: client n has contract n and requester PEOPLE + n. A lead serves all, a consultant the first sixty.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench._figures import as_owner, empty, manage

ROOT = Path(__file__).parents[1]
PEOPLE = 100
LEAD, MANAGER, CONSULTANT = 1, 2, 3
ASSIGNED = 60
LONG = 40  # messages in each thousandth conversation; the others have one
SEED = [
    "INSERT INTO slo_businesscalendar (id, name, slug) VALUES (1, 'bench', 'bench')",
    """INSERT INTO slo_calendaredition (id, calendar_id, number, zone, weekly, holidays, origin, effective_at)
       VALUES (1, 1, 1, 'Europe/Paris', '{"0": [["09:00", "18:00"]], "1": [["09:00", "18:00"]], "2": [["09:00", "18:00"]],
       "3": [["09:00", "18:00"]], "4": [["09:00", "18:00"]]}', '{}', 'hand', '2026-01-01Z')""",
    """INSERT INTO accounts_organization (id, name, key, requesters_see, is_historical, created_at)
       SELECT n, 'Client ' || n, 'BENCH' || n, 'all', false, now() FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO accounts_user (id, password, is_superuser, email, name, staff_role, language, time_zone, theme, is_staff,
           is_active, is_automatic, date_joined)
       SELECT n, '!', false, 'person' || n || '@example.com', 'Person ' || n, CASE WHEN n = 1 THEN 'lead'
           WHEN n = 2 THEN 'account_manager' WHEN n < %(people)s THEN 'consultant' ELSE '' END, 'en', 'Europe/Paris',
           'system', false, true, false, now() FROM generate_series(1, %(people)s + %(clients)s) AS n WHERE n <> %(people)s""",
    """INSERT INTO accounts_membership (organization_id, user_id, role) SELECT n, %(people)s + n, 'approver'
       FROM generate_series(1, %(clients)s) AS n""",
    # Two consultants for each client, one of whom serves sixty; the manager has these sixty too.
    """INSERT INTO accounts_assignment (organization_id, user_id)
       SELECT n, 3 FROM generate_series(1, %(assigned)s) AS n UNION ALL SELECT n, 2 FROM generate_series(1, %(assigned)s) AS n
       UNION ALL SELECT n, 4 + n %% 90 FROM generate_series(1, %(clients)s) AS n
       UNION ALL SELECT n, 4 + (n + 45) %% 90 FROM generate_series(%(assigned)s + 1, %(clients)s) AS n""",
    """INSERT INTO contracts_contract (id, organization_id, reference, plan, tier, status, starts_on, calendar_id, ended_reason, precedence)
       SELECT n, n, 'C', 'total_care', 'standard', 'active', '2026-01-01', 1, '',
           '[["ms_terms", "general_terms", "msa", "order"], ["policy", "guide"]]' FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO contracts_hoursaccount (organization_id, contract_id, granted_minutes, consumed_minutes, usage_minutes)
       SELECT n, n, 6000, 1500, 0 FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladder (id, organization_id, contract_id) SELECT n, n, n
       FROM generate_series(1, %(clients)s) AS n""",
    """INSERT INTO escalation_ladderlevel
           (id, organization_id, ladder_id, position, title, acknowledge_minutes, includes_assignee)
       SELECT 2 * n + level, n, n, level, 'Level', 6000, level = 1
       FROM generate_series(1, %(clients)s) AS n, generate_series(1, 2) AS level""",
    """INSERT INTO escalation_ladderperson (organization_id, level_id, user_id)
       SELECT n, 2 * n + 2, 1 FROM generate_series(1, %(clients)s) AS n""",
    # Of ten: four new, two begun, three waiting, one with its first answer owed by no promise; one of fifty is late.
    """INSERT INTO tickets_ticket (id, organization_id, number, contract_id, requester_id, assignee_id, subject, status,
           impact, urgency, priority, channel, confidential, opened_at, active_at, due_at, external_ref)
       SELECT n, 1 + n %% %(clients)s, 1 + n / %(clients)s, 1 + n %% %(clients)s, %(people)s + 1 + n %% %(clients)s,
           CASE WHEN n %% 10 > 3 THEN 3 + n %% 90 END, 'The ' || n || 'th request, about a board that shows nothing',
           (ARRAY['new', 'new', 'new', 'new', 'in_progress', 'in_progress', 'waiting_client', 'waiting_client',
           'waiting_third_party', 'in_progress'])[1 + n %% 10], 'team', 'degraded',
           (ARRAY['critical', 'high', 'medium', 'low'])[1 + n %% 4], 'portal', n %% 997 = 0,
           now() - interval '3 days', now() - n %% 4000 * interval '1 minute',
           CASE WHEN n %% 10 < 5 THEN now() + (n %% 5000 - 100) * interval '1 minute' END, ''
       FROM generate_series(0, %(tickets)s - 1) AS n""",
    """INSERT INTO tickets_ticketcounter (organization_id, last)
       SELECT organization_id, max(number) FROM tickets_ticket GROUP BY 1""",
]
STARTED = """INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
       SELECT organization_id, id, 1, 'started', started_at, jsonb_build_object('priority', priority, 'term', term_key,
           'clause', provenance, 'target_minutes', target_minutes, 'warn_percent', 75, 'calendar', 1, 'edition', 1)
       FROM slo_clock"""
CLOCKS = [
    """INSERT INTO slo_clock (id, organization_id, objective, contract_ref, term_key, provenance, edition_id, priority,
           target_minutes, started_at, warn_at, due_at, next_at, stopped_at, business_seconds, verdict, judged_at,
           void_reason, historical)
       SELECT id, organization_id, 'first_response', contract_id, 'slo.first_response.' || priority, '{}', 1, priority, 240,
           opened_at, coalesce(due_at, now()), coalesce(due_at, now()), due_at,
           CASE WHEN due_at IS NULL THEN now() - interval '1 day' END, CASE WHEN due_at IS NULL THEN 3600 END,
           CASE WHEN due_at IS NULL THEN 'met' ELSE 'running' END, CASE WHEN due_at IS NULL THEN now() - interval '1 day' END,
           '', false FROM tickets_ticket""",
    STARTED,
    """INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
       SELECT organization_id, id, 2, 'carried', started_at, jsonb_build_object('due_at', due_at, 'warn_at', warn_at)
       FROM slo_clock""",
    """INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
       SELECT organization_id, id, 3, 'stopped', stopped_at, '{}' FROM slo_clock WHERE stopped_at IS NOT NULL""",
]
AFTER = [
    """INSERT INTO tickets_ticketclock (organization_id, ticket_id, objective, clock_id)
       SELECT organization_id, id, objective, id FROM slo_clock""",
    """INSERT INTO escalation_escalation (organization_id, ticket_id, ladder_id, cause, level, opened_at, entered_at, historical)
       SELECT organization_id, id, contract_id, 'breach', 2, now(), now(), false FROM tickets_ticket WHERE due_at < now()""",
    """INSERT INTO tickets_message (organization_id, ticket_id, author_id, audience, channel, kind, is_human_answer, body, at)
       SELECT organization_id, id, CASE WHEN m %% 2 = 0 THEN requester_id ELSE 3 END, 'client', 'portal', 'message', false,
           repeat('The board shows **nothing** since the migration. ', 6), opened_at + m * interval '1 minute'
       FROM tickets_ticket, generate_series(0, CASE WHEN id %% 1000 < %(clients)s THEN %(long)s ELSE 1 END - 1) AS m""",
    """INSERT INTO audit_event (organization_id, actor_id, verb, subject_kind, subject_id, audience, data, at)
       SELECT organization_id, requester_id, 'ticket.opened', 'ticket', id, 'client', '{}', opened_at FROM tickets_ticket""",
]
# Chosen ids leave the sequences behind.
SEQUENCES = ("accounts_organization", "accounts_user", "contracts_contract", "slo_clock", "tickets_ticket")


@dataclass(frozen=True)
class World:
    """What was written."""

    clients: int
    tickets: int

    def reference(self, ticket: int) -> str:
        """How people call a ticket."""
        return f"BENCH{1 + ticket % self.clients}-{1 + ticket // self.clients}"


def usual(cursor: Any, values: dict[str, int]) -> None:
    """A clock for each request, due with it."""
    for statement in CLOCKS:
        cursor.execute(statement, values)


def prepare(clients: int, tickets: int, clocks: Callable[[Any, dict[str, int]], None] = usual) -> World:
    """Migrate, empty, fill; `clocks` writes those of the requests. Needs the worker's role; afterwards this process is the app."""
    manage("migrate", "--verbosity=0", "--skip-checks")
    import django

    os.environ["DATABASE_ROLE"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from common import tenancy
    from tickets.catalogue import install

    empty()
    values = {
        "clients": clients,
        "tickets": tickets,
        "people": PEOPLE,
        "assigned": min(ASSIGNED, clients),
        "long": LONG,
    }
    with tenancy.engine(), connection.cursor() as cursor:
        for statement in SEED:
            cursor.execute(statement, values)
        clocks(cursor, values)
        for statement in AFTER:
            cursor.execute(statement, values)
    with tenancy.engine():
        install()
    as_owner(*(f"SELECT setval('{table}_id_seq', 1000000)" for table in SEQUENCES), "VACUUM ANALYZE")
    connection.close()
    import dj_database_url

    app = dj_database_url.parse(os.environ["DATABASE_APP_URL"])
    connection.settings_dict.update(USER=app["USER"], PASSWORD=app["PASSWORD"])
    settings.ALLOWED_HOSTS = ["*"]
    return World(clients, tickets)


def session(person_id: int) -> str:
    """The cookie of somebody who signed in a moment ago."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    store = SessionStore()
    store[SESSION_KEY] = str(person_id)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = User.objects.get(pk=person_id).get_session_auth_hash()
    store.save()
    return f"sessionid={store.session_key}"


@contextlib.contextmanager
def served(workers: int = 2) -> Iterator[int]:
    """The portal as `script/server` serves it, without TLS, DEBUG off; yields its port of this machine. Its log goes nowhere."""
    from totalcare.embedded.state import free_port

    port = free_port()
    environment = {
        **os.environ, "DATABASE_ROLE": "app", "DEBUG": "0", "SECURE": "0", "ALLOWED_HOSTS": "127.0.0.1",
        "STAFF_SECOND_STEP": "0",  # the visitors of a benchmark have a password only
        "PORT": str(port), "WEB_CONCURRENCY": str(workers),
    }  # fmt: skip
    manage("collectstatic", "--no-input", "--verbosity=0", role="app")
    command = [sys.executable, "-m", "gunicorn", "--config", "python:totalcare.web", "totalcare.wsgi"]
    web = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            if web.poll() is not None:
                sys.exit("the web server does not start")
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/live", timeout=5),
            ):
                break
            time.sleep(0.1)
        yield port
    finally:
        web.terminate()
        web.wait(15)


def get(connection: HTTPConnection, path: str, cookie: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """One GET over a kept connection: status, body, headers."""
    connection.request("GET", path, headers={"Cookie": cookie, **headers})
    answer = connection.getresponse()
    return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
