"""A clock's life as the tests of folds and receipts write it: editions, events, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slo.fold import Fact, Kind, State, fold
from slo.receipt import EditionData, Subject, receipt
from slo.timeline import Edition
from tests.slo.cases import ALWAYS, OFFICE, at, calendar

BEGAN = at("2024-01-01T00:00")
HOLIDAYS = {"2026-11-11": "Armistice 1918", "2026-12-25": "Noël"}


@dataclass
class Life:
    """Calendar 1 is an office in a zone, calendar 2 never closes; events are numbered as they come."""

    zone: str = "Europe/Paris"
    events: list[Fact] = field(default_factory=list)
    rows: list[EditionData] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publish(1, OFFICE, HOLIDAYS, BEGAN)
        self.publish(2, ALWAYS, {}, BEGAN)

    def newest(self, which: int) -> int:
        return max((one.number for one in self.rows if one.calendar == which), default=0)

    def publish(self, which: int, weekly: Any, holidays: Any, effective_at: datetime) -> int:
        number = self.newest(which) + 1
        name = "Office" if which == 1 else "Always"
        self.rows.append(EditionData(which, name, number, effective_at, self.zone, weekly, holidays))
        return number

    @property
    def editions(self) -> list[Edition]:
        return [
            Edition(one.effective_at, calendar(one.zone, one.weekly, one.holidays), one.calendar, one.number)
            for one in self.rows
        ]

    def happens(self, kind: Kind, when: datetime, actor_id: int | None = None, **data: Any) -> State:
        """One more event; what can't happen leaves no trace."""
        event = Fact(len(self.events) + 1, kind, when, data, actor_id)
        state = fold([*self.events, event], self.editions)
        self.events.append(event)
        return state

    def starts(self, when: datetime, minutes: int = 240, which: int = 1, priority: str = "high") -> State:
        return self.happens(Kind.STARTED, when, 7, **self.promise(minutes, which, priority))

    def promise(self, minutes: int, which: int = 1, priority: str = "high", percent: int = 75) -> dict[str, Any]:
        return {
            "priority": priority, "term": f"slo.first_response.{priority}", "clause": {"source": "default"},
            "target_minutes": minutes, "warn_percent": percent, "calendar": which, "edition": self.newest(which),
        }  # fmt: skip

    def pauses(self, when: datetime, resume_by: datetime) -> State:
        return self.happens(Kind.PAUSED, when, 8, reason="client", question=1, resume_by=resume_by.isoformat())

    def resumes(self, when: datetime, by: str = "activity") -> State:
        return self.happens(Kind.RESUMED, when, 7, by=by)

    def retargets(self, when: datetime, minutes: int, *, upward: bool, which: int = 1) -> State:
        return self.happens(Kind.RETARGETED, when, 8, upward=upward, **self.promise(minutes, which, "changed"))

    def moves(self, when: datetime, which: int = 1) -> State:
        return self.happens(Kind.CALENDAR_MOVED, when, calendar=which, edition=self.newest(which))

    def state(self) -> State:
        return fold(self.events, self.editions)

    def receipt(self, now: datetime) -> dict[str, Any]:
        subject = Subject(1, "NW-1", "first_response", 1)
        return receipt(subject, self.state(), self.events, self.rows, sides={7: "client", 8: "valiantys"}, now=now)
