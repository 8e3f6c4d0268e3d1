"""What business time costs, beside its peers in the same run: workclock (Rust), and businesstimedelta.

    script/bench slo

One calendar for all: Europe/Paris, Monday to Friday 09:00 to 18:00, France's public holidays; instants are aware and in UTC, as
the database gives them. A day is a working day of nine hours (or a span of 24), a year 252 of them (or a span of 365 days).
`ratio` is how many times slower the peer is. All answers are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from bench._figures import report

ZONE = "Europe/Paris"
FIRST, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 700  # starts lie in these
SPANS = {"1_day": (timedelta(hours=9), timedelta(days=1)), "1_year": (timedelta(hours=9 * 252), timedelta(days=365))}
WANTED = {"1_day": 3, "1_year": 20}  # times as fast as workclock
ROWS_WANTED = 5_000_000  # a second


def main() -> int:
    """Print the calendar's figures, then run the engine's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instants", type=int, default=500)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--calendar-only", action="store_true", help="not the engine's figures")
    parser.add_argument("--moved", type=int, default=200_000, help="open clocks that a calendar's edition moves")
    options, others = parser.parse_known_args()
    calendar, days = ours()
    one_by_one(calendar, days, options.instants, options.runs)
    many(calendar, options.rows, options.runs)
    engine = {"tick": others, "calendar_edit": ["--open", str(options.moved)]}  # each in a process of its own
    for name, words in () if options.calendar_only else engine.items():
        if code := subprocess.run([sys.executable, "-m", f"bench.{name}", *words], check=False).returncode:
            return code
    return 0


def ours() -> tuple[Any, list[date]]:
    """The calendar, and its closed days."""
    import holidays

    from slo.calendar import Calendar

    closed = dict(sorted(holidays.country_holidays("FR", years=range(2023, 2031)).items()))
    weekly = {day: [("09:00", "18:00")] for day in range(5)}
    return Calendar(ZONE, weekly, closed), list(closed)


def one_by_one(calendar: Any, days: list[date], count: int, runs: int) -> None:
    """`add` and `between`, of a day and of a year."""
    import workclock

    chance = random.Random(2026)
    starts = [FIRST + timedelta(seconds=chance.randrange(DAYS * 86_400)) for _number in range(count)]
    rust = workclock.Schedule(
        [workclock.WorkDay(time(9), time(18)), workclock.Holidays(days)], time_zone=ZoneInfo(ZONE)
    )
    for name in SPANS:
        of_a_length(name, calendar, rust, days, starts, runs)


def of_a_length(name: str, calendar: Any, rust: Any, days: list[date], starts: list[datetime], runs: int) -> None:
    """One length's two figures."""
    amount, span = SPANS[name]
    pairs = [(start, start + span) for start in starts]
    due = [calendar.add(start, amount) for start in starts]
    assert due == [rust.add(start, amount) for start in starts]
    assert [calendar.between(*pair) for pair in pairs] == [rust.between(*pair) for pair in pairs]
    few = starts[: 20 if name == "1_day" else 2]
    python = slow_peer(days, due, few, amount, span)
    for figure, work, peer, slow in (
        ("add", lambda: [calendar.add(start, amount) for start in starts],
         lambda: [rust.add(start, amount) for start in starts], python[0]),
        ("between", lambda: [calendar.between(*pair) for pair in pairs],
         lambda: [rust.between(*pair) for pair in pairs], python[1]),
    ):  # fmt: skip
        mine, theirs = (microseconds(one, len(starts), runs) for one in (work, peer))
        report(
            "slo", f"{figure}_{name}", mine, "µs", runs, beside="workclock", beside_value=round(theirs, 2),
            ratio=round(theirs / mine, 1), wanted=WANTED[name],
            businesstimedelta=round(microseconds(slow, len(few), 1), 1),
        )  # fmt: skip


def slow_peer(
    days: list[date], due: list[datetime], starts: list[datetime], amount: timedelta, span: timedelta
) -> tuple[Callable[[], object], Callable[[], object]]:
    """businesstimedelta's `add` and `between`, which must agree as well."""
    import businesstimedelta as peer
    import pytz

    rules = peer.Rules(
        [
            peer.WorkDayRule(time(9), time(18), [0, 1, 2, 3, 4], tz=pytz.timezone(ZONE)),
            peer.HolidayRule(dict.fromkeys(days, "closed"), tz=pytz.timezone(ZONE)),
        ]
    )
    wanted = peer.BusinessTimeDelta(rules, hours=amount // timedelta(hours=1))
    assert [start + wanted for start in starts] == due[: len(starts)]
    return lambda: [start + wanted for start in starts], lambda: [rules.difference(s, s + span) for s in starts]


def many(calendar: Any, rows: int, runs: int) -> None:
    """A million at once, in arrays; workclock takes arrays too."""
    import numpy as np
    import workclock

    chance = np.random.default_rng(2026)
    first = int(FIRST.timestamp()) * 1_000_000
    starts = first + chance.integers(0, DAYS * 86_400_000_000, rows)
    amounts = chance.integers(0, 40 * 3_600_000_000, rows)
    table = calendar.compiled(FIRST, FIRST + timedelta(days=2 * DAYS))
    due = table.add_many(starts, amounts)
    for start, amount, at in list(zip(starts, amounts, due, strict=True))[:1000]:
        wanted = calendar.add(instant(start), timedelta(microseconds=int(amount)))
        assert instant(at) == wanted
    assert (table.between_many(starts, due) == amounts).all()
    rust = workclock.Schedule(
        [workclock.WorkDay(time(9), time(18)), workclock.Holidays(list(calendar.holidays))], time_zone=ZoneInfo(ZONE)
    )
    part = slice(0, rows // 10)
    begin, end = (column[part].astype("datetime64[us]") for column in (starts, due))
    length = amounts[part].astype("timedelta64[us]")
    for figure, work, peer in (
        ("between_many_1m", lambda: table.between_many(starts, due), lambda: rust.between_many(begin, end)),
        ("add_many_1m", lambda: table.add_many(starts, amounts), lambda: rust.add_many(begin, length)),
    ):
        mine, theirs = rows / seconds(work, runs), (rows // 10) / seconds(peer, 3)
        report(
            "slo", figure, mine, "rows/s", runs, rows=rows, beside="workclock", beside_value=round(theirs),
            ratio=round(mine / theirs, 1), wanted=ROWS_WANTED,
        )  # fmt: skip


def instant(micros: Any) -> datetime:
    """Of an array's integer."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))


def microseconds(work: Callable[[], object], count: int, runs: int) -> float:
    """Of one question, in the median run."""
    return seconds(work, runs) / count * 1_000_000


def seconds(work: Callable[[], object], runs: int) -> float:
    """Of the median run, after one that warms up."""
    work()
    found = []
    for _number in range(runs):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return statistics.median(found)


if __name__ == "__main__":
    sys.exit(main())
