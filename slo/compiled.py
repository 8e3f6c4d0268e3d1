"""Compiled business time: open intervals as sorted instants with running sums; bisect for one, NumPy for millions.

Inside, instants are durations since the epoch: Python subtracts and compares those faster than integers that would
have to be made of datetimes first. Outside, and in arrays, they are integers: microseconds since 1970 in UTC. NumPy is
imported when a first array comes, so a process that asks for one instant at a time never pays for it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from slo.week import CalendarError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Micros = NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO = timedelta(0)
_SECOND = 1_000_000
_STRETCH = 35  # bits
_MOST_STEPS = 6
_ROWS = 16_384  # at a time: what they need stays in the processor's own memory


class NegativeDurationError(CalendarError):
    """Less than no time was to be added, or a span ends before it starts."""


class OutsideHorizonError(CalendarError):
    """The instant is outside what is compiled (1970 to 2199 at most), or the calendar doesn't open for so long in it."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """The open intervals of a calendar in ``[starts, ends)``, in order and apart; durations are since the epoch.

    ``_sums[i]`` is the open time from ``starts`` to ``_closes[i]``.
    """

    starts: timedelta
    ends: timedelta
    _opens: tuple[timedelta, ...] = ()
    _closes: tuple[timedelta, ...] = ()
    _sums: tuple[timedelta, ...] = ()

    @classmethod
    def of(cls, starts: datetime, ends: datetime, opened: Iterable[tuple[int, int]]) -> Compiled:
        """Of (opens, closes) in seconds since the epoch, in order, which may touch and don't overlap."""
        apart: list[tuple[int, int]] = []
        for opens, closes in opened:
            apart.append((apart.pop()[0] if apart and apart[-1][1] == opens else opens, closes))
        return cls(
            starts - EPOCH, ends - EPOCH,
            tuple(timedelta(seconds=opens) for opens, _closes in apart),
            tuple(timedelta(seconds=closes) for _opens, closes in apart),
            tuple(timedelta(seconds=amount) for amount in accumulate(closes - opens for opens, closes in apart)),
        )  # fmt: skip

    def open_until(self, since: timedelta) -> timedelta:
        """Open time from the start to an instant."""
        index = bisect_right(self._opens, since) - 1
        if index < 0:
            return ZERO
        closes = self._closes[index]
        return self._sums[index] - (closes - since) if since < closes else self._sums[index]

    def reach(self, amount: timedelta) -> timedelta | None:
        """The first instant with ``open_until`` of ``amount``, which is positive; None if there is none before the end."""
        index = bisect_left(self._sums, amount)
        return self._closes[index] - (self._sums[index] - amount) if index < len(self._sums) else None

    def opening(self, since: timedelta) -> timedelta | None:
        """The first open instant that is not before ``since``, or None."""
        index = bisect_right(self._closes, since)
        return max(since, self._opens[index]) if index < len(self._opens) else None

    # Integers: microseconds since the epoch, and of business time.

    @property
    def opens(self) -> tuple[int, ...]:
        """When each interval opens."""
        return tuple(map(_micros, self._opens))

    @property
    def closes(self) -> tuple[int, ...]:
        """When each interval closes."""
        return tuple(map(_micros, self._closes))

    @property
    def sums(self) -> tuple[int, ...]:
        """Open time from the start to each closing."""
        return tuple(map(_micros, self._sums))

    def between_many(self, a: Micros, b: Micros) -> Micros:
        """Open time of each ``[a, b)``: int64 microseconds since the epoch give int64 microseconds of business time.

        Raises ``NegativeDurationError`` if any ``b`` is before its ``a``, and ``OutsideHorizonError``.
        """
        import numpy as np

        a, b = np.broadcast_arrays(_int64(a), _int64(b))
        if (b < a).any():
            raise NegativeDurationError("A span can't end before it starts.")
        self._inside(a, b)
        return _in_parts(lambda one, other: self._open_until_many(other) - self._open_until_many(one), a, b)

    def add_many(self, starts: Micros, durations: Micros) -> Micros:
        """The earliest ``t >= start`` with so much open time since ``start``, for each: int64 microseconds, all of them.

        Raises ``NegativeDurationError``, and ``OutsideHorizonError`` for a start that lies outside, or a duration that
        isn't used up before the end of what is compiled.
        """
        import numpy as np

        starts, durations = np.broadcast_arrays(_int64(starts), _int64(durations))
        if (durations < 0).any():
            raise NegativeDurationError("Can't add a negative duration.")
        self._inside(starts)
        return _in_parts(self._reach_many, starts, durations)

    @cached_property
    def _arrays(self) -> tuple[Micros, Micros, Finder, Finder]:
        """Closes and sums, behind a first interval of no length for instants that no opening precedes; and how to find
        the interval that an instant, or an amount, falls to."""
        import numpy as np

        first, end = _micros(self.starts), _micros(self.ends)
        opens, closes, sums = (np.array(column, dtype=np.int64) for column in (self.opens, self.closes, self.sums))
        total = int(sums[-1]) if len(sums) else 0
        head = np.zeros(1, dtype=np.int64)
        sums = np.concatenate([head, sums])
        return (
            np.concatenate([head + first, closes]), sums,
            Finder.of(opens, first, end, "right"), Finder.of(sums, 0, total, "left"),
        )  # fmt: skip

    def _open_until_many(self, at: Micros) -> Micros:
        import numpy as np

        closes, sums, opened_by, _ = self._arrays
        index = opened_by(at)
        left: Micros = closes[index]
        left -= at
        np.maximum(left, 0, out=left)
        opened: Micros = sums[index]
        opened -= left
        return opened

    def _reach_many(self, starts: Micros, durations: Micros) -> Micros:
        import numpy as np

        closes, sums, _, reaching = self._arrays
        amounts = self._open_until_many(starts)
        amounts += durations
        if amounts.max(initial=0) > sums[-1]:
            worst = int(np.argmax(amounts))
            raise OutsideHorizonError(
                f"{_said(starts[worst])} and {timedelta(microseconds=int(durations[worst]))} of business time go beyond "
                f"{EPOCH + self.ends}, the end of what is compiled."
            )
        index = reaching(amounts)
        reached: Micros = closes[index]
        reached -= sums[index]
        reached += amounts
        np.copyto(reached, starts, where=durations == 0)
        return reached

    def _inside(self, *columns: Micros) -> None:
        first, end = _micros(self.starts), _micros(self.ends)
        for column in columns:
            for worst in (column.min(initial=first), column.max(initial=first)):
                if not first <= worst < end:
                    raise OutsideHorizonError(
                        f"{_said(worst)} is outside what is compiled: {EPOCH + self.starts} to {EPOCH + self.ends}."
                    )


