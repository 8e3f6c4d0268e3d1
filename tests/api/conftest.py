"""The API as a machine uses it: over HTTP, with a token of one of the cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from common import tenancy
from conftest import NOW
from contracts.services import grant
from escalation.models import Escalation, EscalationStep
from integrations import services
from tests.contracts.writing import bound
from tests.tickets.acting import act, opened
from tickets import services as tickets

NEW = {
    "subject": "The nightly import stops",
    "body": "Since Monday, after 200 rows.",
    "impact": "team",
    "urgency": "blocked",
}


@pytest.fixture(autouse=True)
def _unthrottled_on_a_wednesday(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is at 10:00 in Paris, as often as one likes."""
    settings.API_RATES = {"read": "100000/min", "write": "100000/min"}
    declare = tenancy.declare

    def declared(scope: tenancy.Scope) -> Any:
        declare(scope)
        return NOW

    monkeypatch.setattr(tenancy, "declare", declared)


def token_of(person: Any, organization: Any = None, **more: Any) -> str:
    """The secret of a new token of this person's; of a client's person for the only client."""
    if organization is None and not person.is_valiantys:
        (organization_id,) = person.organization_ids
        with tenancy.user(person):
            organization = (
                person.memberships.select_related("organization").get(organization=organization_id).organization
            )
    arguments = {"name": "A machine", "days": 30, "now": NOW} | more
    _token, secret = act(person, services.create_token, organization=organization, **arguments)
    return str(secret)


class Machine:
    """Asks with one token; answers have their JSON as `.data`."""

    def __init__(self, secret: str):
        self.client, self.headers = Client(), {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """GET under /api/v1/."""
        return self._seen(self.client.get(f"/api/v1/{path}", headers=self.headers | headers), status)

    def post(self, path: str, sent: Any, status: int = 201, key: str = "") -> Any:
        """POST of JSON, or of bytes as they are."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        body = sent if isinstance(sent, bytes) else json.dumps(sent)
        answer = self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        return self._seen(answer, status)

    def _seen(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.content[:500])
        answer.data = json.loads(answer.content)
        if status >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.data["status"] == status
            assert answer.data["type"].startswith("urn:totalcare:problem:")
            assert answer.data["title"]
            assert answer.data["detail"]
        return answer


@pytest.fixture
def machine(cast: Any) -> Callable[..., Machine]:
    """`machine(cast.ann)`: a machine with a token of Ann's."""
    return lambda person, organization=None: Machine(token_of(person, organization))


@pytest.fixture
def things(cast: Any) -> SimpleNamespace:
    """Something of Northwind's, and of Globex's, for every address of the API."""
    ticket, theirs = opened(cast), opened(cast, client="globex", subject="Globex only")
    now = cast.now
    act(cast.lea, tickets.note, ticket_id=ticket.pk, body="Between us: the printer again.", now=now)
    act(cast.max, grant, contract=cast.northwind_contract, minutes=600, worked_on=now.date(), memo="November", now=now)
    log = act(
        cast.lea, tickets.log_time, ticket_id=ticket.pk, minutes=20, summary="Looking", worked_on=now.date(), now=now
    )
    bound(
        cast.northwind_contract, {"slo.first_response.high": "30"}, title="Order 7", text="Within half an hour.",
        effective_on=now.date().replace(month=1),
    )  # fmt: skip
    with tenancy.everyone():
        northwind = {"organization": cast.northwind}
        escalation = Escalation.objects.create(
            **northwind, ticket=ticket, ladder=cast.northwind_ladder, cause="breach", level=1, opened_at=now,
            entered_at=now, acknowledge_by=now + timedelta(hours=1),
        )  # fmt: skip
        EscalationStep.objects.create(**northwind, escalation=escalation, level=1, cause="breach", at=now)
        clock_id = ticket.clocks.get().clock_id
    return SimpleNamespace(ticket=ticket, theirs=theirs, log=log, escalation=escalation, clock_id=clock_id)
