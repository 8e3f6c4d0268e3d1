"""The only writer of events."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from common.inserting import array

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
    fact = Event(
        organization_id=organization_id,
        actor_id=actor_id,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=subject_id,
        audience=audience,
        data=data,
        at=at,
    )
    return record_many([fact])[0]


@dataclass(slots=True)
class Fact:
    """An event that is about to be written, one of thousands: a model's instance costs ten times as much to make."""

    organization_id: int
    verb: str
    subject_kind: str
    subject_id: int
    at: datetime
    actor_id: int | None = None
    audience: str = Audience.CLIENT.value
    data: dict[str, Any] = field(default_factory=dict)
    pk: int = 0  # once it is written


F = TypeVar("F", Event, Fact)
# One parameter a column, however many rows: half the time of an INSERT with a placeholder a value.
RECORD = """
    INSERT INTO audit_event (organization_id, actor_id, verb, subject_kind, subject_id, audience, data, at)
    SELECT organization_id, actor_id, verb, subject_kind, subject_id, audience, data::jsonb, at
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
        WITH ORDINALITY AS fact (organization_id, actor_id, verb, subject_kind, subject_id, audience, data, at, position)
    ORDER BY position RETURNING id"""


def record_many(events: Iterable[F]) -> list[F]:
    """Many facts in one statement, in their order, each with its id; for ticks."""
    facts = list(events)
    if not facts:
        return facts
    columns = zip(
        *(
            (
                one.organization_id,
                one.actor_id,
                one.verb,
                one.subject_kind,
                one.subject_id,
                one.audience,
                json.dumps(one.data),
                one.at,
            )
            for one in facts
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [list(column) for column in columns])
        for one, (pk,) in zip(facts, cursor.fetchall(), strict=True):
            one.pk = pk
    return facts


# Of one kind, about many subjects: columns instead of rows, for what moves thousands in a second.
RECORD_ALIKE = """
    INSERT INTO audit_event (organization_id, actor_id, verb, subject_kind, subject_id, audience, data, at)
    SELECT organization_id, NULL, %s, %s, subject_id, %s, data::jsonb, %s
    FROM unnest(%s::bigint[], %s::bigint[], string_to_array(%s, E'\\n')) WITH ORDINALITY
        AS fact (organization_id, subject_id, data, position)
    ORDER BY position"""


def record_alike(
    *, verb: str, subject_kind: str, at: datetime, audience: str = Audience.CLIENT, facts: Iterable[tuple[int, int, Any]]
) -> None:  # fmt: skip
    """The same fact of many subjects, by the engine: (organization, subject, data) of each, in one statement."""
    columns = list(zip(*((one, subject, json.dumps(data)) for one, subject, data in facts), strict=True))
    if columns:
        organizations, subjects, data = columns
        values = [array(organizations), array(subjects), "\n".join(data)]  # JSON of one line each
        with connection.cursor() as cursor:
            cursor.execute(RECORD_ALIKE, [verb, subject_kind, audience, at, *values])
