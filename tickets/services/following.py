"""Open work follows a new edition of its calendar, in batches (domain §5.10): long work, see common.long_work."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from audit.models import Audience, Event
from audit.services import record_many
from common import long_work, tenancy
from slo import services as slo
from slo.models import CalendarChange
from slo.objectives import FIRST_RESPONSE
from slo.services.changes import MOVE_BATCH, Moved
from tickets.models import Ticket, TicketClock

DUE = """
    UPDATE tickets_ticket SET due_at = moved.due_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS moved (organization_id, id, due_at)
    WHERE tickets_ticket.organization_id = moved.organization_id AND tickets_ticket.id = moved.id"""


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
    owners = {one.clock_id: one for one in TicketClock.objects.filter(clock__in=wanted)}
    held = set(
        Ticket.objects.filter(pk__in=[one.ticket_id for one in owners.values()])
        .select_for_update(skip_locked=True, no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    free = [pk for pk in wanted if pk not in owners or owners[pk].ticket_id in held]
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


def _tell(moved: list[Moved], owners: dict[int, TicketClock], now: datetime) -> None:
    """The tickets' due instants, and an event that the client reads for each."""
    tickets = [(owners[one.clock_id], one) for one in moved if one.clock_id in owners]
    first = [(owner, one) for owner, one in tickets if owner.objective == FIRST_RESPONSE]
    if first:
        with connection.cursor() as cursor:
            columns = zip(*((one.organization_id, owner.ticket_id, one.after) for owner, one in first), strict=True)
            cursor.execute(DUE, [list(column) for column in columns])
    record_many(
        Event(
            organization_id=one.organization_id, actor_id=None, verb="ticket.promise_moved", subject_kind="ticket",
            subject_id=owner.ticket_id, audience=Audience.CLIENT, at=now,
            data={"before": one.before.isoformat(), "after": one.after.isoformat()},
        )
        for owner, one in tickets
    )  # fmt: skip
