"""Events of clocks that are moved many at a time: in one statement, by whoever holds their locks and writes their rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from slo.models import CalendarEdition

# Whoever holds a clock's lock numbers its events.
MOVED = """
    INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
    SELECT moved.organization_id, moved.clock_id, 1 + coalesce((SELECT max(number) FROM slo_clockevent AS past
        WHERE past.organization_id = moved.organization_id AND past.clock_id = moved.clock_id), 0), 'calendar_moved',
        moved.at, %s::jsonb
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS moved (organization_id, clock_id, at)"""


@transaction.atomic(savepoint=False)
def remember_moves(*, edition: CalendarEdition, moves: Sequence[tuple[int, int, datetime]]) -> None:
    """Many clocks are counted by a calendar's edition: (organization, clock, from when on).

    The row that the caller writes says the same as the fold will: due when `edition.known` has used up, from that instant on,
    what was left of the clock's own `edition.known`; the warning likewise, unless it has passed; `edition` itself.
    """
    if not moves:
        return
    data = json.dumps({"calendar": edition.calendar_id, "edition": edition.number})
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [data, *map(list, zip(*moves, strict=True))])
