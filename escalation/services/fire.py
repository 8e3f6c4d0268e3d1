"""What a clock's steps cause: events on the ticket's timeline, mails, and the ladder's first level."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from audit.models import Audience
from audit.services import Fact, record_many
from common.columns import columns
from escalation.ladder import Cause
from notifications.services import Parcel, queue_many
from slo.clock import StepName
from slo.objectives import RESOLUTION
from slo.services import Fired
from tickets import notices
from tickets.models import Ticket
from tickets.workflow import OPEN

from .climb import Push, climb, locked_open
from .roster import Roster, with_their_contracts

logger = logging.getLogger(__name__)

# Pairs, because the index begins with the organization: a plain IN on clocks would read them all.
TICKETS = """
    SELECT link.clock_id, link.ticket_id, link.objective
    FROM unnest(%s::bigint[], %s::bigint[]) AS fired (organization_id, clock_id)
    JOIN tickets_ticketclock AS link USING (organization_id, clock_id)"""


def tell_of(fired: Sequence[Fired], *, now: datetime, historical: bool = False) -> None:
    """Write what some fired steps cause, in the caller's transaction.

    A warning tells the assignee, or the consultants who serve the client while nobody has the ticket. A breach tells
    the requester and the assignee, and opens the contract's ladder, unless the ticket is done. Historical clients get
    no mail. Events carry the instant at which the step was due, not the one at which it was seen.
    """
    if not fired:
        return
    tickets, objectives = _tickets_of(fired)
    facts = [
        (one, tickets[one.clock_id], _event(one, tickets, objectives, now)) for one in fired if one.clock_id in tickets
    ]
    record_many(event for _one, _ticket, event in facts)
    roster = Roster({ticket.pk: ticket for _one, ticket, _event in facts}.values(), now)
    queue_many([parcel for fact in facts for parcel in _parcels(*fact, roster)], now=now)
    breached = [
        (ticket, Cause.UNRESOLVED if objectives[one.clock_id] == RESOLUTION else Cause.BREACH)
        for one, ticket, _event in facts
        if one.step == StepName.BREACH and ticket.status in OPEN
    ]
    standing = {one.ticket_id: one for one in locked_open([ticket for ticket, _cause in breached])} if breached else {}
    climb(
        [Push(ticket, cause, standing.get(ticket.pk)) for ticket, cause in breached],
        roster=roster,
        now=now,
        historical=historical,
    )


def _tickets_of(fired: Sequence[Fired]) -> tuple[dict[int, Ticket], dict[int, str]]:
    """Clock → ticket, and clock → objective."""
    with connection.cursor() as cursor:
        cursor.execute(TICKETS, columns((one.organization_id, one.clock_id) for one in fired))
        links = cursor.fetchall()
    found = with_their_contracts({ticket for _clock, ticket, _objective in links})
    clocks = {clock: found[ticket] for clock, ticket, _objective in links}
    if lost := {one.clock_id for one in fired} - set(clocks):
        logger.warning("clocks without a ticket fired: %s", sorted(lost))
    return clocks, {clock: objective for clock, _ticket, objective in links}


def _event(one: Fired, tickets: dict[int, Ticket], objectives: dict[int, str], now: datetime) -> Fact:
    breach = one.step == StepName.BREACH
    data = {"clock_id": one.clock_id, "objective": objectives[one.clock_id], "due_at": one.due_at.isoformat()}
    return Fact(
        organization_id=one.organization_id,
        verb="clock.breach" if breach else "clock.warning",
        subject_kind="ticket",
        subject_id=tickets[one.clock_id].pk,
        audience=(Audience.CLIENT if breach else Audience.INTERNAL).value,
        data={**data, "fired_at": now.isoformat()},
        at=one.at,
    )


def _parcels(one: Fired, ticket: Ticket, event: Fact, roster: Roster) -> list[Parcel]:
    if ticket.organization.is_historical:
        return []
    thread = notices.thread(ticket)
    about: dict[str, Any] = {
        **notices.about(ticket), "due_at": one.due_at.isoformat(), "objective": event.data["objective"]
    }  # fmt: skip
    staff = {**about, "client": ticket.organization.name, "priority": ticket.priority}
    if one.step != StepName.BREACH:
        return [Parcel(event, roster.handlers(ticket), "clock_warning", staff, thread)]
    return [
        Parcel(event, roster.requester(ticket), "clock_missed", about, thread),
        Parcel(event, roster.assignee(ticket), "clock_breach", staff, thread),
    ]
