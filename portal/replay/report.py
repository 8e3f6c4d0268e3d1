"""What came of it, read back from the database: a record a ticket, and one table."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common import tenancy
from tickets.models import Ticket, TicketClock

from .log import Case
from .words import WORDS, Act
from .world import World

PRIORITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Record:
    """One ticket as `--json` writes it; instants are UTC, in ISO 8601; null where nothing came."""

    case: str
    organization: str
    priority: str
    target_minutes: int
    submitted_at: datetime
    responded_at: datetime | None
    due_at: datetime | None
    business_seconds: int | None
    verdict: str


def records(world: World, cases: Collection[Case]) -> list[Record]:
    """A record of every ticket of these cases, in the log's order."""
    names = {place.organization.pk: customer for customer, place in world.places.items()}
    found: dict[tuple[str, str], Record] = {}
    with tenancy.engine():
        runs = TicketClock.objects.filter(organization_id__in=names).exclude(ticket__external_ref="")
        for run in runs.select_related("ticket", "clock"):
            ticket, clock, name = run.ticket, run.clock, names[run.organization_id]
            found[name, ticket.external_ref] = Record(
                ticket.external_ref, name, ticket.priority, clock.target_minutes, ticket.opened_at, ticket.responded_at,
                clock.due_at, clock.business_seconds, clock.verdict,
            )  # fmt: skip
    return [found[case.customer, case.ref] for case in cases]


def write_json(rows: Iterable[Record], path: Path) -> None:
    """JSON Lines: an object a ticket."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(asdict(row), default=_iso, ensure_ascii=False) + "\n")


def escalated(world: World) -> dict[int, int]:
    """How many of the world's tickets stood, at the highest, at each level of the ladder."""
    ids = [place.organization.pk for place in world.places.values()]
    highest: dict[int, int] = {}
    with tenancy.engine():
        steps = Ticket.objects.filter(organization_id__in=ids, escalations__steps__isnull=False)
        for ticket_id, level in steps.values_list("id", "escalations__steps__level"):
            highest[ticket_id] = max(level, highest.get(ticket_id, 0))
    counts: dict[int, int] = {}
    for level in highest.values():
        counts[level] = counts.get(level, 0) + 1
    return dict(sorted(counts.items()))


def differences(rows: Sequence[Record], expected: Sequence[dict[str, Any]]) -> list[str]:
    """Where the records and the slow reference disagree: the case, the field, and both values."""
    found = []
    for row, wanted in zip(rows, expected, strict=True):
        said = json.loads(json.dumps(asdict(row), default=_iso))
        found += [
            f"{row.case}: {name} is {said[name]}, the reference says {value}"
            for name, value in wanted.items()
            if said[name] != value
        ]
    return found


def table(rows: Sequence[Record], cases: Sequence[Case]) -> list[str]:
    """The summary, a line a priority and one for all; times are business time to the first response."""
    waits = {case.ref: sum(WORDS.get(line.activity) is Act.ASK for line in case.lines[1:]) for case in cases}
    lines = ["priority   tickets     met  missed running     p10     p50     p90   waits"]
    for name in (*PRIORITIES, "all"):
        mine = [row for row in rows if name in ("all", row.priority)]
        counts = [sum(row.verdict == verdict for row in mine) for verdict in ("met", "missed", "running")]
        times = [row.business_seconds for row in mine if row.business_seconds is not None]
        waited = sum(waits[row.case] for row in mine)
        lines.append(
            f"{name:<10}{len(mine):>8}{counts[0]:>8}{counts[1]:>8}{counts[2]:>8}"
            f"{duration(percentile(times, 10)):>8}{duration(percentile(times, 50)):>8}{duration(percentile(times, 90)):>8}{waited:>8}"
        )
    return lines


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Nearest rank: the smallest value that at least `percent` of all do not exceed; None of none."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None


def duration(seconds: int | None) -> str:
    """Hours and minutes of business time: 10:05; seconds under a minute: 42s."""
    if seconds is None:
        return "–"
    return f"{seconds}s" if seconds < 60 else f"{seconds // 3600}:{seconds % 3600 // 60:02}"


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{value!r} has no place in the file")
