"""The geometry of charts: plain numbers, no Django. Templates draw them; every length is written as SVG takes it.

Why they aren't a library's: docs/adr/0008-charts.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.forecast import Forecast, Outlook, business_days
from contracts.lots import Period

Point = tuple[float, float]
DAY = timedelta(days=1)
SPARK_BACK, SPARK_AHEAD = 60, 30  # days
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # hours between grid lines
BANDS = 62  # days above which closed days would be a pattern, not a fact
ROOM = 150  # what a label needs at the right of its point


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where, and the day or the minutes that it says."""

    at: str
    day: date | None = None
    minutes: int | None = None
    anchor: str = "middle"


@dataclass(frozen=True)
class Mark:
    """A point that is named, and on which side its words stand."""

    x: str
    y: str
    text_x: str
    text_y: str
    anchor: str


@dataclass(frozen=True)
class Plane:
    """The field of a chart in its view box."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def floor(self) -> int:
        """Where zero lies."""
        return self.height - self.bottom

    @property
    def rise(self) -> int:
        """How high the field is."""
        return self.floor - self.top

    @property
    def label_x(self) -> int:
        """Where the words of the vertical axis end."""
        return self.left - 8

    @property
    def end(self) -> int:
        """The right edge of the field."""
        return self.width - self.right


WIDE = Plane(860, 250, 44, 16, 20, 30)
NARROW = Plane(358, 240, 38, 10, 20, 28)


@dataclass(frozen=True)
class BurnDown:
    """Hours left over a period in one drawing: actual, the even pace, and what the forecast expects."""

    plane: Plane
    actual: str
    area: str
    even: str
    expected: str
    grid: Sequence[Tick]
    days: Sequence[Tick]
    closed: Sequence[tuple[str, str]]  # x, width
    now: Mark
    gone: Mark | None


@dataclass(frozen=True)
class Row:
    """A line of the table behind it, at the end of a day; `expected` says that the day is still to come."""

    day: date
    left: int
    even: int
    expected: bool = False


@dataclass(frozen=True)
class Spark:
    """A balance of late as a small line in 128 × 30, and the days to come at the present pace."""

    line: str
    ahead: str
    x: str
    y: str
    then: int  # minutes at its beginning


def left_by_day(free: int, today: date, first: date, changes: Mapping[date, int]) -> dict[date, int]:
    """Minutes free at the end of each day from `first` to today, back from what is free now; `changes` by day, signed."""
    left, day = {today: free}, today
    while day > first:
        left[day - DAY] = left[day] - changes.get(day, 0)
        day -= DAY
    return {day: max(0, minutes) for day, minutes in sorted(left.items())}


def expected_by_day(outlook: Forecast, today: date, until: date, is_open: Callable[[date], bool]) -> dict[date, int]:
    """Minutes that the forecast leaves at the end of each coming day; nothing where there is no pace."""
    if not outlook.tells:
        return {}
    left, n, found = outlook.free, 0, {}
    opening = set(business_days(today, is_open, until))
    for step in range(1, (until - today).days + 1):
        day = today + step * DAY
        if day in opening:
            n += 1
            left = outlook.left_after(n)
        found[day] = left
        if not left:
            break
    return found


def even_by_day(period: Period) -> dict[date, int]:
    """What would be left each day if the hours were used evenly over the period, a straight line."""
    days = (period.last - period.first).days
    return {period.first + n * DAY: period.opening - period.opening * n // days for n in range(days + 1)}


def burn_down(
    plane: Plane, period: Period, today: date, left: Mapping[date, int], outlook: Forecast, is_open: Callable[[date], bool]
) -> BurnDown:  # fmt: skip
    """One drawing. `left`: minutes free by day, from the period's first day to today."""
    until = _until(period, today, outlook)
    expected = expected_by_day(outlook, today, until, is_open)
    most = max([period.opening, 60, *left.values()])
    days = max(1, (until - period.first).days)

    def x(day: date) -> float:
        return plane.left + (plane.end - plane.left) * (day - period.first).days / days

    def y(minutes: int) -> float:
        return plane.floor - (plane.floor - plane.top) * minutes / most

    steps = _stairs([(x(day), y(minutes)) for day, minutes in sorted(left.items())])
    ahead = [(x(today), y(left[today])), *[(x(day), y(minutes)) for day, minutes in expected.items()]]
    runs_out = next((day for day, minutes in expected.items() if not minutes), None)
    narrow = plane.width < 500
    return BurnDown(
        plane=plane,
        actual=_path(steps),
        area=_path([*steps, (steps[-1][0], plane.floor), (steps[0][0], plane.floor)]) + " Z",
        even=_path([(x(period.first), y(period.opening)), (x(period.last), y(0))]),
        expected=_path(ahead) if len(ahead) > 1 else "",
        grid=[Tick(f"{y(minutes):.1f}", minutes=minutes) for minutes in _levels(most)],
        days=_ticks(period.first, until, 3 if narrow else 6, x),
        closed=[] if days > BANDS else [
            (f"{x(day):.1f}", f"{x(day + DAY) - x(day):.1f}") for day in _closed(period.first, until, is_open)
        ],
        now=_mark(plane, x(today), y(left[today])),
        gone=_flag(plane, x(runs_out)) if runs_out else None,
    )  # fmt: skip


