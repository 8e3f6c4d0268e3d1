"""A clock as pages show it: the chip with what is left, and the receipt with how it was counted.

Both measure from submission, by the edition that the clock is judged by, and print whole minutes that add up: what a
chip says is what the last line of its receipt says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.objectives import LEFT, MET, MISSED, RECEIPT
from portal.templatetags.ui import duration, instant
from slo import clock as rule
from slo.clock import ClockState, Verdict
from slo.fold import State
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE
from slo.timeline import Span, Timeline
from tickets.priority import Priority, is_higher
from tickets.words import PRIORITY

MINUTE = timedelta(minutes=1)
LONGEST = 14  # rows of a receipt; a longer one sums its middle up
HEAD, TAIL = 5, 5


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
    objective: str = FIRST_RESPONSE
    resume_by: datetime | None = None

    @property
    def word(self) -> Any:
        """What the time left is for, where it isn't the first answer."""
        return LEFT.get(self.objective, "") if self.state in {ClockState.ON_TRACK, ClockState.SOON} else ""


@dataclass(frozen=True)
class Correction:
    """A priority that was corrected while the clock ran."""

    at: datetime
    before: str
    priority: str


@dataclass(frozen=True)
class _Line:
    """One interval of a receipt: some business time, or none; `days` when it sums several up."""

    starts_at: datetime
    ends_at: datetime
    is_open: bool
    counted: timedelta
    label: str = ""
    kind: str = "open"
    days: int = 0


NOT_COVERED = Chip("not_covered")


