"""Recomputes a clock's receipt from the windows, zones, holidays, editions and events in it:  python verify_receipt.py FILE

Prints every mismatch; exit code 0 when there is none, else 1. Needs Python 3.11 and nothing besides. The law: an instant is open if
and only if its local time lies in a window [opens, closes) of its local weekday, or, on a holiday, of the holiday itself.
"""

# fmt: off
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

SECOND, HOUR, DAY, ZERO = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(0)
def instant(text):
    """In UTC."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
def wall(text):
    """Time since midnight."""
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))
class Time:
    """Asks the law. A course is [(from, (calendar, edition known), paused)]; its last entry that has begun rules."""
    def __init__(self, receipt):
        self.first, self.last = map(instant, receipt["covers"])
        self.offsets = {one["name"]: [(instant(at), s * SECOND) for at, s in one["offsets"]] for one in receipt["zones"]}
        self.editions = {c["calendar"]: [e | {"at": instant(e["effective_at"])} for e in c["editions"]] for c in receipt["calendars"]}
        cuts, midnight = set(), self.first.replace(hour=0, minute=0, second=0, microsecond=0) - 2 * DAY
        for edition in (edition for editions in self.editions.values() for edition in editions):
            days = [*edition["weekly"].values(), *(h["windows"] for h in edition["holidays"].values() if isinstance(h, dict))]
            ends = {ZERO, *(wall(end) for windows in days for window in windows for end in window)}
            shifts = {end - offset for end in ends for _, offset in self.offsets[edition["zone"]]}
            cuts |= {midnight + day * DAY + shift for day in range((self.last - midnight).days + 3) for shift in shifts}
            cuts |= {edition["at"], *(change for change, _ in self.offsets[edition["zone"]])}
        self.cuts = sorted(cuts)
    def law(self, course, at):
        """Kind, holiday's name, calendar and edition at an instant."""
        (calendar, known), paused = [entry[1:] for entry in course if entry[0] <= at][-1]
        edition = [e for e in self.editions[calendar] if e["at"] <= at and e["number"] <= known][-1]
        local = at + [offset for change, offset in self.offsets[edition["zone"]] if change <= at][-1]
        windows, holiday = edition["weekly"].get(str(local.weekday()), []), edition["holidays"].get(local.date().isoformat())
        holiday = {"name": holiday, "windows": []} if isinstance(holiday, str) else holiday
        time = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
        is_open = any(wall(opens) <= time < wall(closes) for opens, closes in (holiday["windows"] if holiday else windows))
        kind = ("paused" if paused else "open") if is_open else "holiday" if holiday else "closed"
        return kind, holiday["name"] if holiday else "", calendar, edition["number"]
    def pieces(self, course, start, end):
        """(begins, ends, what the law says at its first instant): in between, nothing can change."""
        inside = {at for at in (*self.cuts, *(entry[0] for entry in course)) if start < at < end}
        return [(begins, until, self.law(course, begins)) for begins, until in pairwise(sorted({start, end} | inside))]
    def between(self, course, start, end):
        """Open time."""
        return sum((until - begins for begins, until, what in self.pieces(course, start, end) if what[0] == "open"), ZERO)
    def add(self, course, start, budget):
        """When the budget is used up; None if that is after all that the receipt covers."""
        for begins, until, what in self.pieces(course, start, self.last):
            if what[0] == "open" and until - begins >= budget > ZERO:
                return begins + budget
            budget -= until - begins if what[0] == "open" else ZERO
        return None if budget > ZERO else start

def replay(time, events):
    """Where the events lead: promise, course, due instant, what a pause keeps, end, verdict and when it was given."""
    course, pauses, rules, due, left, over, verdict, judged, dues, promise, target = [], [], None, None, None, None, "running", None, [], None, None
    for kind, at, data in ((event["kind"], instant(event["at"]), event["data"]) for event in events):
        new = data.get("calendar"), data.get("edition")
        if kind == "resumed" or (left is not None and kind in ("stopped", "voided")):
            pauses[-1][1] = back = max(at, pauses[-1][0])
            due, left, course = time.add([(back, rules, False)], back, left), None, [*course, (back, rules, False)]
        promise, target = (data, timedelta(minutes=data["target_minutes"])) if "target_minutes" in data else (promise, target)
        if kind == "started":
            start, rules, course = at, new, [(at, new, False)]
            due = time.add(course, at, target)
        elif kind == "carried":
            due = instant(data["due_at"])
        elif kind == "paused":
            left, due, course, pauses = time.between(course, at, due), None, [*course, (at, rules, True)], [*pauses, [at, None]]
        elif kind in ("retargeted", "calendar_moved"):
            now, fresh = [(at, rules, False)], [(at, new, False)]
            old = due if left is None else time.add(now, at, left)
            if kind == "calendar_moved":
                moved = time.add(fresh, at, time.between(now, at, old))
            elif data["upward"]:
                moved = min(old, time.add(fresh, at, target) or old)
            else:
                holes = [hole for since, until in pauses for hole in ((since, new, True), (until or at, new, False))]
                moved = max(old, time.add([(start, new, False), *holes], start, target))
            if not (data.get("upward") and moved == old):
                rules, course = new, [*course, (at, new, left is not None)]
                due, left = (moved, None) if left is None else (None, time.between(fresh, at, moved))
        elif kind in ("missed", "stopped", "voided"):
            over = over if kind == "missed" else at
            if verdict == "running":
                verdict, judged = "missed" if at > due else {"stopped": "met", "voided": "void"}.get(kind, "not late"), at
        dues.append(due)
    return start, promise, course, due, left, over, verdict, judged, dues

