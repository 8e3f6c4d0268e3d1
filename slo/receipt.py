"""The receipt of a clock: its whole calculation with all that it was computed from, as data that anyone can recompute.

``slo/verify_receipt.py`` does so with the standard library alone. The receipt of a clock that has ended is the same on every
day that it is asked for, to the byte, as long as the machine's time zone data is.
"""

from __future__ import annotations

import hashlib
import json
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from common import zones
from slo import clock as rule
from slo.calendar import as_utc
from slo.clock import Verdict
from slo.fold import Fact, State
from slo.timeline import ZERO, Span
from slo.year import stretches

FORMAT = "total-care-receipt/1"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EditionData:
    """A calendar's edition as it is stored."""

    calendar: int
    name: str
    number: int
    effective_at: datetime
    zone: str
    weekly: Mapping[str, Any]
    holidays: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the clock is of: its id, the ticket's reference, the objective, the contract that promised."""

    clock: int
    reference: str
    objective: str
    contract: int


def receipt(
    subject: Subject,
    state: State,
    events: Sequence[Fact],
    editions: Iterable[EditionData],
    *,
    sides: Mapping[int, str],
    now: datetime,
) -> dict[str, Any]:
    """A clock's calculation up to ``now``, or to its end. ``sides``: actor id → "client" or "valiantys"; no name stands in it.

    Durations are seconds of business time, instants are UTC. "seconds" are whole unless an instant isn't.
    """
    end = max(state.started_at, state.ended_at or as_utc(now))
    until = max(end, state.furthest or end)
    used = _used(list(editions), events, state.started_at)
    spans = _joined(state.measure.spans(state.started_at, end))
    late = state.verdict is Verdict.RUNNING and state.is_late(end)
    body: dict[str, Any] = {
        "format": FORMAT,
        "about": {
            "clock": subject.clock, "reference": subject.reference, "objective": subject.objective, "contract": subject.contract,
        },
        "covers": [_iso(state.started_at), _iso(until)],
        "as_of": _iso(end),
        "promise": {
            "priority": state.promise.priority, "term": state.promise.term, "target_minutes": state.promise.target_minutes,
            "clause": dict(state.promise.clause),
        },
        "zones": [_zone(name, state.started_at, until) for name in sorted({one.zone for one in used})],
        "calendars": _calendars(used, state.started_at, until),
        "events": [
            _event(one, sides, due)
            for one, due in zip(sorted(events, key=lambda one: one.number), state.dues, strict=True)
        ],
        "intervals": [
            {
                "from": _iso(one.starts_at), "to": _iso(one.ends_at), "kind": one.kind, "label": one.label,
                "calendar": one.edition.calendar, "edition": one.edition.number, "seconds": _seconds(one.ends_at - one.starts_at),
            }
            for one in spans
        ],
        "sums": {
            kind: _seconds(sum((one.ends_at - one.starts_at for one in spans if one.kind == kind), ZERO))
            for kind in ("open", "closed", "holiday", "paused")
        },
        "due_at": _iso(state.due_at) if state.due_at else None,
        "left_seconds": _seconds(_left(state, end)),
        "verdict": Verdict.MISSED.value if late else state.verdict.value,
        "judged_at": _iso(state.judged_at) if state.judged_at else None,
        "excusal": state.excused.value,
    }  # fmt: skip
    return {**body, "digest": digest(body)}


def digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of everything but the digest itself: it shows a slip, the recomputation shows the rest."""
    left = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(json.dumps(left, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def written(body: Mapping[str, Any]) -> str:
    """The file that is downloaded."""
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def verifier() -> str:
    """The program that recomputes a receipt, to be handed out beside it."""
    return Path(__file__).with_name("verify_receipt.py").read_text(encoding="utf-8")


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Neighbours of one kind, label and edition are one line, whatever happened to the clock between them."""
    lines: list[Span] = []
    for span in spans:
        if lines and _alike(lines[-1]) == _alike(span):
            lines[-1] = replace(lines[-1], ends_at=span.ends_at)
        else:
            lines.append(span)
    return lines


def _alike(span: Span) -> tuple[str, str, int, int]:
    return span.kind, span.label, span.edition.calendar, span.edition.number


def _left(state: State, end: datetime) -> timedelta:
    if state.due_at is None:
        return state.left
    return rule.time_left(state.measure, state.due_at, end)


def _used(editions: list[EditionData], events: Iterable[Fact], start: datetime) -> list[EditionData]:
    """Those of the calendars that the events name: from the one that ruled at the start to the newest one known."""
    known: dict[int, list[int]] = {}
    for event in events:
        if "calendar" in event.data:
            known.setdefault(event.data["calendar"], []).append(event.data["edition"])
    found = []
    for calendar, numbers in known.items():
        mine = sorted((one for one in editions if one.calendar == calendar), key=lambda one: one.number)
        began = [one.number for one in mine if one.effective_at <= start and one.number <= min(numbers)]
        found += [one for one in mine if (began[-1] if began else 0) <= one.number <= max(numbers)]
    return found


def _calendars(editions: Iterable[EditionData], start: datetime, until: datetime) -> list[dict[str, Any]]:
    calendars: dict[int, dict[str, Any]] = {}
    first, last = start.date() - DAY, until.date() + DAY
    for one in editions:
        mine = calendars.setdefault(one.calendar, {"calendar": one.calendar, "name": one.name, "editions": []})
        days = {day: held for day, held in sorted(one.holidays.items()) if first <= date.fromisoformat(day) <= last}
        mine["editions"].append(
            {
                "number": one.number, "effective_at": _iso(one.effective_at), "zone": one.zone, "weekly": dict(one.weekly),
                "holidays": days,
            }
        )  # fmt: skip
    return list(calendars.values())


def _zone(name: str, start: datetime, until: datetime) -> dict[str, Any]:
    """Its offset from UTC in seconds, at the start and after every change until the end."""
    tz, first, last = zoneinfo.ZoneInfo(name), int(start.timestamp()), int(until.timestamp())
    found = [
        (max(one.starts, first), one.offset)
        for year in range(start.year, until.year + 1)
        for one in stretches(tz, year)
        if one.ends > first and one.starts <= last
    ]
    changes = [
        pair for before, pair in zip([None, *found], found, strict=False) if before is None or before[1] != pair[1]
    ]
    offsets = [[_iso(datetime.fromtimestamp(at, UTC)), offset] for at, offset in changes]
    return {"name": name, "tz": zones.data_version(), "offsets": offsets}


def _event(one: Fact, sides: Mapping[int, str], due: datetime | None) -> dict[str, Any]:
    by = (
        {"side": one.data.get("side") or sides.get(one.actor_id, "unknown"), "id": one.actor_id}
        if one.actor_id
        else {"side": "engine", "id": None}
    )
    return {
        "number": one.number, "kind": str(one.kind), "at": _iso(one.at), "by": by, "data": dict(one.data),
        "due_at": _iso(due) if due else None,
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return as_utc(at).isoformat()


def _seconds(span: timedelta) -> int | float:
    seconds = span.total_seconds()
    return int(seconds) if seconds == int(seconds) else seconds
