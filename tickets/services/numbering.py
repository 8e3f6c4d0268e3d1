"""A new ticket's rows in one statement: its client's counter is locked from there to COMMIT, so nothing waits in between."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, models

from slo.models import Clock
from tickets.models import Message, Ticket, TicketClock

# The counter's row stays locked until COMMIT, so that gaps can't happen. Everything of one client queues behind it: as four
# statements this gave half as many tickets a second.
COUNT = """
    INSERT INTO tickets_ticketcounter (organization_id, last) VALUES (%s, 1)
    ON CONFLICT (organization_id) DO UPDATE SET last = tickets_ticketcounter.last + 1 RETURNING last"""


def write(ticket: Ticket, clock: Clock | None, message: Message) -> None:
    """Number and save a ticket (its `number` is given here), the link to its clock, and its first message."""
    steps, values = [f"numbered AS ({COUNT})"], [ticket.organization_id]
    rows: list[tuple[str, models.Model, dict[str, str]]] = [("ticket", ticket, {"number": "numbered.last"})]
    rows.append(("said", message, {"ticket_id": "ticket.id"}))
    if clock:
        link = TicketClock(organization_id=ticket.organization_id, objective=clock.objective, clock=clock)
        rows.append(("linked", link, {"ticket_id": "ticket.id"}))
    for name, row, known in rows:
        fields, columns, expressions = _parts(type(row), tuple(known.items()))
        source = "numbered" if name == "ticket" else "ticket"
        table = connection.ops.quote_name(row._meta.db_table)
        steps.append(
            f"{name} AS (INSERT INTO {table} ({columns}) SELECT {expressions} FROM {source} RETURNING *)"  # noqa: S608
        )
        values += [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(steps)} SELECT ticket.id, number, said.id FROM ticket, said", values)  # noqa: S608
        ticket.pk, ticket.number, message.pk = cursor.fetchone()
    message.ticket = ticket
    for saved in (ticket, message):
        saved._state.adding, saved._state.db = False, connection.alias


@cache
def _parts(model: type[models.Model], said: tuple[tuple[str, str], ...]) -> tuple[list[Any], str, str]:
    """The fields to give, all columns, and what fills each; as Django's own INSERT, but for what an earlier step has said."""
    known = dict(said)
    fields: list[Any] = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    given = [field for field in fields if field.column not in known]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in given)
    # A parameter of a SELECT has no type of its own, unlike one of VALUES.
    typed = [f"%s::{str(field.db_type(connection)).partition('(')[0]}" for field in given]
    return given, ", ".join([names, *known]), ", ".join([*typed, *known.values()])
