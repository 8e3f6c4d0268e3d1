"""The engine's pulse where history is written: ticks at the instants at which they would have come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from escalation import services as escalation

LATER = timedelta(seconds=1)  # a tick comes after what it finds, as a real one does
# When something is due next, and the tickets whose escalation is open: asked often, so in one round trip.
LOOK = """
    SELECT LEAST((SELECT min(next_at) FROM slo_clock WHERE historical = %(historical)s AND next_at IS NOT NULL),
                 (SELECT min(next_at) FROM escalation_escalation WHERE historical = %(historical)s AND next_at IS NOT NULL)),
           ARRAY(SELECT ticket_id FROM escalation_escalation WHERE historical = %(historical)s AND closed_at IS NULL)"""


class Beat:
    """Ticks for either the replayed clients or the others, within the engine's scope that the caller opens."""

    def __init__(self, *, historical: bool):
        self.historical = historical
        self.ticks = 0
        self.next_at: datetime | None = None  # nothing is due before this
        self.escalated: set[int] = set()

    def look(self) -> None:
        """Ask when something is due next, and which tickets stand on a ladder; after whatever may have changed either."""
        with connection.cursor() as cursor:
            cursor.execute(LOOK, {"historical": self.historical})
            self.next_at, escalated = cursor.fetchone()
        self.escalated = set(escalated)

    def touched(self, ticket_id: int, at: datetime) -> None:
        """Something was done on a ticket: if it is escalated, that may have settled it, and only a tick sees so."""
        if ticket_id in self.escalated:
            self.due_by(at)

    def due_by(self, at: datetime) -> None:
        """Tick after this instant, whether or not anything is due."""
        self.next_at = at if self.next_at is None else min(self.next_at, at)

    def advance(self, until: datetime) -> None:
        """Tick at every instant at which something falls due before `until`."""
        while self.next_at is not None and self.next_at < until:
            due, at = self.next_at, min(self.next_at + LATER, until)
            escalation.tick(now=at, historical=self.historical)
            self.ticks += 1
            self.look()
            if self.next_at == due:
                raise RuntimeError(f"A tick at {at} left what was due at {due}: this would never end.")
