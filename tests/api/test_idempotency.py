"""A retry creates nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from common import tenancy
from integrations import services, tasks
from integrations.models import IdempotencyRecord
from tests.tickets.acting import at_once
from tickets.models import Message, Ticket

from .conftest import NEW, Machine, token_of


def new(cast: Any, **more: Any) -> dict[str, Any]:
    return NEW | {"contract": cast.northwind_contract.pk} | more


def tickets() -> int:
    with tenancy.everyone():
        return Ticket.objects.count()


def test_the_same_request_again_gets_the_first_answer(cast, machine):
    ann = machine(cast.ann)
    first = ann.post("tickets/", new(cast), key="import-7")
    again = ann.post("tickets/", new(cast), key="import-7")
    assert again.data == first.data
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert tickets() == 1


def test_another_request_with_the_same_key_is_a_conflict(cast, machine):
    ann = machine(cast.ann)
    ann.post("tickets/", new(cast), key="import-7")
    answer = ann.post("tickets/", new(cast, subject="Another"), 409, key="import-7")
    assert answer.data["type"] == "urn:totalcare:problem:idempotency-conflict"
    ann.post("tickets/NW-1/messages/", {"body": "Hello"}, 409, key="import-7")
    assert tickets() == 1


def test_a_key_is_its_persons_own(cast, machine):
    machine(cast.ann).post("tickets/", new(cast), key="1")
    machine(cast.rosa).post("tickets/", new(cast), key="1")
    assert tickets() == 2


def test_what_was_refused_may_be_corrected_under_the_same_key(cast, machine):
    ann = machine(cast.ann)
    ann.post("tickets/", new(cast, body=""), 400, key="1")
    ann.post("tickets/", new(cast, body="password: hunter2x!"), 422, key="1")
    ann.post("tickets/", new(cast), key="1")


def test_replies_and_time_are_kept_too(cast, things, machine):
    lea = machine(cast.lea)
    for path, sent in (("messages", {"body": "Done."}), ("time", {"minutes": 5, "summary": "Reading"})):
        one = lea.post(f"tickets/NW-1/{path}/", sent, key=path).data
        assert lea.post(f"tickets/NW-1/{path}/", sent, key=path).data == one
    with tenancy.everyone():
        assert Message.objects.filter(body="Done.").count() == 1


@pytest.mark.parametrize("key", ["with space", "é", "x" * 201])
def test_a_key_is_visible_ascii(cast, machine, key):
    machine(cast.ann).post("tickets/", new(cast), 400, key=key)
    assert tickets() == 0


def test_a_key_without_anybody_is_nobodys(client, db):
    answer = client.post("/api/v1/tickets/", {}, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert answer.status_code == 401


def test_after_a_day_it_is_forgotten(cast, machine):
    ann = machine(cast.ann)
    ann.post("tickets/", new(cast), key="1")
    with tenancy.everyone():
        IdempotencyRecord.objects.update(at=cast.now - timedelta(days=1, seconds=1))
    ann.post("tickets/", new(cast), key="1")
    assert tickets() == 2
    with tenancy.everyone():
        assert services.forget(now=cast.now + timedelta(hours=23)) == 0
        assert services.forget(now=cast.now + timedelta(days=1)) == 1


def test_an_answer_is_its_clients_alone(cast, machine):
    machine(cast.ann).post("tickets/", new(cast), key="1")
    with tenancy.user(cast.bob):
        assert not IdempotencyRecord.objects.exists()
    with tenancy.user(cast.rosa):
        assert not IdempotencyRecord.objects.visible_to(cast.rosa).filter(user=cast.rosa).exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_create_one(cast):
    secret = token_of(cast.ann)

    def ask() -> Any:
        return Machine(secret).post("tickets/", new(cast), key="1").data["reference"]

    assert at_once(ask, ask, ask) == ["NW-1"] * 3
    assert tickets() == 1


@pytest.mark.django_db(transaction=True)
def test_the_engine_sweeps(cast, worker):
    assert tasks.forget() == 0
    assert connection.in_atomic_block is False