def excusal(events, verdict, judged):
    """How it stands. In turn one side proposes it of what is missed, and another person of the other answers or it takes it back; else None."""
    told = [(e["kind"], instant(e["at"]), e["by"]["side"], e["by"]["id"], e["data"]["side"]) for e in events if "excus" in e["kind"]]
    sides = all(one[3] and one[2] == one[4] in ("client", "valiantys") for one in told) and not any(one[0] == "excused" for one in told[:-1])
    asked = all(one[0] == "excusal_proposed" and verdict == "missed" and one[1] >= judged for one in told[::2])
    ends = [a[1] <= b[1] and a[0] != b[0] and (a[2] == b[2] if "withdrawn" in b[0] else a[2] != b[2] and a[3] != b[3]) for a, b in pairwise(told)]
    asks, last = "asks_valiantys" if told and told[-1][2] == "client" else "asks_client", told[-1][0].removeprefix("excusal_") if told else ""
    return {"excused": "agreed", "proposed": asks}.get(last, last) if sides and asked and all(ends[::2]) else None

def verify(receipt):
    """Every mismatch, in words; none when the receipt holds."""
    body = json.dumps({k: v for k, v in receipt.items() if k != "digest"}, sort_keys=True, separators=(",", ":"))
    time, events, end = Time(receipt), sorted(receipt["events"], key=lambda one: one["number"]), instant(receipt["as_of"])
    start, promise, course, due, left, over, verdict, judged, dues = replay(time, events)
    lines, sums, checks = [], {"open": ZERO, "closed": ZERO, "holiday": ZERO, "paused": ZERO}, []
    for begins, until, what in time.pieces(course, start, end):
        sums[what[0]] += until - begins
        begins = lines.pop()[0] if lines and lines[-1][3:] == what else begins
        lines.append((begins, until, until - begins, *what))
    said = [(instant(i["from"]), instant(i["to"]), i["seconds"] * SECOND, i["kind"], i["label"], i["calendar"], i["edition"])
            for i in receipt["intervals"]]
    for number in range(max(len(said), len(lines))):
        checks.append((f"interval {number + 1}", *(rows[number] if number < len(rows) else "none" for rows in (said, lines))))
    for zone, offsets in time.offsets.items():
        hours = [time.first + hour * HOUR for hour in range((time.last - time.first) // HOUR + 1)]
        for at in [*hours, *(change - step for change, _ in offsets[1:] for step in (ZERO, SECOND))]:
            here, listed = at.astimezone(ZoneInfo(zone)).utcoffset(), [offset for change, offset in offsets if change <= at]
            checks.append((f"offset of {zone} at {at} (this machine's)", listed[-1], here))
    for calendar, editions in time.editions.items():
        numbers, known = [e["number"] for e in editions], [e["data"].get("edition") for e in events if e["data"].get("calendar") == calendar]
        checks.append((f"editions of calendar {calendar}", numbers, list(range(numbers[0], max(known) + 1))))
    rest = left if left is not None else time.between(course, end, due) if end <= due else -time.between(course, due, end)
    checks += [
        ("digest", receipt["digest"], hashlib.sha256(body.encode()).hexdigest()),
        ("numbers of events", [one["number"] for one in events], list(range(1, len(events) + 1))),
        ("sums", {kind: seconds * SECOND for kind, seconds in receipt["sums"].items()}, sums),
        ("left", receipt["left_seconds"] * SECOND, rest), ("due", instant(receipt["due_at"]), due), ("end", end, over or end),
        ("due after each event", [instant(one["due_at"]) for one in events], dues), ("judged at", instant(receipt["judged_at"]), judged),
        ("verdict", receipt["verdict"], "missed" if verdict == "running" and due and end > due else verdict),
        ("excusal", receipt.get("excusal", ""), excusal(events, verdict, judged)),
        ("promise", receipt["promise"], {name: promise[name] for name in receipt["promise"]}),
    ]
    return [f"{what}: the receipt says {says}, recomputed {found}" for what, says, found in checks if says != found]

if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            problems = verify(json.load(file))
    except Exception as error:
        problems = [f"This can't be recomputed ({type(error).__name__}): {error}"]
    print("\n".join(problems) or "The receipt holds.")
    sys.exit(bool(problems))
