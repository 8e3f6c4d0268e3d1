"""Open work follows a new edition of its calendar, in batches (domain §5.10): long work, see common.long_work."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from audit.models import Audience
from audit.services import record_alike
from common import long_work, tenancy
from common.columns import array
from slo import services as slo
from slo.models import CalendarChange
from slo.services.changes import MOVE_BATCH
from slo.services.many import Moves

# The soonest promise that runs: what other objectives of the same ticket say counts, too. LATERAL here and below: a ticket's few
# rows by their index; left free to choose, the planner reads the whole table for each batch.
DUE = """
    UPDATE tickets_ticket SET due_at = soonest.due_at
    FROM (SELECT DISTINCT ticket_id, organization_id
        FROM unnest(%s::bigint[], %s::bigint[]) AS one (organization_id, ticket_id) ORDER BY ticket_id) AS moved
    CROSS JOIN LATERAL (
        SELECT min(clock.due_at) AS due_at
        FROM tickets_ticketclock AS link JOIN slo_clock AS clock ON clock.id = link.clock_id
        WHERE link.organization_id = moved.organization_id AND link.ticket_id = moved.ticket_id
            AND clock.stopped_at IS NULL AND clock.verdict IN ('running', 'missed')
    ) AS soonest
    WHERE tickets_ticket.organization_id = moved.organization_id AND tickets_ticket.id = moved.ticket_id
        AND tickets_ticket.due_at IS DISTINCT FROM soonest.due_at"""


# Arrays instead of thousands of placeholders. An answer locks its ticket, and then the clock: so does this, and waits for neither.
HOLD = """
    SELECT owner.clock_id, owner.ticket_id, owner.objective FROM unnest(%s::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT organization_id FROM slo_clock WHERE id = wanted.id OFFSET 0) AS clock
    CROSS JOIN LATERAL (SELECT * FROM tickets_ticketclock AS one
        WHERE one.organization_id = clock.organization_id AND one.clock_id = wanted.id OFFSET 0) AS owner
    JOIN tickets_ticket AS ticket ON ticket.organization_id = owner.organization_id AND ticket.id = owner.ticket_id
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
    wanted = list(clocks.filter(pk__gt=change.cursor).values_list("pk", flat=True)[:MOVE_BATCH])
    long_work.may_be_done_again()
    owners = hold(wanted)
    free = list(owners)
    moved = slo.move_clocks(change=change, clock_ids=free, now=now)
    _tell(moved, owners, now)
    change.done, change.result = change.done + len(free), slo.summed(change.result, moved, now)
    if len(wanted) == MOVE_BATCH:
        change.cursor = wanted[-1]
        return False
    change.cursor = 0  # from the beginning, for those that somebody held
    if not slo.open_clocks(change, now).exists():
        return True
    if not free:
        raise long_work.NotYet
    return False


def hold(clock_ids: list[int]) -> dict[int, Owner]:
    """Lock the tickets of some clocks, but for those that somebody else holds; whose each clock is. One without a ticket is nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [array(clock_ids)])
        held = {clock: Owner(*owner) for clock, *owner in cursor.fetchall()}
        left = [one for one in clock_ids if one not in held]
        if not left:
            return held
        cursor.execute(NOBODYS, [array(left)])
        return held | {clock: NOBODY for (clock,) in cursor.fetchall()}


def _tell(moved: Moves, owners: dict[int, Owner], now: datetime) -> None:
    """The tickets' due instants, and an event that the client reads for each."""
    whose = [owners[clock] for clock in moved.clock.tolist()]
    mine = moved.chosen([owner is not NOBODY for owner in whose])
    if not len(mine):
        return
    tickets, objectives = zip(*(owner for owner in whose if owner is not NOBODY), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(DUE, [array(mine.organization), array(tickets)])
    record_alike(
        verb="ticket.promise_moved", subject_kind="ticket", audience=Audience.CLIENT, at=now,
        organizations=mine.organization, subjects=tickets, instants={"before": mine.before, "after": mine.after},
        words={"objective": objectives},
    )  # fmt: skip
