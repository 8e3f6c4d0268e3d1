"""Open work follows a new edition of its calendar, in batches (domain §5.10): long work, see common.long_work."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from audit.models import Audience
from audit.services import record_alike
from common import long_work, tenancy
from common.columns import array
from slo import services as slo
from slo.models import CalendarChange
from slo.services.changes import MOVE_BATCH
from slo.services.many import Moves

# The soonest promise that runs: what other objectives of the same ticket say counts, too. Links and tickets by a range of ids, one
# after another: looked up one by one, the descents into their indexes cost as much as what they find. LATERAL for a clock by its
# id: left free to choose, the planner reads the whole table for each batch.
DUE = """
    UPDATE tickets_ticket SET due_at = soonest.due_at
    FROM (SELECT link.organization_id, link.ticket_id, min(clock.due_at) AS due_at
        FROM tickets_ticketclock AS link CROSS JOIN LATERAL (SELECT due_at FROM slo_clock AS one
            WHERE one.id = link.clock_id AND one.stopped_at IS NULL AND one.verdict IN ('running', 'missed') OFFSET 0) AS clock
        WHERE link.organization_id = ANY (%(organizations)s) AND link.ticket_id BETWEEN %(first)s AND %(last)s
            AND link.ticket_id IN (SELECT unnest(%(tickets)s::bigint[]))
        GROUP BY link.organization_id, link.ticket_id) AS soonest
    WHERE tickets_ticket.organization_id = soonest.organization_id AND tickets_ticket.id = soonest.ticket_id
        AND tickets_ticket.id BETWEEN %(first)s AND %(last)s AND tickets_ticket.due_at IS DISTINCT FROM soonest.due_at"""


# Arrays instead of thousands of placeholders. An answer locks its ticket, and then the clock: so does this, and waits for neither.
HOLD = """
    SELECT owner.clock_id, owner.ticket_id, owner.objective
    FROM tickets_ticketclock AS owner
    JOIN tickets_ticket AS ticket ON ticket.organization_id = owner.organization_id AND ticket.id = owner.ticket_id
    WHERE owner.organization_id = ANY (%(organizations)s) AND owner.clock_id BETWEEN %(first)s AND %(last)s
        AND owner.clock_id IN (SELECT unnest(%(clocks)s::bigint[]))
    ORDER BY owner.clock_id FOR NO KEY UPDATE OF ticket SKIP LOCKED"""
NOBODYS = """
    SELECT clock.id FROM unnest(%s::bigint[]) AS wanted (id) JOIN slo_clock AS clock ON clock.id = wanted.id
    WHERE NOT EXISTS (SELECT FROM tickets_ticketclock AS owner
        WHERE owner.organization_id = clock.organization_id AND owner.clock_id = clock.id)"""


class Owner(NamedTuple):
    """The ticket that a clock runs for, and for which objective."""

    ticket_id: int
    objective: str


NOBODY = Owner(0, "")


def follow_calendars() -> int:
    """Count what drafts would do, and move the clocks of published editions, until nothing is left or patience ends.

    Returns the batches done. Safe to run twice, and late.
    """
    with tenancy.engine() as now:
        slo.adopt_editions(now=now)
    return long_work.work(CalendarChange, _batch)


def _batch(change: CalendarChange, now: datetime) -> bool:
    if slo.comes_after_another(change):
        raise long_work.NotYet
    if change.status == CalendarChange.Status.PUBLISHED:
        return _move(change, now)
    return slo.foresee_batch(change, now)


def _move(change: CalendarChange, now: datetime) -> bool:
    """The next clocks: first their tickets are taken, as an answer takes them, then they; what somebody else holds comes later.

    Nothing here waits for a lock, so an answer, a tick and this never wait for each other in a ring.
    """
    clocks = slo.open_clocks(change, now).order_by("pk")
    if not change.total:
        change.total = clocks.count()
    wanted = list(clocks.filter(pk__gt=change.cursor).values_list("pk", "organization_id")[:MOVE_BATCH])
    long_work.may_be_done_again()
    owners = hold(wanted)
    free = list(owners)
    moved = slo.move_clocks(change=change, clock_ids=free, now=now)
    _tell(moved, owners, now)
    change.done, change.result = change.done + len(free), slo.summed(change.result, moved, now)
    if len(wanted) == MOVE_BATCH:
        change.cursor = wanted[-1][0]
        return False
    change.cursor = 0  # from the beginning, for those that somebody held
    if not slo.open_clocks(change, now).exists():
        return True
    if not free:
        raise long_work.NotYet
    return False


def hold(clocks: list[tuple[int, int]]) -> dict[int, Owner]:
    """Lock the tickets of some clocks (each with its client), but for those that somebody else holds; whose each clock is. One
    without a ticket is nobody's."""
    if not clocks:
        return {}
    ids, organizations = zip(*clocks, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"clocks": array(ids), **_around(ids, organizations)})
        held = {clock: Owner(*owner) for clock, *owner in cursor.fetchall()}
        left = [one for one in ids if one not in held]
        if not left:
            return held
        cursor.execute(NOBODYS, [array(left)])
        return held | {clock: NOBODY for (clock,) in cursor.fetchall()}


def _around(ids: Collection[int], organizations: Iterable[int]) -> dict[str, Any]:
    """Where some ids are: whose, and between which."""
    return {"organizations": list(set(organizations)), "first": min(ids), "last": max(ids)}


def _tell(moved: Moves, owners: dict[int, Owner], now: datetime) -> None:
    """The tickets' due instants, and an event that the client reads for each."""
    whose = [owners[clock] for clock in moved.clock.tolist()]
    mine = moved.chosen([owner is not NOBODY for owner in whose])
    if not len(mine):
        return
    tickets, objectives = zip(*(owner for owner in whose if owner is not NOBODY), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"tickets": array(tickets), **_around(tickets, mine.organization.tolist())})
    record_alike(
        verb="ticket.promise_moved", subject_kind="ticket", audience=Audience.CLIENT, at=now,
        organizations=mine.organization, subjects=tickets, instants={"before": mine.before, "after": mine.after},
        words={"objective": objectives},
    )  # fmt: skip
