"""A clock as pages show it: the chip with what is left, and the receipt with how it was counted."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.templatetags.ui import instant
from slo import clock as rule
from slo.calendar import Interval
from slo.clock import ClockState, Verdict
from slo.models import Clock

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Chip:
    """What `components/clock.html` shows; minutes are business minutes, left, over or taken by state."""

    state: str
    minutes: int | None = None
    target_minutes: int | None = None
    percent: int = 0
    closed: bool = False
    open: bool = False
    left_seconds: int | None = None
    at: datetime | None = None
    open_until: datetime | None = None
    soon_seconds: int | None = None
    due_at: datetime | None = None
    zone: str = ""


NOT_COVERED = Chip("not_covered")


def chip(clock: Clock | None, now: datetime) -> Chip:
    """The state of a ticket's promise; a ticket without a clock is not covered."""
    if clock is None:
        return NOT_COVERED
    state = rule.state_of(
        due_at=clock.due_at, warn_at=clock.warn_at, responded_at=clock.stopped_at, now=now,
        void=clock.verdict == Verdict.VOID,
    )  # fmt: skip
    if clock.verdict == Verdict.MISSED:  # written once: a page never says otherwise
        state = ClockState.MISSED
    target = timedelta(minutes=clock.target_minutes)
    common: dict[str, Any] = {
        "target_minutes": clock.target_minutes,
        "due_at": clock.due_at,
        "zone": clock.edition.zone,
    }
    if state is ClockState.VOID:
        return Chip("void", **common)
    calendar = clock.edition.rule()
    if state is ClockState.MET:
        return Chip("met", minutes=(clock.business_seconds or 0) // 60, closed=True, **common)
    left = rule.time_left(calendar, clock.due_at, clock.stopped_at or now)
    if clock.stopped_at:
        return Chip("missed", minutes=_whole(-left), closed=True, **common)
    used = calendar.between(clock.started_at, min(now, clock.due_at)) if now > clock.started_at else timedelta()
    is_open = calendar.is_open(now)
    until = next((i.ends_at for i in calendar.intervals(now, now + timedelta(days=2)) if i.kind == "open"), None)
    return Chip(
        state.value,
        minutes=_whole(abs(left)),
        percent=min(100, round(100 * used / max(target, MINUTE))),
        open=is_open,
        left_seconds=int(left.total_seconds()),
        at=now,
        open_until=until if is_open else None,
        soon_seconds=int(calendar.between(min(clock.warn_at, clock.due_at), clock.due_at).total_seconds()),
        **common,
    )


def _whole(duration: timedelta) -> int:
    return int(duration // MINUTE)


def receipt(clock: Clock, reference: str, now: datetime) -> dict[str, Any]:
    """The statement of a clock: every interval from submission to the answer (or to now), what counted and what was left."""
    calendar, zone = clock.edition.rule(), zoneinfo.ZoneInfo(clock.edition.zone)
    end = max(clock.started_at, clock.stopped_at or clock.judged_at or now)
    left = timedelta(minutes=clock.target_minutes)
    total, rows = timedelta(), []
    with timezone.override(zone):
        for piece in calendar.intervals(clock.started_at, end) if end > clock.started_at else []:
            counted = piece.ends_at - piece.starts_at if piece.kind == "open" else None
            if counted is not None:
                total, left = total + counted, left - counted
            rows.append(
                {
                    "kind": "open" if counted is not None else "closed",
                    "label": _span(piece),
                    "note": _("Counted, open hours") if counted is not None else _closed(piece),
                    "counted_minutes": counted,
                    "left_minutes": left,
                }
            )
        result = _result(clock)
    origin = clock.provenance
    clause = (
        _("Default, no clause")
        if origin.get("source") != "clause"
        else _("%(document)s, edition %(edition)s, clause %(clause)s") % origin
    )
    return {
        "key": clock.pk,
        "title": _("Receipt: first answer"),
        "subtitle": reference,
        "clock": chip(clock, now),
        "promised_minutes": clock.target_minutes,
        "rows": rows,
        "result": result,
        "counted_minutes": total,
        "left_minutes": left,
        "final": True,
        "calendar": _("%(name)s, edition %(number)d, %(zone)s")
        % {"name": clock.edition.calendar.name, "number": clock.edition.number, "zone": clock.edition.zone},
        "clause": {"label": clause},
    }


def _span(piece: Interval) -> str:
    start, end = timezone.localtime(piece.starts_at), timezone.localtime(piece.ends_at)
    ends = instant(end, "time") if end.date() == start.date() else instant(end, "weekday")
    return f"{instant(start, 'short')} – {ends}"


def _closed(piece: Interval) -> str:
    return _("Closed, %(holiday)s") % {"holiday": piece.label} if piece.label else _("Closed, outside business hours")


def _result(clock: Clock) -> str:
    if clock.verdict == Verdict.VOID:
        return _("Void: the request was withdrawn")
    if clock.stopped_at and clock.verdict == Verdict.MET:
        return _("Met, answered %(when)s") % {"when": instant(clock.stopped_at)}
    if clock.stopped_at:
        return _("Missed, answered %(when)s") % {"when": instant(clock.stopped_at)}
    if clock.verdict == Verdict.MISSED:
        return _("Missed, was due %(when)s") % {"when": instant(clock.due_at)}
    return _("Left, due %(when)s") % {"when": instant(clock.due_at)}
