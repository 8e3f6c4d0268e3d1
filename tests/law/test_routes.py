"""Every address, asked by outsiders: nothing of Northwind's shows, and nothing anywhere changes."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.services import invite
from common import tenancy
from contracts.services import add_responsibility
from escalation.models import Escalation
from integrations.services import create_token
from tickets import services
from tickets.models import Attachment, WorkLog

from .routes import ROUTES, Route

SECRET = "The Northwind printer is on fire"
# What a person types somewhere: each form takes what it knows.
TYPED = {
    "body": "Something new", "reason": "Because", "subject": "A subject", "minutes": "15", "duration": "15",
    "summary": "Work", "worked_on": "2026-11-18", "priority": "low", "action": "take", "act": "take",
    "email": "eve@example.com", "name": "Eve", "role": "client_admin", "impact": "team", "urgency": "blocked",
    "audience": "client", "note": "1", "answer": "So", "question": "What?", "assignee": "", "password": "long enough it is",
}  # fmt: skip
OUTSIDERS = ("anonymous", "bob", "julien")  # nobody; a client's, of another client; ours, who serves nobody


def walk(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


PATTERNS = list(walk(get_resolver().url_patterns))
NAMES = sorted({name for name, _ in PATTERNS})
OURS = [name for name in NAMES if not name.startswith("admin:")]
ADMIN = [name for name in NAMES if name.startswith("admin:") and name not in {"admin:None"}]
# Mounted only where mails are written to files.
DEVELOPMENT = {name for name in ROUTES if name.startswith("notifications:")}


def snapshot() -> dict[str, str]:
    """A fingerprint of every row of every table, with the transaction that wrote it; sessions apart."""
    with tenancy.everyone(), connection.cursor() as cursor:
        tables = [
            t for t in connection.introspection.table_names(cursor) if t not in {"django_session", "django_migrations"}
        ]
        prints = {}
        for table in sorted(tables):
            cursor.execute(
                f"SELECT count(*), coalesce(string_agg(t::text || t.xmin::text, '|' ORDER BY t::text), '') FROM \"{table}\" t"
            )
            count, rows = cursor.fetchone()
            prints[table] = f"{count}:{hashlib.sha256(rows.encode()).hexdigest()}"
    return prints


@pytest.fixture
def world(cast: Any) -> SimpleNamespace:
    """Something of Northwind's for every kind of address."""
    now = cast.now
    with tenancy.user(cast.ann):
        ticket = services.open_ticket(
            actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject=SECRET, body=SECRET,
            impact="team", urgency="blocked", now=now, files=[SimpleUploadedFile(f"{SECRET}.txt", SECRET.encode())],
        )  # fmt: skip
    with tenancy.user(cast.lea):
        line = add_responsibility(
            actor=cast.lea, organization=cast.northwind, head="access", title=SECRET, owner=cast.ann, now=now
        )
        blocking = services.block(actor=cast.lea, ticket_id=ticket.pk, responsibility_id=line.pk, now=now)
    with tenancy.user(cast.carl):
        invitation = invite(
            actor=cast.carl, organization=cast.northwind, email="z@nw.example", role="requester", now=now
        )
    for person in (cast.bob, cast.julien):  # allauth's address page would make it on first sight
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    with tenancy.everyone():
        work_log = WorkLog.objects.create(
            organization=cast.northwind, ticket=ticket, contract=cast.northwind_contract, author=cast.lea,
            worked_on=now.date(), actual_minutes=15, billable_minutes=15, covered_minutes=0, summary=SECRET, at=now,
        )  # fmt: skip
        attachment = Attachment.objects.get()
        escalation = Escalation.objects.create(
            organization=cast.northwind, ticket=ticket, ladder=cast.northwind_ladder, cause="breach", level=1,
            opened_at=now, entered_at=now, acknowledge_by=now + timedelta(hours=1),
        )  # fmt: skip
        clock_id = ticket.clocks.get().clock_id
    with tenancy.user(cast.ann):
        token, _secret = create_token(actor=cast.ann, name=SECRET, organization=cast.northwind, days=30, now=now)
    return SimpleNamespace(
        cast=cast, ticket=ticket, invitation=invitation, work_log=work_log, escalation=escalation, attachment=attachment,
        clock_id=clock_id, token=token, blocking=blocking,
    )  # fmt: skip


def test_every_address_is_listed():
    assert [name for name in OURS if name not in ROUTES] == []


def test_the_list_holds_no_ghost():
    assert sorted(set(ROUTES) - set(OURS) - DEVELOPMENT) == []


def ask(client: Any, route: Route, url: str) -> Iterator[Any]:
    yield client.get(url)
    if route.posts:
        yield client.post(url, TYPED | route.data)


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("name", [name for name in OURS if name in ROUTES])
def test_an_outsider_meets_nothing_and_changes_nothing(client, world, name, who):
    route = ROUTES[name]
    if who != "anonymous":
        client.force_login(getattr(world.cast, who))
    url = reverse(name, args=route.args(world))
    before = snapshot()
    for answer in ask(client, route, url):
        assert answer.status_code < 500 or name in {"ready"}
        assert SECRET not in (b"" if answer.streaming else answer.content).decode()
        assert "Ann Walker" not in (b"" if answer.streaming else answer.content).decode()
        sent_to_login = answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
        if route.kind == "api":
            about_one = bool(route.args(world)) and answer.status_code != 405
            assert answer.status_code == 401 if who == "anonymous" else not about_one or answer.status_code == 404
        elif who == "anonymous" and route.kind != "open":
            assert sent_to_login or answer.status_code in {404, 405}, (answer.status_code, answer.headers)
        elif route.kind == "object":
            assert answer.status_code in {404, 405}, answer.status_code
        elif route.kind == "staff" and who == "bob":
            assert answer.status_code in {403, 404, 405}, answer.status_code
        assert snapshot() == before


@pytest.mark.parametrize("who", ["anonymous", "ann", "carl", "julien", "lea", "nadia", "max"])
def test_the_administration_is_for_administrators(client, world, who):
    if who != "anonymous":
        client.force_login(getattr(world.cast, who))
    before = snapshot()
    for name in ADMIN:
        url = admin_url(name)
        for answer in (client.get(url), client.post(url, TYPED)):
            if name in {"admin:jsi18n", "admin:logout", "admin:login"}:
                continue
            assert answer.status_code in {302, 403, 404, 405}, (name, answer.status_code)
            if answer.status_code == 302:
                assert "login" in answer.url, name
    assert snapshot() == before


def admin_url(name: str) -> str:
    for args in ([], ["1"], ["1", "1"], ["accounts"], ["1", "x"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no way to build {name}")
