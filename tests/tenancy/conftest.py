"""A ticket of each client, opened through the service."""

from collections.abc import Callable
from typing import Any

import pytest

from common import tenancy
from tickets import services
from tickets.models import Ticket


@pytest.fixture
def open_ticket(cast: Any) -> Callable[..., Ticket]:
    """`open_ticket(cast.ann)`: under the contract of the person's only client."""

    def open_ticket(person: Any, subject: str = "Printer on fire") -> Ticket:
        name = "northwind" if cast.northwind.pk in person.organization_ids else "globex"
        with tenancy.user(person):
            return services.open_ticket(
                actor=person, organization=getattr(cast, name), contract=getattr(cast, f"{name}_contract"),
                subject=subject, body="It burns.", impact="team", urgency="blocked", now=cast.now,
            )  # fmt: skip

    return open_ticket
