"""What a page says of each objective, and which of a ticket's clocks speaks for it where there is room for one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy

from slo.clock import Verdict
from slo.fold import Reason
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION

RECEIPT = {
    FIRST_RESPONSE: gettext_lazy("Receipt: first answer"),
    NEXT_RESPONSE: gettext_lazy("Receipt: next answer"),
    RESOLUTION: gettext_lazy("Receipt: resolution"),
}
HEADS = {
    FIRST_RESPONSE: gettext_lazy("First answers"),
    NEXT_RESPONSE: gettext_lazy("Next answers"),
    RESOLUTION: gettext_lazy("Resolutions"),
}
LEFT = {NEXT_RESPONSE: gettext_lazy("to answer"), RESOLUTION: gettext_lazy("to resolve")}  # beside what is left
STARTED = {
    FIRST_RESPONSE: gettext_lazy("Submitted: the clock starts"),
    NEXT_RESPONSE: gettext_lazy("The client asks: the clock starts"),
    RESOLUTION: gettext_lazy("Submitted: the clock starts"),
}
GOES_ON = gettext_lazy("Reopened: the clock goes on with what was left")
STOPPED = {
    FIRST_RESPONSE: gettext_lazy("Answered by %(who)s: the clock stops"),
    NEXT_RESPONSE: gettext_lazy("Answered by %(who)s: the clock stops"),
    RESOLUTION: gettext_lazy("Resolved by %(who)s: the clock stops"),
}
MET = {RESOLUTION: gettext_lazy("Met, resolved %(when)s")}
MISSED = {RESOLUTION: gettext_lazy("Missed: due %(due)s, resolved %(when)s")}
WARNING = {
    FIRST_RESPONSE: gettext_lazy("The first answer is due soon"),
    NEXT_RESPONSE: gettext_lazy("The next answer is due soon"),
    RESOLUTION: gettext_lazy("The resolution is due soon"),
}
BREACH = {
    FIRST_RESPONSE: gettext_lazy("The first answer is late"),
    NEXT_RESPONSE: gettext_lazy("The next answer is late"),
    RESOLUTION: gettext_lazy("The resolution is late"),
}
MOVED = {
    FIRST_RESPONSE: gettext_lazy("The first answer’s due time moved: its agreement or its calendar changed"),
    NEXT_RESPONSE: gettext_lazy("The next answer’s due time moved: its agreement or its calendar changed"),
    RESOLUTION: gettext_lazy("The resolution’s due time moved: its agreement or its calendar changed"),
}
PAUSED = {
    FIRST_RESPONSE: gettext_lazy("The first answer’s clock pauses until %(when)s at the latest: %(why)s"),
    NEXT_RESPONSE: gettext_lazy("The next answer’s clock pauses until %(when)s at the latest: %(why)s"),
    RESOLUTION: gettext_lazy("The resolution’s clock pauses until %(when)s at the latest: %(why)s"),
}
RESUMED = {
    FIRST_RESPONSE: gettext_lazy("The first answer’s clock goes on"),
    NEXT_RESPONSE: gettext_lazy("The next answer’s clock goes on"),
    RESOLUTION: gettext_lazy("The resolution’s clock goes on"),
}
BY_OBJECTIVE = {
    "clock.warning": WARNING, "clock.breach": BREACH, "clock.paused": PAUSED, "clock.resumed": RESUMED,
    "ticket.promise_moved": MOVED,
}  # fmt: skip
REASONS = {
    Reason.CLIENT: gettext_lazy("we wait for the client’s answer"),
    Reason.ACCESS: gettext_lazy("we wait for an access or a permission"),
    Reason.DECISION: gettext_lazy("we wait for a decision of the client’s"),
    Reason.CHECK: gettext_lazy("the client tries what we did"),
    Reason.THIRD_PARTY: gettext_lazy("we wait for a third party"),
}
LAST = datetime.max.replace(tzinfo=UTC)


def leading(clocks: Iterable[Clock]) -> Clock | None:
    """The promise that is owed soonest, one that pauses after all others; the first answer's when nothing is owed any more."""
    every = list(clocks)
    owed = [one for one in every if one.stopped_at is None and one.verdict != Verdict.VOID]
    if owed:
        return min(owed, key=lambda one: (one.due_at or LAST, one.pk))
    return min(every, key=lambda one: (one.objective != FIRST_RESPONSE, -one.pk), default=None)
