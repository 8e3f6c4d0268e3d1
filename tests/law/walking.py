"""How the world is walked: one request by one person, undone afterwards, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from . import canaries
from .routes import ROUTES, Route
from .world import SIDES, put_back, superuser

OUTSIDE = [who for who, sides in SIDES.items() if "northwind" not in sides]
UNWELL = {"ready", "metrics"}  # they say how the house is, not what was asked
# What a person types somewhere: each form takes what it knows.
TYPED = {
    "body": "Something new", "reason": "Because", "subject": "A subject", "minutes": "15", "duration": "15",
    "summary": "Work", "worked_on": "2026-11-18", "priority": "low", "action": "take", "act": "take", "text": "So",
    "email": "eve@example.com", "name": "Eve", "role": "client_admin", "impact": "team", "urgency": "blocked",
    "audience": "client", "note": "1", "answer": "So", "question": "What?", "password": "long enough it is", "days": "30",
    "update_by": "2026-11-19T10:00", "theme": "dark", "language": "fr", "what": "Another change", "why": "Because",
    "typed_name": "Eve",
}  # fmt: skip
MACHINERY = {"django_session", "django_migrations"}


def walk(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the resolver, with its full name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


PATTERNS = list(walk(get_resolver().url_patterns))
NAMES = sorted({name for name, _ in PATTERNS})
OURS = [name for name in NAMES if not name.startswith("admin:")]
ADMIN = [name for name in NAMES if name.startswith("admin:") and name != "admin:None"]
# Mounted only where mails are written to files.
DEVELOPMENT = {name for name in ROUTES if name.startswith("notifications:")}


@dataclass
class Seen:
    """What came of a request."""

    status: int
    to_login: bool
    text: str
    sent: str  # an answer may say again what was asked
    changed: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)  # those where rows of Northwind's, or of its people, changed

    @property
    def refused(self) -> bool:
        return self.status >= 400 or self.to_login

    @property
    def cell(self) -> str:
        """As the table of expectations says it: the status, `login`, and a star where rows changed."""
        return ("login" if self.to_login else str(self.status)) + ("*" if self.changed else "")


def foreign(world: SimpleNamespace) -> dict[str, Any]:
    """Ids and words of a client, by every name that a form, a filter or a bulk action might read."""
    cast = world.cast
    return {
        "contract": world.contract.pk, "organization": world.organization.pk, "client": world.organization.key,
        "ticket": world.ticket.reference, "tickets": [world.ticket.reference, str(world.ticket.pk)],
        "selected": [world.ticket.pk], "ids": [world.ticket.pk], "row": [world.ticket.reference],
        "_selected_action": [world.ticket.pk], "message": world.note.pk, "follows": world.ticket.pk,
        "assignee": cast.ann.pk, "requester": cast.ann.pk, "person": cast.ann.pk, "user": cast.ann.pk,
        "membership": world.membership.pk, "clause": world.clause.pk, "document": world.document.pk, "change": world.change.pk, "token": world.token.pk,
        "work_log": world.work_log.pk, "attachment": world.attachment.pk, "escalation": world.escalation.pk,
        "invitation": world.invitation.pk, "clock": world.clock_id, "external_ref": world.ticket.external_ref,
        "key": world.organization.key, "id": world.ticket.pk, "pk": world.ticket.pk,
    }  # fmt: skip


def asked(world: SimpleNamespace) -> dict[str, Any]:
    """The same as filters of a list, with a search for the client's own words."""
    return foreign(world) | {"q": world.ticket.subject, "on": "2026-11-18", "show": "all", "action": "cancel"}


