"""Looking at open escalations: those that are over are closed, those that waited too long climb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from audit.models import Event
from audit.services import record_many
from escalation.ladder import Cause, Ending, Standing, ending, overdue
from escalation.models import Escalation
from tickets.workflow import OPEN

from .climb import Push, climb
from .roster import Roster

# Tickets can't call upward, so nothing tells us of an answer: the tick looks, at open escalations only, and among them at
# those that are late or whose ticket has moved since. The partial index on open ones serves it; the rule has the last word.
CLAIM = """
    SELECT open.id, answer.at, coalesce(step.cause, open.cause)
    FROM escalation_escalation AS open
    JOIN tickets_ticket AS ticket ON (ticket.organization_id, ticket.id) = (open.organization_id, open.ticket_id)
    LEFT JOIN LATERAL (
        SELECT at FROM tickets_message AS said
        WHERE (said.organization_id, said.ticket_id) = (open.organization_id, open.ticket_id)
            AND said.audience = 'client' AND said.is_human_answer
        ORDER BY said.id DESC LIMIT 1
    ) AS answer ON true
    LEFT JOIN LATERAL (
        SELECT cause FROM escalation_escalationstep AS entered
        WHERE (entered.organization_id, entered.escalation_id) = (open.organization_id, open.id)
            AND entered.cause <> 'empty_level'
        ORDER BY entered.level DESC LIMIT 1
    ) AS step ON true
    WHERE open.closed_at IS NULL AND open.historical = %(historical)s
        AND (open.next_at < %(now)s OR ticket.active_at >= open.entered_at)
        AND (open.next_at < %(now)s
            OR ticket.status <> ALL (%(open)s)
            OR answer.at > coalesce(open.acknowledged_at, open.entered_at)
                AND (open.acknowledged_at IS NOT NULL OR coalesce(step.cause, open.cause) <> ALL (%(taken_first)s)))
        AND (%(only)s::bigint IS NULL OR open.id = %(only)s)
    ORDER BY open.id LIMIT %(limit)s FOR UPDATE OF open SKIP LOCKED"""

TAKEN_FIRST = [Cause.PERSISTS.value, Cause.UNRESOLVED.value]  # no answer ends these before somebody took them


@dataclass(frozen=True, slots=True)
class Claimed:
    """An escalation that is ours until COMMIT: why it stands at its level, and when a human last answered its ticket."""

    escalation: Escalation
    cause: Cause
    answered_at: datetime | None

    @property
    def standing(self) -> Standing:
        """As the rule sees it."""
        one = self.escalation
        return Standing(self.cause, one.entered_at, one.acknowledge_by, one.acknowledged_at, one.update_by)


def claim(*, now: datetime, limit: int, historical: bool = False, only: int | None = None) -> list[Claimed]:
    """Open escalations that are over or late, until COMMIT; those that somebody else holds are skipped."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "now": now,
                "historical": historical,
                "open": sorted(OPEN),
                "only": only,
                "limit": limit,
                "taken_first": TAKEN_FIRST,
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    found = Escalation.objects.prefetch_related("ticket__organization", "ticket__contract").in_bulk(
        [pk for pk, _answered, _cause in rows]
    )
    return [Claimed(found[pk], Cause(cause), answered_at) for pk, answered_at, cause in rows]


def review(claimed: Sequence[Claimed], *, now: datetime, historical: bool = False) -> int:
    """Close what is over, climb what is late, look again later at the rest; returns how many were closed."""
    ended: list[tuple[Escalation, Ending]] = []
    pushes: list[Push] = []
    for row in claimed:
        one, standing = row.escalation, row.standing
        done = ending(standing, ticket_is_open=one.ticket.status in OPEN, answered_at=row.answered_at)
        if done is not None:
            ended.append((one, done))
        elif one.next_at is None or one.next_at >= now:
            continue
        elif (cause := overdue(standing, now)) is not None:
            pushes.append(Push(one.ticket, cause, one))
        else:  # `next_at` was but a hint: the rule's own instant is right
            later = one.update_by if one.acknowledged_at else one.acknowledge_by
            Escalation.objects.filter(pk=one.pk).update(next_at=later)
    _close(ended, now)
    if pushes:
        roster = Roster([push.ticket for push in pushes], now)
        climb(pushes, roster=roster, now=now, historical=historical)
    return len(ended)


def _close(ended: list[tuple[Escalation, Ending]], now: datetime) -> None:
    if not ended:
        return
    Escalation.objects.filter(pk__in=[one.pk for one, _why in ended]).update(closed_at=now, next_at=None)
    record_many(
        Event(
            organization_id=one.organization_id,
            verb="escalation.closed",
            subject_kind="ticket",
            subject_id=one.ticket_id,
            data={"escalation_id": one.pk, "level": one.level, "why": why.value},
            at=now,
        )
        for one, why in ended
    )
