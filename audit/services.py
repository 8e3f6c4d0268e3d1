"""The only writer of events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from .models import Audience, Event


def record(
    *,
    organization_id: int,
    verb: str,
    subject_kind: str,
    subject_id: int,
    at: datetime,
    actor_id: int | None = None,
    audience: str = Audience.CLIENT,
    **data: Any,
) -> Event:
    """Write one fact, in the caller's transaction. Data are ids and JSON values, never names or texts (GDPR: domain §11)."""
    return Event.objects.create(
        organization_id=organization_id,
        actor_id=actor_id,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=subject_id,
        audience=audience,
        data=data,
        at=at,
    )


def record_many(events: Iterable[Event]) -> list[Event]:
    """Many facts in one statement, in their order; for ticks."""
    return Event.objects.bulk_create(list(events))