def table(
    period: Period, today: date, left: Mapping[date, int], outlook: Forecast, is_open: Callable[[date], bool]
) -> list[Row]:
    """The same in figures: each week, today, the run-out and the last day."""
    until = _until(period, today, outlook)
    expected, even = expected_by_day(outlook, today, until, is_open), even_by_day(period)
    shown = {period.first + n * 7 * DAY for n in range((until - period.first).days // 7 + 1)} | {today, until}
    shown |= {day for day, minutes in expected.items() if not minutes}
    return [
        Row(day, left[day] if day in left else expected.get(day, 0), even.get(day, 0), day > today)
        for day in sorted(shown)
        if day in left or outlook.tells
    ]


def spark(free: int, today: date, changes: Mapping[date, int], outlook: Forecast | None, is_open: Callable[[date], bool]) -> Spark:  # fmt: skip
    """Sixty days back and thirty ahead; `changes` of the balance by day, signed."""
    first = today - SPARK_BACK * DAY
    left = left_by_day(free, today, first, changes)
    expected = expected_by_day(outlook, today, today + SPARK_AHEAD * DAY, is_open) if outlook else {}
    most = max([60, *left.values()])

    def at(day: date, minutes: int) -> Point:
        return 2 + 124 * (day - first).days / (SPARK_BACK + SPARK_AHEAD), 27 - 24 * minutes / most

    here = at(today, left[today])
    ahead = [here, *[at(day, minutes) for day, minutes in expected.items()]]
    return Spark(
        _path(_thinned([at(day, minutes) for day, minutes in left.items()])),
        _path(_thinned(ahead)) if len(ahead) > 1 else "",
        f"{here[0]:.1f}", f"{here[1]:.1f}", left[first],
    )  # fmt: skip


def _until(period: Period, today: date, outlook: Forecast) -> date:
    """The last day drawn: the period's, or a run-out that comes not long after it."""
    length = (period.last - period.first) // 3
    late = outlook.outlook == Outlook.RUNS_OUT and outlook.on is not None and outlook.on <= period.last + length
    return max(period.last, today + DAY, outlook.on + 2 * DAY if late and outlook.on else period.last)


def _path(points: Iterable[Point]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _stairs(points: Sequence[Point]) -> list[Point]:
    """Hours leave on a day: a step at its end, not a slope."""
    steps = [points[0]]
    for x, y in points[1:]:
        if y != steps[-1][1]:
            steps += [(x, steps[-1][1]), (x, y)]
    return [*steps, points[-1]] if steps[-1] != points[-1] else steps


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Without points on a level line, so that a row stays light."""
    inner = zip(points, points[1:], points[2:], strict=False)
    return [points[0], *[here for before, here, after in inner if not before[1] == here[1] == after[1]], points[-1]]


def _levels(most: int) -> list[int]:
    step = next((one for one in STEPS if most / 60 / one <= 5), STEPS[-1]) * 60
    return list(range(0, most + 1, step))


def _ticks(first: date, until: date, count: int, x: Callable[[date], float]) -> list[Tick]:
    days = (until - first).days
    chosen = sorted({round(n * days / count) for n in range(count + 1)})
    anchor = {chosen[0]: "start", chosen[-1]: "end"}
    return [Tick(f"{x(first + n * DAY):.1f}", day=first + n * DAY, anchor=anchor.get(n, "middle")) for n in chosen]


def _closed(first: date, until: date, is_open: Callable[[date], bool]) -> list[date]:
    return [first + n * DAY for n in range((until - first).days) if not is_open(first + n * DAY)]


def _mark(plane: Plane, x: float, y: float) -> Mark:
    right = x + ROOM < plane.end
    text_x, anchor = (x + 9, "start") if right else (x - 9, "end")
    return Mark(f"{x:.1f}", f"{y:.1f}", f"{text_x:.1f}", f"{max(y - 9, plane.top + 12):.1f}", anchor)


def _flag(plane: Plane, x: float) -> Mark:
    """On the floor, with its words above the field, where no line of a burn-down comes."""
    anchor = "start" if x < plane.left + ROOM else "end"
    return Mark(f"{x:.1f}", f"{plane.floor:.1f}", f"{min(x + 4, plane.end):.1f}", f"{plane.top - 7}", anchor)
