"""Every operation of the API's schema × who asks by token, with Northwind's ids in path, query and body: nothing shows or moves."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from . import canaries
from .routes import ROUTES
from .walking import Seen, Walker, leaks

pytestmark = pytest.mark.django_db
SCHEMA = SchemaGenerator().get_schema(public=True)
OPERATIONS = [(path, method) for path, operations in SCHEMA["paths"].items() for method in operations]
# Whose tokens open nothing at all: nobody's, and those of people who left.
NOBODYS = {"nobody", "ivan, who left", "zoe, who left"}


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def address(path: str, world: SimpleNamespace) -> str:
    kind = path.removeprefix("/api/v1/").split("/")[0]
    ids = {"contracts": world.contract.pk, "clocks": world.clock_id, "escalations": world.escalation.pk}
    return path.format(reference=world.ticket.reference, id=ids.get(kind))


def typed(schema: dict[str, Any], world: SimpleNamespace) -> dict[str, Any]:
    """A body that would do, were it Northwind's own people who sent it."""
    schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/")[-1]] if "$ref" in schema else schema
    body: dict[str, Any] = {}
    for name in schema["required"]:
        field = schema["properties"][name]
        if name == "contract":
            body[name] = world.contract.pk
        elif "enum" in field:
            body[name] = field["enum"][0]
        else:
            body[name] = 15 if field["type"] == "integer" else "Something new"
    return body


def ask(walker: Walker, secret: str, path: str, method: str, query: dict[str, Any] | None = None) -> Seen:
    """One operation about Northwind's thing, by a token."""
    url, headers = address(path, walker.world), {"Authorization": f"Bearer {secret}"} if secret else {}
    if method == "get":
        return walker.ask("anon", "GET", url, data=query or {}, headers=headers)
    schema = SCHEMA["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    body = json.dumps(typed(schema, walker.world))
    return walker.ask("anon", method.upper(), url, data=body, content_type="application/json", headers=headers)


def test_the_schema_names_every_address_of_the_api():
    listed = {name.removeprefix("api:") for name in ROUTES if name.startswith("api:")}
    arguments = {"ticket": ["NW-1"], "messages": ["NW-1"], "time": ["NW-1"]}
    one = {"contract", "terms", "balance", "clock", "receipt", "escalation"}
    spelled = {
        reverse(f"api:{name}", args=arguments.get(name, [1] if name in one else []))
        for name in listed - {"schema", "docs", "nowhere"}
    }
    assert {path.format(reference="NW-1", id=1) for path, _ in OPERATIONS} == spelled


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_outsiders_get_nothing_by_path_query_or_body(walker: Walker, path: str, method: str):
    world = walker.world
    here = {
        "organization": world.organization.key, "contract": world.contract.pk, "ticket": world.ticket.reference,
        "external_ref": world.ticket.external_ref, "on": "2026-11-18",
    }  # fmt: skip
    names = {one["name"] for one in SCHEMA["paths"][path][method].get("parameters", []) if one["in"] == "query"}
    queries = [{}, *({name: here[name]} for name in sorted(names & set(here)))]
    outsiders = {who: secret for who, secret in world.secrets.items() if " " in who} | {"nobody": ""}
    for who, secret in outsiders.items():
        for query in queries if method == "get" else [{}]:
            seen = ask(walker, secret, path, method, query)
            said = seen.text.rsplit("\n", 1)[-1]
            assert leaks(seen, frozenset() if who in NOBODYS else frozenset({"globex"})) == set(), (who, query)
            assert (seen.changed, seen.touched) == ([], []), (who, query)
            if who in NOBODYS:
                assert seen.status == 401, (who, query)
            elif "{" in path or method == "post":
                assert seen.status == 404, (who, query)
            elif query:
                assert json.loads(said)["results"] == [], (who, query)
            else:
                assert seen.status == 200, who


INSIDE = {
    "ann": {"/api/v1/contracts/{id}/balance/": 403, "post /api/v1/tickets/{reference}/time/": 403},
    "rosa": {"post /api/v1/tickets/{reference}/time/": 403},
    "carl": {"post /api/v1/tickets/{reference}/time/": 403},
    "lea": {},
    "max": {"post /api/v1/tickets/{reference}/time/": 403},
    "nadia": {},
}


@pytest.mark.parametrize("who", INSIDE)
def test_insiders_may_what_their_role_may(walker: Walker, who: str):
    for path, method in OPERATIONS:
        seen = ask(walker, walker.world.secrets[who], path, method)
        expected = INSIDE[who].get(path if method == "get" else f"post {path}", 200 if method == "get" else 201)
        assert seen.status == expected, (path, method, seen.text)
        assert leaks(seen, frozenset({"northwind"})) == set(), path
        if expected < 300 and "request-types" not in path and "balance" not in path and "terms" not in path:
            assert canaries.heard(seen.text, "northwind"), path  # the control
        assert bool(seen.changed) == (expected == 201), path
