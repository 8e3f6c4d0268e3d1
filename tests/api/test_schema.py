"""The API against its own schema: whatever is sent, no error of ours, and nothing that the schema doesn't say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans, sampled_from
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from .conftest import token_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/schema/"


def test_it_is_openapi_3_1_and_names_every_address(client):
    schema = json.loads(client.get(PATH).content)
    assert schema["openapi"].startswith("3.1")
    assert len(schema["paths"]) == 14
    assert set(schema["components"]["securitySchemes"]) == {"token", "cookieAuth"}


def test_every_operation_says_what_it_does_and_what_may_go_wrong(client):
    for path, operations in json.loads(client.get(PATH).content)["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), (method, path)
            assert ("409" in operation["responses"]) is (method == "post")


def test_swagger_is_served_from_here_without_inline_code(client):
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script src="/') == 3
    assert "unsafe" not in page["Content-Security-Policy"]
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


@pytest.fixture
def api(things: Any) -> Iterator[Any]:
    """The application itself, inside the test's transaction: nobody may close its connection between two requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(PATH, get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def tokens(cast: Any) -> list[str]:
    return [token_of(person) for person in (cast.carl, cast.lea)]


# What each body and query may be, and what it may not be.
MODES = {"as the schema says": GenerationMode.POSITIVE, "otherwise": GenerationMode.NEGATIVE}
# Business rules refuse what the schema allows (422), and a hand-made cursor is a string like any other (400).
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection, unsupported_method,
]  # fmt: skip
SCHEMA = SchemaGenerator().get_schema(public=True)
OPERATIONS = [(path, method) for path, operations in SCHEMA["paths"].items() for method in operations]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_schema_holds(api, tokens, things, path, method, mode):
    operation = api[path][method.upper()]
    here = {"reference": things.ticket.reference, "id": ids(things, path)}

    @settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), real=booleans(), token=sampled_from(tokens))
    def send(case: Any, real: bool, token: str) -> None:
        if real and mode is GenerationMode.POSITIVE:  # an id out of the blue hits nothing
            case.path_parameters = {name: here[name] for name in case.path_parameters or {}}
            if isinstance(case.body, dict) and "contract" in case.body:
                case.body |= {"contract": things.ticket.contract_id}
        headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        send()
    except Unsatisfiable:  # nothing about this operation can be wrong
        assert mode is GenerationMode.NEGATIVE


def ids(things: Any, path: str) -> int:
    kinds = {"contracts": things.ticket.contract_id, "clocks": things.clock_id, "escalations": things.escalation.pk}
    return next((pk for kind, pk in kinds.items() if kind in path), 0)
