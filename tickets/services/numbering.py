"""A new ticket's rows in one statement: its client's counter is locked from there to COMMIT, so nothing waits in between."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models

from common.inserting import insertion
from common.prepared import run
from slo.models import Clock
from tickets.models import Message, Ticket, TicketClock

# The counter's row stays locked until COMMIT, so that gaps can't happen. Everything of one client queues behind it: as four
# statements this gave half as many tickets a second.
COUNT = """
    INSERT INTO tickets_ticketcounter (organization_id, last) VALUES (%s, 1)
    ON CONFLICT (organization_id) DO UPDATE SET last = tickets_ticketcounter.last + 1 RETURNING last"""


def write(ticket: Ticket, clocks: Sequence[Clock], message: Message) -> None:
    """Number and save a ticket (its `number` is given here), the links to its clocks, and its first message."""
    steps, values = [f"numbered AS ({COUNT})"], [ticket.organization_id]
    rows: list[tuple[str, models.Model, dict[str, str]]] = [("ticket", ticket, {"number": "numbered.last"})]
    rows.append(("said", message, {"ticket_id": "ticket.id"}))
    for clock in clocks:
        link = TicketClock(organization_id=ticket.organization_id, objective=clock.objective, clock=clock)
        rows.append((f"linked_{clock.objective}", link, {"ticket_id": "ticket.id"}))
    for name, row, known in rows:
        columns, expressions, given = insertion(row, known)
        source = "numbered" if name == "ticket" else "ticket"
        table = connection.ops.quote_name(row._meta.db_table)
        steps.append(
            f"{name} AS (INSERT INTO {table} ({columns}) SELECT {expressions} FROM {source} RETURNING *)"  # noqa: S608
        )
        values += given
    with connection.cursor() as cursor:
        run(cursor, f"WITH {', '.join(steps)} SELECT ticket.id, number, said.id FROM ticket, said", values)  # noqa: S608
        ticket.pk, ticket.number, message.pk = cursor.fetchone()
    message.ticket = ticket
    for saved in (ticket, message):
        saved._state.adding, saved._state.db = False, connection.alias