@dataclass(frozen=True)
class Finder:
    """numpy.searchsorted on edges that lie evenly, several times as fast: where each stretch of 2**35 µs (nine and a half
    hours) begins among the edges is known, and from there it is a step or two."""

    edges: Micros
    before: Micros  # edges that lie before each stretch
    first: int
    steps: int  # edges in the fullest stretch
    side: Literal["left", "right"]

    @classmethod
    def of(cls, edges: Micros, first: int, end: int, side: Literal["left", "right"]) -> Finder:
        """For values in ``[first, end]``."""
        import numpy as np

        stretches = np.arange(first >> _STRETCH, (end >> _STRETCH) + 2, dtype=np.int64)
        before = np.searchsorted(edges, stretches << _STRETCH, side="left").astype(np.int64)
        beyond = np.full(1, np.iinfo(np.int64).max)
        return cls(np.concatenate([edges, beyond]), before, int(stretches[0]), int(np.diff(before).max()), side)

    def __call__(self, values: Micros) -> Micros:
        import numpy as np

        if self.steps > _MOST_STEPS:
            return np.searchsorted(self.edges, values, side=self.side)
        index: Micros = self.before[(values >> _STRETCH) - self.first]
        passes = np.less_equal if self.side == "right" else np.less
        for _step in range(self.steps):
            index += passes(self.edges[index], values)
        return index


def _micros(since: timedelta) -> int:
    return (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds


def _said(micros: Any) -> str:
    """An instant of an array, or its number where no datetime reaches."""
    try:
        return str(EPOCH + timedelta(microseconds=int(micros)))
    except OverflowError:
        return f"{micros} µs since 1970"


def _int64(values: Any) -> Micros:
    """Integers as they are; anything else would lose microseconds, or isn't a number."""
    import numpy as np

    found = np.asarray(values)
    if found.dtype.kind not in "iu" and found.size:
        raise CalendarError(f"Instants and durations are int64 microseconds, not {found.dtype}.")
    return found.astype(np.int64, copy=False)


def _in_parts(work: Callable[..., Micros], *columns: Micros) -> Micros:
    """The same, a few thousand rows at a time."""
    import numpy as np

    flat: Sequence[Micros] = [column.reshape(-1) for column in columns]
    out = np.empty(flat[0].shape, dtype=np.int64)
    for first in range(0, len(out), _ROWS):
        out[first : first + _ROWS] = work(*(column[first : first + _ROWS] for column in flat))
    return out.reshape(columns[0].shape)
