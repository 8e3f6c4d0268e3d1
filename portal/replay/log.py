"""The event log as a file: one event a line, read line by line, so that a bad one costs itself and nothing else.

Times carry no zone and are read as Europe/Rome. A local time that comes twice in autumn is its first pass, one that is
skipped in spring is read with the offset before the change (`fold=0` for both): 02:30 in the skipped hour is 03:30.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from common import secrets

ZONE = "Europe/Rome"
TIME_FORMAT = "%Y/%m/%d %H:%M:%S.%f"
COLUMNS = ("Case ID", "Activity", "Resource", "Complete Timestamp", "customer", "seriousness_2")
PRIORITIES = {"Value 1": "low", "Value 2": "medium", "Value 3": "high", "Value 4": "critical"}
LONGEST = 100  # characters of any of these fields
YEARS = range(1971, 2199)  # what calendars can answer for, a year of margin included

_zone = ZoneInfo(ZONE)


class NotALogError(ValueError):
    """The file as a whole is no event log: it can't be read, or a column is missing."""


class _NonsenseError(ValueError):
    """This line says nothing that could be replayed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `number` is its line in the file, the header being 1; `at` is in UTC."""

    number: int
    case: str
    activity: str
    agent: str
    at: datetime
    customer: str
    seriousness: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that makes no sense, and why."""

    number: int
    why: str


@dataclass(slots=True)
class Case:
    """A ticket's life as logged, in the order of the file. Its first event decides the customer and the priority."""

    ref: str
    customer: str
    priority: str
    lines: list[Line] = field(default_factory=list)

    @property
    def submitted_at(self) -> datetime:
        """The first event, whatever it is."""
        return self.lines[0].at


@dataclass(frozen=True)
class Log:
    """What a file says: its cases by first appearance, the lines left out, and the instants of its first and last event."""

    cases: tuple[Case, ...]
    rejected: tuple[Rejected, ...]
    begins_at: datetime
    ends_at: datetime

    @property
    def years(self) -> range:
        """The years a calendar must know: from the one before the first event to the one after the last."""
        return range(self.begins_at.year - 1, self.ends_at.year + 2)


def read(path: Path) -> Log:
    """Read a log. Raises `NotALogError`; a line that makes no sense is listed instead.

    A byte-order mark and either kind of line end are fine; columns are found by name, the first of that name counts.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise NotALogError(f"{path} can't be read: {error.strerror}.") from error
    return parse(text.split("\n"))


def parse(lines: Iterable[str]) -> Log:
    """The log of these lines, header first. Raises `NotALogError` without the columns, or without a single event."""
    numbered = enumerate(lines, start=1)
    places = _places(next(numbered, (1, ""))[1])
    cases: dict[str, Case] = {}
    rejected: list[Rejected] = []
    for number, text in numbered:
        if not text.strip():
            continue
        try:
            line = _line(number, text, *places)
            _join(cases, line)
        except _NonsenseError as error:
            rejected.append(Rejected(number, str(error)))
    if not cases:
        raise NotALogError("There is no event in this file.")
    instants = [line.at for case in cases.values() for line in case.lines]
    return Log(tuple(cases.values()), tuple(rejected), min(instants), max(instants))


def in_order(cases: Iterable[Case]) -> Iterator[tuple[Case, int, Line]]:
    """The events of all cases by time, each with its place in its case; what happened together keeps the file's order."""
    events = [(line.at, line.number, case, nth) for case in cases for nth, line in enumerate(case.lines)]
    events.sort(key=lambda event: event[:2])
    for _, _, case, nth in events:
        yield case, nth, case.lines[nth]


def _places(header: str) -> tuple[int, dict[str, int]]:
    """How many columns there are, and where ours stand."""
    names = [name.strip() for name in next(csv.reader([header.rstrip("\r")]), [])]
    if missing := [name for name in COLUMNS if name not in names]:
        raise NotALogError(f"This is no event log: the header lacks {', '.join(missing)}.")
    return len(names), {name: names.index(name) for name in COLUMNS}


def _line(number: int, text: str, width: int, places: dict[str, int]) -> Line:
    try:
        fields = next(csv.reader([text.rstrip("\r")], strict=True))
    except (csv.Error, StopIteration):
        raise _NonsenseError("the quotes are broken") from None
    if len(fields) != width:
        raise _NonsenseError(f"{len(fields)} columns instead of {width}")
    case, activity, agent, moment, customer, seriousness = (fields[places[name]].strip() for name in COLUMNS)
    if "\0" in text:
        raise _NonsenseError("a character that is none")
    if long := [name for name in COLUMNS if len(fields[places[name]]) > LONGEST]:
        raise _NonsenseError(f"{', '.join(long)} of more than {LONGEST} characters")
    if secrets.recognise(f"{case} {activity}"):
        raise _NonsenseError("something that looks like a secret")
    if empty := [name for name, value in zip(COLUMNS, (case, activity, agent, moment), strict=False) if not value]:
        raise _NonsenseError(f"no {', '.join(empty)}")
    return Line(number, case, activity, agent, _instant(moment), customer, seriousness)


def _instant(moment: str) -> datetime:
    try:
        local = datetime.strptime(moment, TIME_FORMAT)  # noqa: DTZ007 - the next line gives it its zone
    except ValueError:
        raise _NonsenseError(f"“{moment}” is no time such as 2012/10/09 14:50:17.000") from None
    if local.year not in YEARS:
        raise _NonsenseError(f"the year {local.year} is out of reach")
    return local.replace(tzinfo=_zone, fold=0).astimezone(UTC)


def _join(cases: dict[str, Case], line: Line) -> None:
    """Add a line to its case, which it opens if it is the first one that makes sense."""
    case = cases.get(line.case)
    if case is None:
        if not line.customer:
            raise _NonsenseError("a case begins without a customer")
        if line.seriousness not in PRIORITIES:
            raise _NonsenseError(
                f"a case begins with seriousness “{line.seriousness}”, which is none of {', '.join(PRIORITIES)}"
            )
        case = cases[line.case] = Case(line.case, line.customer, PRIORITIES[line.seriousness])
    elif line.at < case.lines[-1].at:
        raise _NonsenseError(f"earlier than the event before it of {line.case}, in line {case.lines[-1].number}")
    case.lines.append(line)
