"""Clocks that are moved many at a time: read as columns, and remembered in one statement by whoever holds their locks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, Field, Func, Max, Q, QuerySet

from common.columns import array, ids_in
from slo.carrying import micros
from slo.fold import Kind
from slo.models import CalendarEdition, Clock, ClockEvent

if TYPE_CHECKING:
    from slo.compiled import Micros

# Whoever holds a clock's lock numbers its events.
MOVED = """
    INSERT INTO slo_clockevent (organization_id, clock_id, number, kind, at, data)
    SELECT moved.organization_id, moved.clock_id, moved.number, 'calendar_moved',
        timestamptz 'epoch' + moved.at * interval '1 microsecond', %s::jsonb
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[]) AS moved (organization_id, clock_id, number, at)"""


@dataclass(frozen=True)
class Moves:
    """Open clocks that now are due at another instant, as columns of int64; instants are microseconds since 1970."""

    clock: Micros
    organization: Micros
    before: Micros
    after: Micros

    @classmethod
    def of(cls, moves: list[tuple[int, int, int, int]]) -> Moves:
        """Those of some rows: clock, client, due before and after."""
        import numpy as np

        return cls(*np.array(moves, dtype=np.int64).reshape(-1, 4).T)

    def __len__(self) -> int:
        return len(self.clock)

    def __add__(self, other: Moves) -> Moves:
        import numpy as np

        pairs = ((getattr(self, name), getattr(other, name)) for name in ("clock", "organization", "before", "after"))
        return Moves(*map(np.concatenate, pairs))

    def chosen(self, which: Any) -> Moves:
        """Those at some places, or for which a mask is true."""
        return Moves(self.clock[which], self.organization[which], self.before[which], self.after[which])


class Micro(Func):
    """An instant as microseconds since 1970; 0 where there is none."""

    template = "(coalesce(extract(epoch FROM %(expressions)s), 0) * 1000000)::bigint"
    # A field of no kind takes the driver's whole numbers as they are; BigIntegerField makes sure of each of hundreds of thousands.
    output_field: Field[int, int] = Field()


@dataclass(frozen=True)
class Rows:
    """Some clocks as columns of int64; instants are microseconds since 1970, and `due` and `warn` 0 while a clock pauses."""

    id: Micros
    organization: Micros
    edition: Micros
    warn: Micros
    due: Micros

    @classmethod
    def of(cls, clocks: QuerySet[Clock], limit: int) -> Rows:
        """What a query gives, up to a number."""
        import numpy as np

        read = clocks.values_list("id", "organization_id", "edition_id", Micro("warn_at"), Micro("due_at"))[:limit]
        return cls(*np.array(list(read), dtype=np.int64).reshape(-1, 5).T)

    def chosen(self, mask: Any) -> Rows:
        """Those for which it is true."""
        return Rows(self.id[mask], self.organization[mask], self.edition[mask], self.warn[mask], self.due[mask])

    def all_at(self, at: datetime) -> Micros:
        """One instant for each."""
        import numpy as np

        return np.full(len(self.id), micros(at), dtype=np.int64)

    def named(self) -> Iterator[tuple[int, int, int]]:
        """Clock, client and due instant of each."""
        return zip(self.id.tolist(), self.organization.tolist(), self.due.tolist(), strict=True)

    def moved(self, dues: Micros) -> Moves:
        """Those that are due at another instant by these."""
        return Moves(self.id, self.organization, self.due, dues).chosen(dues != self.due)


def last_events(rows: Rows) -> tuple[Micros, Micros, Micros]:
    """When the last thing happened to each, its number, and whether row and editions tell its whole course (`carried` events
    are the ones that they don't). The rows are in order of their ids, and locked, so nothing else happens meanwhile."""
    import numpy as np

    organizations = np.unique(rows.organization).tolist()
    past = ClockEvent.objects.filter(
        organization_id__in=organizations, clock_id__in=ids_in(rows.id),
        clock_id__gte=int(rows.id.min()), clock_id__lte=int(rows.id.max()),  # without these the whole table is read each time
    )  # fmt: skip
    ends = past.values("clock_id").annotate(
        newest=Max("number"), last=Micro(Max("at")), odd=Count("pk", filter=Q(kind=Kind.CARRIED))
    )
    known = np.zeros((len(rows.id), 3), dtype=np.int64)
    told = np.array(list(ends.values_list("clock_id", "last", "newest", "odd")), dtype=np.int64).reshape(-1, 4)
    known[np.searchsorted(rows.id, told[:, 0])] = told[:, 1:]
    last, numbers, odd = known.T
    return last, numbers, (odd == 0) & (numbers > 0)


@transaction.atomic(savepoint=False)
def remember_moves(*, edition: CalendarEdition, moves: tuple[Any, Any, Any, Any]) -> None:
    """Many clocks are counted by a calendar's edition: columns of organizations, clocks, numbers of the events, and from when on
    (microseconds since 1970).

    The row that the caller writes says the same as the fold will: due when `edition.known` has used up, from that instant on,
    what was left of the clock's own `edition.known`; the warning likewise, unless it has passed; `edition` itself. It is written
    afterwards: the key to a clock is checked for less while its row is locked than once it is written anew.
    """
    if not len(moves[0]):
        return
    data = json.dumps({"calendar": edition.calendar_id, "edition": edition.number})
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [data, *map(array, moves)])
