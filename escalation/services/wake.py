"""Pauses that end by themselves: the date that was promised has come (domain §5.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from audit.services import Fact, record_many
from common.columns import columns
from slo import services as slo
from slo.fold import Resumed
from slo.services import Asleep
from tickets.models import Ticket

# The tick holds the clocks. An answer takes its ticket first and then the clock, so nothing here waits for a ticket: one that
# somebody holds is left as it is, and the next tick finds its clock again.
HOLD = """
    SELECT link.clock_id, link.ticket_id, link.objective
    FROM unnest(%s::bigint[], %s::bigint[]) AS asleep (organization_id, clock_id)
    JOIN tickets_ticketclock AS link USING (organization_id, clock_id)
    JOIN tickets_ticket AS ticket ON (ticket.organization_id, ticket.id) = (link.organization_id, link.ticket_id)
    FOR NO KEY UPDATE OF ticket SKIP LOCKED"""


def wake(asleep: Sequence[Asleep], *, now: datetime) -> None:
    """Let these clocks go on from the instant that was promised, however late it is seen; the ticket's due instant with them."""
    if not asleep:
        return
    with connection.cursor() as cursor:
        cursor.execute(HOLD, columns((one.organization_id, one.clock_id) for one in asleep))
        owners = {clock: (ticket, objective) for clock, ticket, objective in cursor.fetchall()}
    facts = []
    for one in asleep:
        if one.clock_id not in owners:
            continue
        ticket_id, objective = owners[one.clock_id]
        clock = slo.resume_clock(clock_id=one.clock_id, by=Resumed.DATE, at=one.resume_by)
        ticket = Ticket.objects.only("due_at").get(organization_id=one.organization_id, pk=ticket_id)
        ticket.due_at = min(filter(None, (ticket.due_at, clock.due_at)))
        ticket.save(update_fields=["due_at"])
        data = {"clock_id": clock.pk, "objective": objective, "by": Resumed.DATE.value, "seen_at": now.isoformat()}
        facts.append(
            Fact(
                organization_id=one.organization_id, verb="clock.resumed", subject_kind="ticket", subject_id=ticket_id,
                data=data, at=one.resume_by,
            )
        )  # fmt: skip
    record_many(facts)
