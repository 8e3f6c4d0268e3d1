"""The page of a receipt, made from the very data that is downloaded: day by day, with its sums, as a bank's statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.clocks import clause
from portal.objectives import GOES_ON, REASONS, RECEIPT, STARTED, STOPPED
from portal.templatetags.ui import duration, instant
from portal.verdicts import address as verdict_address
from slo.fold import Kind, Resumed
from slo.words import EXCUSAL, week
from tickets.models import Ticket
from tickets.words import PRIORITY

MINUTE = timedelta(minutes=1)
MANY_DAYS = 40  # from here on a day is one line
WIDTH = 1000
SIDES = {
    "client": gettext_lazy("the client"),
    "valiantys": gettext_lazy("Valiantys"),
    "engine": gettext_lazy("Total Care"),
    "unknown": gettext_lazy("somebody"),
}
WENT_ON = {
    Resumed.PERSON: gettext_lazy("Resumed by %(who)s"),
    Resumed.ACTIVITY: gettext_lazy("Resumed: the client answered"),
    Resumed.DATE: gettext_lazy("Resumed by itself, on the date that was promised"),
}
KINDS = {
    "open": gettext_lazy("Counted, open hours"),
    "closed": gettext_lazy("Closed, outside business hours"),
    "paused": gettext_lazy("Paused, not counted"),
}


@dataclass
class Line:
    """A stretch of a day, or (`kind` "mark") something that happened. Minutes add up: each is a difference of whole totals."""

    kind: str
    label: str
    note: str
    counted_minutes: int | None = None
    total_minutes: int = 0


@dataclass
class Day:
    """A date of the reader's with its lines."""

    on: date
    lines: list[Line] = field(default_factory=list)
    counted_minutes: int = 0


@dataclass(frozen=True)
class Piece:
    """A part of the bar, in thousandths of its width, written as SVG wants it."""

    kind: str
    x: str
    width: str