def chip(clock: Clock | None, now: datetime, ended_at: datetime | None = None, left: timedelta | None = None) -> Chip:
    """The state of a ticket's promise; a ticket without a clock is not covered.

    `ended_at`: when the ticket was closed or cancelled; from then on nothing is owed, and nothing counts any further.
    `left`: what a pause keeps, where the caller knows.
    """
    if clock is None:
        return NOT_COVERED
    state = _state(clock, now)
    calendar = clock.edition.known
    allowed = timedelta(seconds=clock.allowed_seconds or 0)
    common: dict[str, Any] = {
        "target_minutes": _whole(allowed),
        "due_at": clock.due_at,
        "zone": clock.edition.zone,
        "objective": clock.objective,
        "resume_by": clock.resume_by,
    }
    if state is ClockState.VOID:
        return Chip("void", **common)
    if clock.due_at is None or clock.warn_at is None:
        return Chip("paused", minutes=_whole(left) if left is not None else None, **common)
    if state is ClockState.MET:
        return Chip("met", minutes=(clock.business_seconds or 0) // 60, closed=True, **common)
    stopped_at = clock.stopped_at or ended_at
    left = rule.time_left(calendar, clock.due_at, stopped_at or now)
    if stopped_at:
        return Chip("missed", minutes=_whole(abs(left)), closed=True, **common)
    is_open = calendar.is_open(now)
    return Chip(
        state.value,
        minutes=_whole(abs(left)),
        percent=100 - max(0, min(100, round(100 * left / max(allowed, MINUTE)))),
        open=is_open,
        left_seconds=int(left.total_seconds()),
        at=now,
        open_until=calendar.intervals(now, now + timedelta(days=2))[0].ends_at if is_open else None,
        soon_seconds=int(calendar.between(min(clock.warn_at, clock.due_at), clock.due_at).total_seconds()),
        **common,
    )


def _state(clock: Clock, now: datetime) -> ClockState:
    if clock.verdict == Verdict.MISSED:  # written once: a page never says otherwise
        return ClockState.MISSED
    if clock.due_at is None:
        return ClockState.PAUSED
    return rule.state_of(
        due_at=clock.due_at, warn_at=clock.warn_at, responded_at=clock.stopped_at, now=now,
        void=clock.verdict == Verdict.VOID,
    )  # fmt: skip


def _whole(span: timedelta) -> int:
    return int(span // MINUTE)


def receipt(
    clock: Clock,
    reference: str,
    now: datetime,
    *,
    lived: State,
    corrections: Sequence[Correction] = (),
    promises_url: str = "",
    full_url: str = "",
) -> dict[str, Any]:
    """The statement of a clock: every interval from submission to the answer (or to now), what counted and what was left.

    Its times are the reader's, as everywhere on a page. The account is of the business time between submission and the due
    instant, as its events say. That is the target, unless a correction moved the due instant: then the statement says how.
    """
    calendar, state, exactly = lived.measure, _state(clock, now), lived.allowed
    end = max(clock.started_at, lived.ended_at or now)
    horizon = clock.due_at or end
    allowed = _whole(exactly)

    def left(counted: timedelta) -> int:
        """Whole minutes, cut as the chip cuts them: what was taken once it is met, what is left or over until then."""
        if state is ClockState.MET:
            return allowed - _whole(counted)
        return _whole(exactly - counted) if counted <= exactly else -_whole(counted - exactly)

    marks = [one for one in corrections if clock.started_at < one.at < min(end, horizon)]
    rows = _rows(_lines(calendar, clock.started_at, end, marks), marks, left)
    if rows and end == now:
        rows[-1] = _up_to_now(rows[-1])
    remains = left(calendar.between(clock.started_at, end))
    return {
        "key": clock.pk,
        "title": RECEIPT[clock.objective],
        "subtitle": _("%(reference)s, %(priority)s priority")
        % {"reference": reference, "priority": str(_priority(clock.priority)).lower()},
        "clock": chip(clock, now, lived.ended_at, lived.left),
        "promised_minutes": allowed,
        "promised_note": _promised(clock, lived, allowed, corrections),
        "rows": rows,
        "result": _result(clock, state),
        "counted_minutes": allowed - remains,
        "left_minutes": remains,
        "final": True,
        "calendar": _("%(name)s, edition %(number)d, %(zone)s")
        % {"name": clock.edition.calendar.name, "number": calendar.ruling(end).number, "zone": clock.edition.zone},
        "clause": {"label": clause(clock.provenance), "url": promises_url},
        "full_url": full_url,
    }


def clause(origin: dict[str, Any]) -> str:
    """Where a promise comes from, by the snapshot it was given with."""
    if origin.get("source") != "clause":
        return _("Target: default, no clause")
    return _("Target: %(document)s, edition %(edition)s, clause %(clause)s") % origin


def coverage_clause(origin: dict[str, Any]) -> str:
    """Where it comes from that a channel is not covered."""
    if origin.get("source") != "clause":
        return _("Coverage: default, no clause")
    return _("Coverage: %(document)s, edition %(edition)s, clause %(clause)s") % origin


def _lines(calendar: Timeline, start: datetime, end: datetime, marks: Iterable[Correction]) -> list[_Line]:
    """The intervals, cut where a correction came."""
    cuts = [start, *(one.at for one in marks), end]
    lines = []
    for a, b in pairwise(cuts):
        for piece in calendar.intervals(a, b) if b > a else []:
            lines.append(_line(piece))
    return _summed_up(lines)


def _line(piece: Span) -> _Line:
    return _Line(piece.starts_at, piece.ends_at, piece.kind == "open", piece.counted, piece.label, piece.kind)


def _summed_up(lines: list[_Line]) -> list[_Line]:
    """A long account keeps its first and last lines; those between become one, with their sum."""
    if len(lines) <= LONGEST:
        return lines
    middle = lines[HEAD:-TAIL]
    days = {timezone.localtime(one.starts_at).date() for one in middle if one.is_open}
    whole = replace(
        middle[0], ends_at=middle[-1].ends_at, is_open=True, days=len(days), label="", kind="open",
        counted=sum((one.counted for one in middle), timedelta()),
    )  # fmt: skip
    return [*lines[:HEAD], whole, *lines[-TAIL:]]


def _rows(lines: list[_Line], marks: Sequence[Correction], left: Callable[[timedelta], int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    waiting, total = list(marks), timedelta()
    for line in lines:
        while waiting and waiting[0].at <= line.starts_at:
            rows.append(_mark(waiting.pop(0), left(total)))
        before, total = total, total + line.counted
        rows.append(
            {
                "kind": line.kind if line.kind in {"open", "paused"} else "closed",
                "label": _span(line),
                "note": _note(line),
                "starts_at": line.starts_at,
                "counted_minutes": left(before) - left(total) if line.is_open else None,
                "left_minutes": left(total),
            }
        )
    return rows


def _mark(one: Correction, left: int) -> dict[str, Any]:
    note = _("Priority corrected: %(priority)s") % {"priority": _priority(one.priority)}
    return {"kind": "mark", "label": instant(one.at), "note": note, "counted_minutes": None, "left_minutes": left}


def _span(line: _Line) -> str:
    start, end = timezone.localtime(line.starts_at), timezone.localtime(line.ends_at)
    days = (end.date() - start.date()).days
    if line.label and days == 1 and start.time() == end.time():
        return _("%(day)s, all day") % {"day": instant(start, "day")}
    ends = instant(end, "time") if not days else instant(end, "weekday" if days < 6 else "short")
    return f"{instant(start)} – {ends}"


def _up_to_now(row: dict[str, Any]) -> dict[str, Any]:
    """The last line of an account that still runs."""
    label = _("%(start)s – now") % {"start": instant(row["starts_at"])}
    return {**row, "kind": "now" if row["kind"] == "open" else row["kind"], "label": label}


def _note(line: _Line) -> str:
    if line.days:
        words = ngettext(
            "Counted, the open hours of %(n)d day; closed hours were not",
            "Counted, the open hours of %(n)d days; closed hours and holidays were not",
            line.days,
        )
        return words % {"n": line.days}
    if line.is_open:
        return _("Counted, open hours")
    if line.kind == "paused":
        return _("Paused, not counted")
    return _("Closed, %(holiday)s") % {"holiday": line.label} if line.label else _("Closed, outside business hours")


def _promised(clock: Clock, lived: State, allowed: int, corrections: Sequence[Correction]) -> str:
    """Nothing, unless the due instant isn't the target after submission: then why."""
    if allowed == clock.target_minutes:
        return ""
    words = {"target": duration(clock.target_minutes), "priority": str(_priority(clock.priority)).lower()}
    last = next((one for one in reversed(corrections) if one.priority == clock.priority), None)
    target = timedelta(minutes=clock.target_minutes)
    if last and not lived.paused and lived.measure.add(last.at, target) == clock.due_at:
        note = _("Up to the due instant: %(target)s for %(priority)s priority, counted from the correction at %(when)s")
        return note % {**words, "when": instant(last.at)}
    if last and lived.course.add(clock.started_at, target) == clock.due_at:
        return _("Up to the due instant: %(target)s from submission, by the calendar of this priority") % words
    if last and is_higher(Priority(last.before), Priority(last.priority)):
        return _("Up to the due instant already given: %(target)s from submission would have ended before it") % words
    return _("Up to the due instant first given: %(target)s for %(priority)s priority would have ended later") % words


def _priority(name: str) -> Any:
    return next((words for one, words in PRIORITY.items() if one == name), name)


def _result(clock: Clock, state: ClockState) -> str:
    if state is ClockState.VOID:
        return _("Void: the request was withdrawn")
    if state is ClockState.MET:
        return str(MET.get(clock.objective, _("Met, answered %(when)s"))) % {"when": instant(clock.stopped_at)}
    if state is ClockState.MISSED and clock.stopped_at:
        words = {"due": instant(clock.due_at), "when": instant(clock.stopped_at)}
        return str(MISSED.get(clock.objective, _("Missed: due %(due)s, answered %(when)s"))) % words
    if state is ClockState.MISSED:
        return _("Missed: was due %(when)s") % {"when": instant(clock.due_at)}
    if state is ClockState.PAUSED:
        return _("Left, paused until %(when)s at the latest") % {"when": instant(clock.resume_by)}
    return _("Left, due %(when)s") % {"when": instant(clock.due_at)}
