"""What leads and administrators see of the engine: whether it lives, how late it is, and what it put aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from accounts.models import User
from escalation.models import EngineMinute, EngineOutage, Escalation, SetAside
from escalation.selectors import engine_heartbeat
from escalation.services import BEHIND, SILENT
from notifications.models import Delivery
from portal.templatetags.ui import age
from slo.models import Clock

MINUTE, SHOWN = timedelta(minutes=1), 60


@dataclass(frozen=True)
class Bar:
    """A minute: what was fired in it, how many ticks ended, whether one was missed, and where it stands in a drawing of 600 by 80."""

    at: datetime
    fired: int
    ticks: int
    is_silent: bool
    x: int
    y: str
    height: str


@dataclass(frozen=True)
class Pulse:
    """The last sixty minutes that are over or under way, oldest first."""

    bars: Sequence[Bar]
    most: int
    fired: int

    @property
    def busy(self) -> list[Bar]:
        """The minutes in which something was fired, newest first: the drawing as a table."""
        return [bar for bar in reversed(self.bars) if bar.fired]

    @property
    def silent(self) -> int:
        """Minutes in which no tick ended, though one had before."""
        return sum(bar.is_silent for bar in self.bars)


def compose(user: User, now: datetime) -> dict[str, Any]:
    """Everything that the page shows, as it is now and not as the last tick found it: it may be long ago."""
    beat = engine_heartbeat()
    silence = now - beat.seen_at if beat else None
    seen = _pulse(now)
    asides = SetAside.objects.visible_to(user).select_related("organization", "ticket__organization")
    return {
        "beat": beat,
        "stopped": silence is None or silence > SILENT,
        "outage": EngineOutage.objects.filter(ended_at=None).first(),
        "pulse": seen,
        "asides": asides.order_by("retry_at", "id")[:100],
        "figures": _figures(user, now, silence, seen),
        "now": now,
    }


def _figures(user: User, now: datetime, silence: timedelta | None, seen: Pulse) -> list[dict[str, Any]]:
    late = _lag(user, now)
    waiting = Delivery.objects.visible_to(user).filter(next_at__isnull=False)
    outbox = waiting.aggregate(depth=Count("id"), oldest=Min("queued_at"))
    oldest = outbox["oldest"]
    return [
        {
            "label": _("Due and not yet fired, the oldest"),
            "value": age(late) if late else _("nothing"),
            "sub": _("A tick comes every ten seconds, four seconds behind, so that an answer in time can be saved."),
        },
        {
            "label": _("Last tick"),
            "value": _("%(age)s ago") % {"age": age(silence)} if silence is not None else _("never"),
        },
        {"label": _("Fired in the last hour"), "value": seen.fired, "sub": _("warnings and breaches")},
        {
            "label": _("Mails that wait"),
            "value": outbox["depth"],
            "sub": _("the oldest for %(age)s") % {"age": age(now - oldest)} if oldest else "",
        },
    ]


def _lag(user: User, now: datetime) -> timedelta | None:
    """For how long the oldest due clock or escalation has waited for a tick; None when nothing is due."""
    due = [
        model.objects.visible_to(user).due(now - BEHIND).values_list("next_at", flat=True).first()
        for model in (Clock, Escalation)
    ]
    return max((now - BEHIND - at for at in due if at), default=None)


def _pulse(now: datetime) -> Pulse:
    last = now.replace(second=0, microsecond=0)
    first = last - (SHOWN - 1) * MINUTE
    found = {row.at: row for row in EngineMinute.objects.filter(at__lte=last)}  # two hours at most
    began = min(found, default=now)
    counts = []
    for number in range(SHOWN):
        row = found.get(first + number * MINUTE)
        counts.append((row.steps_fired, row.ticks) if row else (0, 0))
    most = max(fired for fired, _ticks in counts)
    bars = []
    for number, (fired, ticks) in enumerate(counts):
        height = max(2.0, 76 * fired / most) if fired else 0
        at = first + number * MINUTE
        bars.append(
            Bar(
                at,
                fired,
                ticks,
                not ticks and began < at < last,
                number * 10 + 1,
                f"{80 - height:.1f}",
                f"{height:.1f}",
            )
        )
    return Pulse(bars, most, sum(fired for fired, _ticks in counts))
