"""The API against its own schema: whatever is sent, no error of ours, and nothing that the schema doesn't say."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from .conftest import token_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/schema/"


def test_it_is_openapi_3_1_and_names_every_address(client):
    schema = json.loads(client.get(PATH).content)
    assert schema["openapi"].startswith("3.1")
    assert len(schema["paths"]) == 13
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
def api(things: Any) -> Any:
    return schemathesis.openapi.from_wsgi(PATH, get_wsgi_application())


fuzzed = schemathesis.pytest.from_fixture("api")


@pytest.fixture
def tokens(cast: Any, things: Any) -> list[str]:
    return [token_of(person) for person in (cast.carl, cast.lea)]


@fuzzed.parametrize()
@settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_whatever_is_sent_the_schema_holds(case, tokens):
    for token in tokens:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[])
