"""Writing what the ladder's rule decides, for one ticket or a thousand: a few statements, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from audit.services import Fact, record_many
from common.columns import columns
from escalation.ladder import ALARM_EVERY, Cause, Decision, Entry, Move, decide
from escalation.models import Escalation
from notifications.services import Parcel, queue_many
from tickets import notices
from tickets.models import Ticket

from .roster import Roster

# Ordered, so that two ticks which meet on the same tickets wait for each other instead of locking each other out.
OPEN = """
    INSERT INTO escalation_escalation
        (organization_id, ticket_id, ladder_id, cause, level, opened_at, entered_at, acknowledge_by, next_at, historical)
    SELECT organization_id, ticket_id, ladder_id, cause, level, %s, %s, acknowledge_by, acknowledge_by, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::timestamptz[])
        AS new (organization_id, ticket_id, ladder_id, cause, level, acknowledge_by)
    ORDER BY organization_id, ticket_id
    ON CONFLICT (organization_id, ticket_id) WHERE closed_at IS NULL DO NOTHING RETURNING ticket_id, id"""
CLIMB = """
    UPDATE escalation_escalation SET level = moved.level, entered_at = %s, acknowledge_by = moved.acknowledge_by,
        next_at = moved.acknowledge_by, acknowledged_at = NULL, acknowledged_by_id = NULL, update_by = NULL
    FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS moved (id, level, acknowledge_by)
    WHERE escalation_escalation.id = moved.id"""

STEP = """
    INSERT INTO escalation_escalationstep (organization_id, escalation_id, level, cause, is_empty, reason, at)
    SELECT step.*, %s FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::boolean[], %s::text[]) AS step"""


@dataclass(frozen=True, slots=True)
class Push:
    """A cause that came upon a ticket, whose open escalation, if any, is locked."""

    ticket: Ticket
    cause: Cause
    escalation: Escalation | None = None
    reason: str = ""
    actor_id: int | None = None


@dataclass(slots=True)
class _Outcome:
    push: Push
    decision: Decision
    escalation_id: int | None
    acknowledge_by: datetime | None = None


def climb(pushes: Sequence[Push], *, roster: Roster, now: datetime, historical: bool = False) -> None:
    """Apply the rule to each cause: escalations opened or moved, their steps, events and mails, in this transaction.

    The levels' people are told; the leads where a contract has no ladder, or nobody stands on the top of it.
    """
    first = {
        push.ticket.pk: push for push in reversed(pushes)
    }  # two causes of one ticket: the second finds the first's work
    later = [push for push in pushes if first[push.ticket.pk] is not push]
    outcomes = [_decided(push, roster) for push in first.values()]
    overtaken = _open([one for one in outcomes if one.decision.move is Move.OPEN], roster, now, historical)
    written = [one for one in outcomes if one.push.ticket.pk not in overtaken]
    _move([one for one in written if one.decision.move is Move.CLIMB], now)
    _alarm([one for one in written if one.decision.move is Move.ALARM], now)
    _step(written, now)
    _tell(written, roster, now)
    # Somebody opened one between our look and our write: theirs is committed and visible by now.
    again = [one.push for one in outcomes if one.push.ticket.pk in overtaken] + later
    if again:
        found = {one.ticket_id: one for one in locked_open([push.ticket for push in again])}
        climb(
            [replace(push, escalation=found.get(push.ticket.pk)) for push in again],
            roster=roster,
            now=now,
            historical=historical,
        )


def locked_open(tickets: Sequence[Ticket]) -> list[Escalation]:
    """The open escalations of some tickets, until COMMIT."""
    return list(
        Escalation.objects.open()
        .filter(organization_id__in={ticket.organization_id for ticket in tickets})
        .filter(ticket_id__in=[ticket.pk for ticket in tickets])
        .order_by("id")
        .select_for_update(of=("self",))
    )


def _decided(push: Push, roster: Roster) -> _Outcome:
    standing_at = push.escalation.level if push.escalation else None
    decision = decide(roster.levels(push.ticket), standing_at, push.cause)
    by = None
    if decision.entries and decision.level:
        by = roster.acknowledge_by(push.ticket, decision.level.acknowledge_minutes)
    return _Outcome(push, decision, push.escalation.pk if push.escalation else None, by)


def _open(outcomes: list[_Outcome], roster: Roster, now: datetime, historical: bool) -> set[int]:
    """Insert the new ones and give them their ids; returns the tickets where somebody else was quicker."""
    if not outcomes:
        return set()
    rows = [
        (
            one.push.ticket.organization_id,
            one.push.ticket.pk,
            roster.ladder_id(one.push.ticket),
            one.push.cause.value,
            one.decision.level.position if one.decision.level else 0,
            one.acknowledge_by,
        )
        for one in outcomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [now, now, historical, *columns(rows)])
        ids = dict(cursor.fetchall())
    for one in outcomes:
        one.escalation_id = ids.get(one.push.ticket.pk)
    return {one.push.ticket.pk for one in outcomes if one.escalation_id is None}


def _move(outcomes: list[_Outcome], now: datetime) -> None:
    rows = [
        (one.escalation_id, one.decision.level.position, one.acknowledge_by) for one in outcomes if one.decision.level
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(CLIMB, [now, *columns(rows)])


def _alarm(outcomes: list[_Outcome], now: datetime) -> None:
    """At the top there is nothing to climb: whoever took it has to take it again, and is reminded daily."""
    Escalation.objects.filter(pk__in=[one.escalation_id for one in outcomes]).update(
        next_at=now + ALARM_EVERY, acknowledged_at=None, acknowledged_by=None, update_by=None
    )


def _step(outcomes: list[_Outcome], now: datetime) -> None:
    rows = [
        (
            one.push.ticket.organization_id,
            one.escalation_id,
            entry.level,
            entry.cause.value,
            entry.is_empty,
            "" if entry.cause is Cause.EMPTY_LEVEL else one.push.reason,
        )
        for one in outcomes
        for entry in one.decision.entries
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(STEP, [now, *columns(rows)])


def _tell(outcomes: list[_Outcome], roster: Roster, now: datetime) -> None:
    facts = [(one, event) for one in outcomes for event in _events(one, now)]
    record_many(event for _one, event in facts)
    last = {id(one): event for one, event in facts}
    queue_many([_parcel(one, last[id(one)], roster) for one in outcomes if not _is_silent(one)], now=now)


def _is_silent(one: _Outcome) -> bool:
    return one.push.ticket.organization.is_historical


def _events(one: _Outcome, now: datetime) -> list[Fact]:
    """One event for each level entered, or one that says why none was. The client may read them: they name nobody."""
    push, move = one.push, one.decision.move
    if move in {Move.OPEN, Move.CLIMB}:
        verbs = ["escalation.opened" if move is Move.OPEN else "escalation.climbed"]
        verbs += ["escalation.climbed"] * (len(one.decision.entries) - 1)
        return [_event(one, verb, now, **_data(entry)) for verb, entry in zip(verbs, one.decision.entries, strict=True)]
    verb = {Move.ATTACH: "cause_attached", Move.ALARM: "alarmed", Move.NO_LADDER: "no_ladder"}[move]
    level = push.escalation.level if push.escalation else None
    return [_event(one, f"escalation.{verb}", now, level=level, cause=push.cause.value)]


def _data(entry: Entry) -> dict[str, Any]:
    return {"level": entry.level, "cause": entry.cause.value, "is_empty": entry.is_empty}


def _event(one: _Outcome, verb: str, now: datetime, **data: Any) -> Fact:
    return Fact(
        organization_id=one.push.ticket.organization_id,
        actor_id=one.push.actor_id,
        verb=verb,
        subject_kind="ticket",
        subject_id=one.push.ticket.pk,
        data={"escalation_id": one.escalation_id, **data},
        at=now,
    )


def _parcel(one: _Outcome, event: Fact, roster: Roster) -> Parcel:
    push, move = one.push, one.decision.move
    ticket = push.ticket
    standing_at = push.escalation.level if push.escalation else None
    position = one.decision.level.position if one.decision.level else standing_at
    level = roster.level(ticket, position)
    people = roster.people(ticket, position) or roster.leads
    by = one.acknowledge_by or (push.escalation.acknowledge_by if push.escalation else None)
    return Parcel(
        event=event,
        recipients=[person for person in people if person.pk != push.actor_id],
        template="escalation_level",
        thread=notices.thread(ticket),
        context={
            **notices.about(ticket),
            "client": ticket.organization.name,
            "move": move.value,
            "level": position,
            "title": level.title if level else "",
            "cause": push.cause.value,
            "reason": push.reason[:1000],
            "acknowledge_by": by.isoformat() if by else "",
        },
    )