def compose(ticket: Ticket, paper: Mapping[str, Any], chip: Any, number: int) -> dict[str, Any]:
    """The page's context; `paper` is the receipt as it is downloaded, of the clock with this number of its objective."""
    total = timedelta(seconds=paper["sums"]["open"])
    days = list(_days(paper))
    due, ended = _at(paper["due_at"]), paper["judged_at"]
    address = reverse("portal:receipt", args=[ticket.reference, paper["about"]["objective"]])
    return {
        "ticket": ticket,
        "title": RECEIPT[paper["about"]["objective"]],
        "paper": paper,
        "clock": chip,
        "figures": [
            {"label": _("Counted, business time"), "value": duration(total), "sub": _up_to(paper)},
            {
                "label": _("Promised"),
                "value": duration(paper["promise"]["target_minutes"]),
                "sub": _("for %(priority)s priority") % {"priority": _priority(paper["promise"]["priority"]).lower()},
            },
            {"label": _("Due"), "value": instant(due) if due else "–", "sub": "" if due else _("paused: nothing is due")},
            {"label": _("Verdict"), "value": _verdict(paper), "sub": _late(paper) if ended or paper["verdict"] == "missed" else ""},
        ],
        "days": [_as_one(day) for day in days] if len(days) > MANY_DAYS else days,
        "total_minutes": total // MINUTE,
        "bar": _bar(paper),
        "due_x": _x(paper, due) if due else "",
        "sums": [
            {"kind": kind, "label": label, "minutes": timedelta(seconds=paper["sums"][kind]) // MINUTE}
            for kind, label in (
                ("open", _("Open, counted")), ("paused", _("Paused")), ("holiday", _("Holidays")), ("closed", _("Closed hours")),
            )
            if paper["sums"][kind] or kind == "open"
        ],
        "calendars": [
            {
                "name": one["name"],
                "editions": [
                    {
                        "number": edition["number"], "zone": edition["zone"], "week": week(edition["weekly"]),
                        "effective_at": _at(edition["effective_at"]),
                        "holidays": [(date.fromisoformat(day), _name(held)) for day, held in edition["holidays"].items()],
                    }
                    for edition in one["editions"]
                ],
            }
            for one in paper["calendars"]
        ],
        "changes": [
            {"zone": zone["name"], "at": _at(at), "hours": _offset(seconds)}
            for zone in paper["zones"]
            for at, seconds in zone["offsets"][1:]
        ],
        "tz": paper["zones"][0]["tz"],
        "clause": clause(paper["promise"]["clause"]),
        "promises_url": reverse("portal:promises", args=[paper["about"]["contract"]]),
        "excusal": EXCUSAL.get(paper["excusal"], ""),
        "verdict_url": verdict_address(ticket, paper["about"]["objective"], number),
        "json_url": f"{address}?clock={paper['about']['clock']}&format=json",
        "verifier_url": reverse("portal:receipt_verifier"),
        "file": filename(paper),
    }  # fmt: skip


def filename(paper: Mapping[str, Any]) -> str:
    """What the download is called."""
    return f"receipt-{paper['about']['reference']}-{paper['about']['objective']}.json"


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _priority(name: str) -> str:
    return str(dict(PRIORITY).get(name, name))  # type: ignore[call-overload]


def _name(held: Any) -> str:
    if isinstance(held, str):
        return held
    windows = ", ".join("–".join(window) for window in held["windows"])
    return f"{held['name']} ({windows})"


def _offset(seconds: int) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"UTC{'+' if seconds >= 0 else '−'}{hours:02d}:{minutes:02d}"


def _up_to(paper: Mapping[str, Any]) -> str:
    ended = any(one["kind"] in {Kind.STOPPED, Kind.VOIDED} for one in paper["events"])
    words = _("up to the end, %(when)s") if ended else _("up to now, %(when)s")
    return words % {"when": instant(_at(paper["as_of"]))}


def _verdict(paper: Mapping[str, Any]) -> str:
    paused = paper["due_at"] is None
    return {
        "met": _("Met"), "missed": _("Missed"), "void": _("Void"), "running": _("Paused") if paused else _("Running"),
    }[paper["verdict"]]  # fmt: skip


def _late(paper: Mapping[str, Any]) -> str:
    left = timedelta(seconds=paper["left_seconds"])
    if paper["verdict"] == "void":
        return _("withdrawn: it counts neither way")
    return _("with %(left)s left") % {"left": duration(left)} if paper["verdict"] == "met" else _("%(late)s late") % {
        "late": duration(-left)
    }  # fmt: skip


def _days(paper: Mapping[str, Any]) -> Iterable[Day]:
    """Intervals cut at the reader's midnights, with what happened between them."""
    marks = sorted(_marks(paper), key=lambda mark: mark[0])
    total, day = timedelta(), None
    for one in paper["intervals"]:
        begins, ends = _at(one["from"]), _at(one["to"])
        while begins is not None and ends is not None and begins < ends:
            local = timezone.localtime(begins)
            if day is None or day.on != local.date():
                if day is not None:
                    yield day
                day = Day(local.date())
            midnight = timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), datetime.min.time()))
            until = min(ends, midnight, *(at for at, _words in marks if begins < at < ends))
            while marks and marks[0][0] <= begins:
                at, words = marks.pop(0)
                day.lines.append(Line("mark", instant(at, "time"), words, None, total // MINUTE))
            before = total
            total += until - begins if one["kind"] == "open" else timedelta()
            counted = total // MINUTE - before // MINUTE if one["kind"] == "open" else None
            day.lines.append(Line(one["kind"], _span(begins, until), _note(one), counted, total // MINUTE))
            day.counted_minutes += counted or 0
            begins = until
    if day is None:
        day = Day(timezone.localtime(_at(paper["as_of"])).date())
    day.lines += [Line("mark", instant(at, "time"), words, None, total // MINUTE) for at, words in marks]
    yield day


def _span(begins: datetime, ends: datetime) -> str:
    until = timezone.localtime(ends)
    midnight = until.time() == datetime.min.time()
    return f"{instant(begins, 'time')} – {'24:00' if midnight else instant(ends, 'time')}"


def _note(one: Mapping[str, Any]) -> str:
    if one["kind"] == "holiday":
        return _("Closed, %(holiday)s") % {"holiday": one["label"]}
    words = str(KINDS[one["kind"]])
    return f"{words} ({one['label']})" if one["label"] else words


def _as_one(day: Day) -> Day:
    """A long account has a line a day."""
    marks = [line for line in day.lines if line.kind == "mark"]
    kinds = {line.kind for line in day.lines}
    held = next((line.note for line in day.lines if line.kind == "holiday"), "")
    kind = next(one for one in ("open", "paused", "holiday", "closed", "mark") if one in kinds)
    note = held or str(KINDS.get(kind, ""))
    last = day.lines[-1]
    whole = Line(kind, "", note, day.counted_minutes if kind == "open" else None, last.total_minutes)
    return Day(day.on, [*marks, whole], day.counted_minutes)


def _marks(paper: Mapping[str, Any]) -> Iterable[tuple[datetime, str]]:
    """What happened to the clock, in words. A late answer is preceded by the instant at which it was due."""
    start, end, due = _at(paper["covers"][0]), _at(paper["as_of"]), _at(paper["due_at"])
    for event in paper["events"]:
        at, words = _at(event["at"]), _happened(event, paper)
        if at is not None and words:
            yield max(at, start or at), words
    if due and end and due < end:
        yield due, _("Due: from here on it is late")


def _happened(event: Mapping[str, Any], paper: Mapping[str, Any]) -> str:
    data, who = event["data"], {"who": SIDES[event["by"]["side"]]}
    match event["kind"]:
        case Kind.STARTED:
            return str(GOES_ON if "goes_on" in data else STARTED[paper["about"]["objective"]])
        case Kind.CARRIED:
            return _("The due instant stood already when we began to keep events")
        case Kind.PAUSED:
            words = {**who, "why": REASONS[data["reason"]], "when": instant(_at(data["resume_by"]))}
            return _("Paused by %(who)s: %(why)s, until %(when)s at the latest") % words
        case Kind.RESUMED:
            return str(WENT_ON[data["by"]]) % who
        case Kind.RETARGETED:
            target = {"target": duration(data["target_minutes"]), "priority": _priority(data["priority"]).lower()}
            return _("Promised anew by %(who)s: %(target)s for %(priority)s priority") % {**who, **target}
        case Kind.CALENDAR_MOVED:
            names = {one["calendar"]: one["name"] for one in paper["calendars"]}
            words = {"name": names.get(data["calendar"], ""), "number": data["edition"]}
            return _("Counted by %(name)s, edition %(number)s, from here on") % words
        case Kind.STOPPED:
            return str(STOPPED[paper["about"]["objective"]]) % who
        case Kind.VOIDED:
            return _("Withdrawn by %(who)s: the clock ends") % who
    return ""


def _bar(paper: Mapping[str, Any]) -> list[Piece]:
    """Open, paused and holiday stretches; what lies between them is closed."""
    return [
        Piece(
            one["kind"],
            (x := _x(paper, _at(one["from"]))),
            f"{max(1.0, float(_x(paper, _at(one['to']))) - float(x)):.1f}",
        )
        for one in paper["intervals"]
        if one["kind"] != "closed"
    ]


def _x(paper: Mapping[str, Any], at: datetime | None) -> str:
    """Where an instant is on the bar, which goes from the start to the due instant or the end, whichever is later."""
    start, end, due = _at(paper["covers"][0]), _at(paper["as_of"]), _at(paper["due_at"])
    if start is None or end is None or at is None:
        return "0"
    whole = max(end, due or end) - start
    return f"{WIDTH * ((at - start) / whole if whole else 0.0):.1f}"