class Walker:
    """Asks as anybody, looks at every row and every word, and puts everything back."""

    def __init__(self, world: SimpleNamespace):
        self.world = world
        self.tables = self._tables()
        self.counted, self.forgets = 0, True
        self.admin = admin_urls(world)
        with superuser():
            self.base = self.fingerprint()

    def _tables(self) -> dict[str, str]:
        """Every table, and which of its rows are Northwind's."""
        pk = self.world.ids["northwind"]
        people = ", ".join(str(one) for one, side in self.world.people.items() if side == "northwind")
        with superuser(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, bool_or(column_name = 'organization_id') FROM information_schema.columns"
                " WHERE table_schema = 'public' AND NOT table_name = ANY(%s) GROUP BY table_name",
                [sorted(MACHINERY)],
            )
            tables = {table: f"organization_id = {pk}" if has else "false" for table, has in cursor.fetchall()}
        tables |= {table: f"{column} IN ({people})" for table, column in canaries.PERSON.items()}
        return {table: where for table, where in tables.items() if not table.startswith("pg_")} | {
            "accounts_organization": f"id = {pk}"
        }

    def fingerprint(self) -> dict[str, tuple[int, ...]]:
        """Each table's rows, and a sum that moves with any write to one of them; the same of Northwind's alone."""
        moving = "sum(hashtextextended(t.xmin::text || t.ctid::text, 0))"
        parts = " UNION ALL ".join(
            f"SELECT '{t}', count(*), {moving}, count(*) FILTER (WHERE {his}), {moving} FILTER (WHERE {his}) FROM \"{t}\" t"
            for t, his in self.tables.items()
        )
        with connection.cursor() as cursor:
            cursor.execute(parts)
            return {name: tuple(prints) for name, *prints in cursor.fetchall()}

    def writes(self) -> int:
        """How often anything was written in this transaction, undone or not: cheap, and moves before a fingerprint does."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(pg_stat_get_xact_tuples_inserted(one) + pg_stat_get_xact_tuples_updated(one)"
                " + pg_stat_get_xact_tuples_deleted(one)) FROM unnest(%s::regclass[]) AS one",
                [list(self.tables)],
            )
            return int(cursor.fetchone()[0])

    def changed(self) -> tuple[list[str], list[str]]:
        """The tables whose rows aren't those of the world, and those whose rows of Northwind's aren't."""
        with superuser():
            now = self.fingerprint()
        return (
            [table for table, prints in now.items() if prints != self.base[table]],
            [table for table, prints in now.items() if prints[2:] != self.base[table][2:]],
        )

    def ask(self, who: str, method: str, url: str, **sent: Any) -> Seen:
        """One request, undone."""
        client = Client(raise_request_exception=False)
        client.cookies.load(self.world.cookies[who])
        if self.forgets:
            cache.clear()  # nobody comes too often
        with put_back():
            answer: Any = getattr(client, method.lower())(url, **sent)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            before, self.counted = self.counted, self.writes()
            changed, touched = self.changed() if self.counted != before else ([], [])
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        cookies = answer.cookies.output()
        to_login = answer.status_code == 302 and answer.headers["Location"].startswith(
            (reverse("account_login"), reverse("admin:login"))
        )
        words = f"{headers}\n{cookies}\n{text.decode('utf-8', 'replace')}"
        return Seen(answer.status_code, to_login, words, f"{url} {sent}", changed, touched)

    def both(self, who: str, name: str) -> dict[str, Seen]:
        """A route asked about Northwind's thing: plainly, and with a body that names its ids everywhere."""
        route, world = ROUTES[name], self.world
        url = reverse(name, args=route.args(world))
        return {"GET": self.got(who, name), "POST": self.ask(who, "POST", url, **body(route, world))}

    def got(self, who: str, name: str) -> Seen:
        """The plain GET of a route about Northwind's thing."""
        return self.ask(who, "GET", reverse(name, args=ROUTES[name].args(self.world)))

    def crossed(self, who: str, name: str) -> Iterator[tuple[str, Seen]]:
        """Northwind's ids where a form, a filter or half of an address might take them, from one's own side."""
        route, world = ROUTES[name], self.world
        theirs, mine = route.args(world), route.args(world.mirror)
        urls = {reverse(name, args=mine)}
        if len(mine) > 1:
            urls |= {reverse(name, args=[*mine[:-1], theirs[-1]]), reverse(name, args=[*theirs[:-1], mine[-1]])}
        for url in sorted(urls):
            yield f"GET {url}?…", self.ask(who, "GET", url, data=asked(world))
            if route.kind != "api":
                by_htmx = {"HX-Request": "true"}
                yield f"GET {url}?… by htmx", self.ask(who, "GET", url, data=asked(world), headers=by_htmx)
            yield f"POST {url}", self.ask(who, "POST", url, **body(route, world))

    def unusual(self, who: str, name: str) -> Iterator[tuple[str, Seen]]:
        """Methods that hardly any address knows."""
        url = reverse(name, args=ROUTES[name].args(self.world))
        for method in ("PUT", "PATCH", "DELETE"):
            yield method, self.ask(who, method, url, data="{}", content_type="application/json")


def body(route: Route, world: SimpleNamespace) -> dict[str, Any]:
    """What a POST to a route carries."""
    if route.kind == "api":
        return {
            "data": json.dumps(resolved(route.data, world)),
            "content_type": "application/json",
        }
    return {"data": foreign(world) | TYPED | resolved(route.data, world)}


def resolved(data: dict[str, Any], world: SimpleNamespace) -> dict[str, Any]:
    return {name: value(world) if callable(value) else value for name, value in data.items()}


def admin_urls(world: SimpleNamespace) -> dict[str, str]:
    """Every address of the administration, about Northwind's row where it is about one."""
    return {name: admin_url(name, world) for name in ADMIN}


def admin_url(name: str, world: SimpleNamespace) -> str:
    model = name.removeprefix("admin:").rsplit("_", 1)[0]
    for args in ([], [row_of(model, world)], ["accounts"], [1, row_of(model, world)]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no way to build {name}")


def row_of(table: str, world: SimpleNamespace) -> Any:
    """A row of Northwind's in a table, or any row, or 1."""
    with connection.cursor() as cursor, superuser():
        if table not in connection.introspection.table_names(cursor):
            return 1
        columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
        owner = "id" if table == "accounts_organization" else "organization_id"
        where = f" WHERE {owner} = {world.ids['northwind']}" if owner in columns and table != "accounts_user" else ""
        cursor.execute(f'SELECT min(id) FROM "{table}"{where}')
        return cursor.fetchone()[0] or 1


def leaks(seen: Seen, allowed: frozenset[str]) -> set[str]:
    """The columns of clients, whom this person has nothing to do with, that sing in an answer."""
    return {
        f"{column} of {side}"
        for side in canaries.SIDES
        if side not in allowed
        for column in canaries.heard(seen.text, side) - canaries.heard(seen.sent, side)
    }


def wrong(who: str, name: str, seen: Seen) -> list[str]:
    """What no table may allow."""
    found = [f"sings of {column}" for column in sorted(leaks(seen, SIDES[who]))]
    if seen.status >= 500 and name not in UNWELL:
        found.append(f"answers {seen.status}")
    if seen.refused and seen.changed:
        found.append(f"is refused ({seen.status}) and yet writes {seen.changed}")
    if who in OUTSIDE and seen.touched:
        found.append(f"moves rows of Northwind's in {seen.touched}")
    return found
