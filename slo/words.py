"""What verdicts, steps, objectives and weeks are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import fetching

from . import ics
from .clock import StepName, Verdict
from .excusal import Standing
from .fold import Kind
from .objectives import FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION
from .week import read_holiday

VERDICT = {
    Verdict.RUNNING: gettext_lazy("running"),
    Verdict.MET: gettext_lazy("met"),
    Verdict.MISSED: gettext_lazy("missed"),
    Verdict.VOID: gettext_lazy("void"),
}
STEP = {StepName.WARNING: gettext_lazy("warning"), StepName.BREACH: gettext_lazy("breach")}
OBJECTIVE = {
    FIRST_RESPONSE: gettext_lazy("First answer"),
    NEXT_RESPONSE: gettext_lazy("Next answer"),
    RESOLUTION: gettext_lazy("Resolution"),
}
KIND = {
    Kind.STARTED: gettext_lazy("started"),
    Kind.CARRIED: gettext_lazy("carried over"),
    Kind.PAUSED: gettext_lazy("paused"),
    Kind.RESUMED: gettext_lazy("resumed"),
    Kind.RETARGETED: gettext_lazy("promised anew"),
    Kind.CALENDAR_MOVED: gettext_lazy("moved to another calendar or edition"),
    Kind.MISSED: gettext_lazy("missed"),
    Kind.STOPPED: gettext_lazy("stopped"),
    Kind.VOIDED: gettext_lazy("made void"),
    Kind.EXCUSAL_PROPOSED: gettext_lazy("excusal proposed"),
    Kind.EXCUSAL_DECLINED: gettext_lazy("excusal declined"),
    Kind.EXCUSAL_WITHDRAWN: gettext_lazy("excusal withdrawn"),
    Kind.EXCUSED: gettext_lazy("excused"),
}
EXCUSAL = {
    Standing.ASKS_CLIENT: gettext_lazy("waits for the client’s agreement"),
    Standing.ASKS_VALIANTYS: gettext_lazy("waits for Valiantys’s agreement"),
    Standing.AGREED: gettext_lazy("excused"),
    Standing.DECLINED: gettext_lazy("declined"),
    Standing.WITHDRAWN: gettext_lazy("withdrawn"),
}
CALENDAR_EVENT = {
    "feed.followed": gettext_lazy("feed followed"),
    "feed.moved": gettext_lazy("feed moved to another address"),
    "feed.dropped": gettext_lazy("feed followed no more"),
}
PRIORITY = {
    "critical": gettext_lazy("Critical"),
    "high": gettext_lazy("High"),
    "medium": gettext_lazy("Medium"),
    "low": gettext_lazy("Low"),
}


def week(weekly: Mapping[str, Sequence[Sequence[str]]]) -> list[str]:
    """Weekly windows as people write them, days of equal hours together: "Monday to Friday, 09:00–18:00"."""
    spans: list[tuple[int, int, str]] = []
    for day in range(7):
        windows = hours(weekly.get(str(day), []))
        if windows and spans and spans[-1][1] == day - 1 and spans[-1][2] == windows:
            spans[-1] = (spans[-1][0], day, windows)
        elif windows:
            spans.append((day, day, windows))
    if spans == [(0, 6, "00:00–24:00")]:
        return [_("every day, around the clock")]
    return [
        _("%(first)s to %(last)s, %(windows)s") % {"first": WEEKDAYS[a], "last": WEEKDAYS[b], "windows": windows}
        if a != b else f"{WEEKDAYS[a]}, {windows}"
        for a, b, windows in spans
    ]  # fmt: skip


def hours(windows: Sequence[Sequence[str]]) -> str:
    """Windows of one day: "09:00–12:00, 14:00–18:00"."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in windows)


def holiday(value: Any) -> str:
    """A stored holiday in words: its name, and the hours of a half day."""
    name, windows = read_holiday(value)
    return _("%(name)s, open %(hours)s") % {"name": name, "hours": hours(windows)} if windows else name


FAILURE = {
    **fetching.WHY,
    **ics.WHY,
    "refused": gettext_lazy("With these days the calendar would never open again."),
}


def failure(code: str) -> str:
    """Why a feed brought nothing, in the reader's language."""
    return str(FAILURE.get(code, code))
