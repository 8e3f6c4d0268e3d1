"""The same questions answered slowly and by another way: wall-clock time, day by day, nothing imported from the product.

`replay_event_log --check` and the tests compare with it. A log with lines that make no sense is beyond it.

Desk hours never touch the night in which clocks change, so business time can be counted on the wall clock alone.
"""

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

PRIORITIES = {
    "Value 1": ("low", 1080),
    "Value 2": ("medium", 540),
    "Value 3": ("high", 240),
    "Value 4": ("critical", 60),
}
FIXED = {(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}
# Easter Mondays, and the one day off for the 150 years of Italy
MOVED = {
    date(2009, 4, 13), date(2010, 4, 5), date(2011, 3, 17), date(2011, 4, 25), date(2012, 4, 9), date(2013, 4, 1),
    date(2014, 4, 21), date(2015, 4, 6),
}  # fmt: skip
ANSWERS = {"Take in charge ticket", "Resolve ticket"}


def expected(path: Path) -> list[dict[str, Any]]:
    """What the product has to say of every case of a log without nonsense, in the order of the file."""
    cases: dict[str, list[dict[str, Any]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            one: dict[str, Any] = {**row}
            one["at"] = datetime.strptime(row["Complete Timestamp"], "%Y/%m/%d %H:%M:%S.%f")  # noqa: DTZ007
            cases.setdefault(row["Case ID"], []).append(one)
    end = max(row["at"] for rows in cases.values() for row in rows)
    return [record(case, rows, end) for case, rows in cases.items()]


def record(case: str, rows: list[dict[str, Any]], end: datetime) -> dict[str, Any]:
    """One case by its first event and its first answer."""
    first = rows[0]
    priority, minutes = PRIORITIES[first["seriousness_2"]]
    due = add(first["at"], minutes * 60)
    answer = next((row["at"] for row in rows[1:] if row["Activity"] in ANSWERS), None)
    in_time = answer is not None and answer <= due
    verdict = "met" if in_time else "running" if answer is None and due >= end else "missed"
    return {
        "case": case, "organization": first["customer"], "priority": priority, "target_minutes": minutes,
        "submitted_at": utc(first["at"]), "responded_at": utc(answer), "due_at": utc(due),
        "business_seconds": None if answer is None else between(first["at"], answer), "verdict": verdict,
    }  # fmt: skip


def hours(day: date) -> tuple[datetime, datetime] | None:
    """When the desk is open on a day."""
    if day.weekday() > 4 or (day.month, day.day) in FIXED or day in MOVED:
        return None
    return datetime.combine(day, time(9)), datetime.combine(day, time(18))


def add(start: datetime, seconds: int) -> datetime:
    """The instant by which so many open seconds have passed."""
    day = start.date()
    while True:
        if window := hours(day):
            opens, closes = max(window[0], start), window[1]
            if opens < closes:
                if seconds <= (closes - opens).total_seconds():
                    return opens + timedelta(seconds=seconds)
                seconds -= int((closes - opens).total_seconds())
        day += timedelta(days=1)


def between(start: datetime, end: datetime) -> int:
    """Open seconds between two instants."""
    total, day = 0, start.date()
    while day <= end.date():
        if window := hours(day):
            total += max(0, int((min(window[1], end) - max(window[0], start)).total_seconds()))
        day += timedelta(days=1)
    return total


def utc(local: datetime | None) -> str | None:
    """A wall-clock time of Rome in UTC: the first pass of the hour that comes twice, the old offset in the one left out."""
    if local is None:
        return None
    summer = last_sunday(local.year, 3) <= local < last_sunday(local.year, 10)
    return (local - timedelta(hours=2 if summer else 1)).isoformat() + "+00:00"


def last_sunday(year: int, month: int) -> datetime:
    """Three o'clock on the last Sunday of March or October, both of 31 days."""
    day = date(year, month, 31)
    return datetime.combine(day - timedelta(days=(day.weekday() + 1) % 7), time(3))
