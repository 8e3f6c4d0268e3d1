"""The only writer of events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from common.columns import array, as_json, columns
from common.prepared import run

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
    rows = (
        (
            one.organization_id, one.actor_id, one.verb, one.subject_kind, one.subject_id, one.audience, as_json(one.data),
            one.at,
        )
        for one in facts
    )  # fmt: skip
    with connection.cursor() as cursor:
        run(cursor, RECORD, columns(rows))
        for one, (pk,) in zip(facts, cursor.fetchall(), strict=True):
            one.pk = pk
    return facts


# Of one kind, about many subjects: what moves thousands in a second has no time to write a text for each.
RECORD_ALIKE = """
    INSERT INTO audit_event (organization_id, actor_id, verb, subject_kind, subject_id, audience, data, at)
    SELECT organization_id, NULL, %s, %s, subject_id, %s, jsonb_build_object({data}), %s
    FROM unnest(%s::bigint[], %s::bigint[], {columns}) WITH ORDINALITY AS fact (organization_id, subject_id, {names}, position)
    ORDER BY position"""


def record_alike(
    *, verb: str, subject_kind: str, at: datetime, audience: str = Audience.CLIENT, organizations: Iterable[int],
    subjects: Iterable[int], instants: Mapping[str, Iterable[int]], words: Mapping[str, Iterable[str]],
) -> None:  # fmt: skip
    """The same fact of many subjects, by the engine, in one statement: columns of organizations, subjects, and what the data
    hold: `instants` (microseconds since 1970, written as ISO 8601) and `words`, each by its name."""
    parts: list[tuple[str, str, str, Iterable[Any]]] = [
        (name, "bigint", "timestamptz 'epoch' + {} * interval '1 microsecond'", column)
        for name, column in instants.items()
    ]
    parts += [(name, "text", "{}", column) for name, column in words.items()]
    names = [f"part_{number}" for number in range(len(parts))]
    statement = RECORD_ALIKE.format(
        data=", ".join("%s, " + value.format(name) for name, (_, _, value, _) in zip(names, parts, strict=True)),
        columns=", ".join(f"%s::{kind}[]" for _, kind, _, _ in parts), names=", ".join(names),
    )  # fmt: skip
    told = [array(column) for column in (organizations, subjects, *(column for *_, column in parts))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [verb, subject_kind, audience, *(name for name, *_ in parts), at, *told])
