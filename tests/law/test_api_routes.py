"""Every operation of the API's schema × who asks, with Northwind's ids in path, query and body: nothing shows, nothing moves."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Organization, User
from common import tenancy
from integrations.services import create_token

from .routes import ROUTES
from .test_routes import SECRET, snapshot, world  # noqa: F401 - a fixture

SCHEMA = SchemaGenerator().get_schema(public=True)
OPERATIONS = [(path, method) for path, operations in SCHEMA["paths"].items() for method in operations]
NORTHWIND = "NW"


@pytest.fixture
def theirs(world: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    """Tokens of everybody who is outside of Northwind, one way or another."""
    cast = world.cast
    world.tokens = {
        "bob, of another client": token(cast.bob, cast.globex),
        "gina, who approves for another client": token(cast.gina, cast.globex),
        "julien, who serves nobody": token(cast.julien, None),
        "lea, by a token for another client": token(cast.lea, cast.globex),
        "nadia, by a token for another client": token(cast.nadia, cast.globex),
        "nobody": "",
    }
    return world


def token(person: User, organization: Organization | None) -> str:
    with tenancy.user(person) as now:
        return create_token(actor=person, name="Walk", organization=organization, days=30, now=now)[1]


def address(path: str, world: SimpleNamespace) -> str:  # noqa: F811
    kind = path.removeprefix("/api/v1/").split("/")[0]
    ids = {"contracts": world.cast.northwind_contract.pk, "clocks": world.clock_id, "escalations": world.escalation.pk}
    return path.format(reference=world.ticket.reference, id=ids.get(kind))


def typed(schema: dict[str, Any], world: SimpleNamespace) -> dict[str, Any]:  # noqa: F811
    """A body that would do, were it Northwind's own people who sent it."""
    schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/")[-1]] if "$ref" in schema else schema
    body: dict[str, Any] = {}
    for name in schema["required"]:
        field = schema["properties"][name]
        if name == "contract":
            body[name] = world.cast.northwind_contract.pk
        elif "enum" in field:
            body[name] = field["enum"][0]
        else:
            body[name] = 15 if field["type"] == "integer" else "Something new"
    return body


def test_the_schema_names_every_address_of_the_api():
    listed = {name.removeprefix("api:") for name in ROUTES if name.startswith("api:")}
    arguments = {"ticket": ["NW-1"], "messages": ["NW-1"], "time": ["NW-1"]}
    one = {"contract", "terms", "balance", "clock", "escalation"}
    spelled = {
        reverse(f"api:{name}", args=arguments.get(name, [1] if name in one else []))
        for name in listed - {"schema", "docs", "nowhere"}
    }
    assert {path.format(reference="NW-1", id=1) for path, _ in OPERATIONS} == spelled


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_outsiders_get_nothing_by_path_query_or_body(client, theirs, path, method):
    operation = SCHEMA["paths"][path][method]
    url, world = address(path, theirs), theirs  # noqa: F811
    here = {
        "organization": NORTHWIND, "contract": world.cast.northwind_contract.pk, "ticket": world.ticket.reference,
        "on": "2026-11-18",
    }  # fmt: skip
    names = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    queries = [{}, *({name: here[name]} for name in sorted(names & set(here)))]
    for secret in theirs.tokens.values():
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        client.get("/api/v1/nothing/", headers=headers)  # the first use of a token is remembered
        before = snapshot()
        for query in queries:
            if method == "get":
                answer = client.get(url, query, headers=headers)
            else:
                body = typed(operation["requestBody"]["content"]["application/json"]["schema"], world)
                answer = client.post(url, json.dumps(body), content_type="application/json", headers=headers)
            text = answer.content.decode()
            assert SECRET not in text
            assert "Ann Walker" not in text
            if not secret:
                assert answer.status_code == 401
            elif "{" in path or method == "post":
                assert answer.status_code == 404, text
            elif query:
                assert answer.json()["results"] == []
            else:
                assert answer.status_code == 200
                assert f'"{NORTHWIND}' not in text
        assert snapshot() == before


INSIDE = {
    "ann": {"/api/v1/contracts/{id}/balance/": 403, "post /api/v1/tickets/{reference}/time/": 403},
    "carl": {"post /api/v1/tickets/{reference}/time/": 403},
    "lea": {},
    "max": {"post /api/v1/tickets/{reference}/time/": 403},
    "nadia": {},
}


@pytest.mark.parametrize("who", INSIDE)
def test_insiders_may_what_their_role_may(client, world, who):  # noqa: F811
    person = getattr(world.cast, who)
    secret = token(person, world.cast.northwind)
    headers = {"Authorization": f"Bearer {secret}"}
    for path, method in OPERATIONS:
        url, operation = address(path, world), SCHEMA["paths"][path][method]
        if method == "get":
            answer, expected = client.get(url, headers=headers), INSIDE[who].get(path, 200)
        else:
            body = typed(operation["requestBody"]["content"]["application/json"]["schema"], world)
            answer = client.post(url, json.dumps(body), content_type="application/json", headers=headers)
            expected = INSIDE[who].get(f"post {path}", 201)
        assert answer.status_code == expected, (path, method, answer.content)
