"""Tickets that run late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from common import tenancy
from conftest import login_as
from tickets import services as tickets
from tickets.models import Ticket


@pytest.fixture
def open_ticket(cast: Any) -> Callable[..., Ticket]:
    """A ticket of high priority, by Ann of Northwind unless another person asks, opened some hours before now."""

    def opened(
        requester: User | None = None, *, hours: float = 0, priority: str = "high", assignee: User | None = None
    ) -> Ticket:
        person = requester or cast.ann
        organization = cast.globex if person in (cast.bob, cast.gina) else cast.northwind
        contract = cast.globex_contract if organization is cast.globex else cast.northwind_contract
        at = cast.now - timedelta(hours=hours)
        with tenancy.user(person):
            ticket = tickets.open_ticket(
                actor=person, organization=organization, contract=contract, subject="The sync fails", body="Since noon.",
                impact="team", urgency="degraded", priority=priority, now=at,
            )  # fmt: skip
        if assignee is not None:
            with tenancy.user(cast.nadia):
                tickets.assign(actor=cast.nadia, ticket_id=ticket.pk, assignee=assignee, now=at)
        return ticket

    return opened


@pytest.fixture
def as_worker(open_ticket: Callable[..., Ticket]) -> Callable[..., Any]:
    """Log in as the worker and stay; called once the tickets are there."""

    def switch() -> None:
        login_as("worker")

    yield switch
    connection.close()
    login_as("app")
