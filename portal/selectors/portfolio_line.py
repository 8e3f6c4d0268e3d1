"""A client as one line of the portfolio: what its contracts that go on amount to, what it needs, what it is ordered by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from contracts.forecast import Outlook
from contracts.lots import Lot
from contracts.models import Contract
from portal import charts
from portal.objectives import HEADS
from slo.attainment import Score
from slo.objectives import FIRST_RESPONSE

from .hours import Hours
from .scores import Scores

RENEWAL = timedelta(days=60)  # how long before its renewal a contract asks to be looked at
LOW = 10  # percent of hours left from which they are nearly gone


@dataclass(frozen=True)
class Line:
    """One client with all its contracts that aren't drafts; its figures are those of the contracts that go on."""

    organization: Organization
    contracts: list[Contract]
    accounts: list[Hours]
    expiring: list[Lot]
    spark: charts.Spark | None
    scores: Scores
    open_tickets: int
    escalations: int
    today: date

    @property
    def score(self) -> Score:
        """Of first answers."""
        return self.scores[FIRST_RESPONSE]

    @property
    def further(self) -> list[tuple[str, Any, Score]]:
        """Of the other objectives that are promised or counted: name, words, score."""
        return further(self.scores)

    @property
    def contract(self) -> Contract:
        """The one to begin with: the newest that goes on."""
        return self.contracts[0]

    @property
    def onboardings(self) -> list[Contract]:
        """Those whose onboarding goes on, each with `activities` and `activities_done`."""
        return [one for one in self.contracts if one.status != Contract.Status.ENDED and one.activities]  # type: ignore[attr-defined]

    @property
    def is_over(self) -> bool:
        """No contract of this client goes on."""
        return self.contract.status == Contract.Status.ENDED

    @property
    def on_demand(self) -> bool:
        """It has no Reserved Hours: what is worked is billed."""
        return all(one.on_demand for one in self.accounts)

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.accounts)

    @property
    def granted(self) -> int:
        """Minutes of Reserved Hours granted."""
        return self._sum("granted")

    @property
    def used(self) -> int:
        """Of them, used."""
        return self._sum("used")

    @property
    def free(self) -> int:
        """Of them, left."""
        return self._sum("free")

    @property
    def awaiting(self) -> int:
        """Minutes worked that nothing covers."""
        return self._sum("awaiting")

    @property
    def usage(self) -> int:
        """Minutes used on demand."""
        return self._sum("usage")

    @property
    def first_out(self) -> Hours | None:
        """The account that runs out first; without a date, the first that can say anything."""
        told = [one for one in self.accounts if one.forecast]
        order = [Outlook.GONE, Outlook.RUNS_OUT, Outlook.LATER, Outlook.IDLE, Outlook.UNKNOWN]
        return min(told, key=lambda one: (order.index(one.forecast.outlook), one.forecast.on or date.max), default=None)  # type: ignore[union-attr]

    @property
    def low(self) -> bool:
        """Its hours are gone or nearly."""
        return not self.on_demand and 100 * self.free <= LOW * self.granted

    @property
    def runs_out_soon(self) -> bool:
        """At the present pace, within weeks."""
        return any(one.runs_out_soon for one in self.accounts)

    @property
    def expiring_minutes(self) -> int:
        """What is left in lots that are to be used soon."""
        return sum(one.left for one in self.expiring)

    @property
    def renews_on(self) -> date | None:
        """The next renewal of a contract that goes on."""
        return min((one.renews_on for one in self.contracts if one.renews_on and one.status != "ended"), default=None)

    @property
    def renews_soon(self) -> bool:
        """It renews within the next weeks, or should have."""
        return bool(self.renews_on and self.renews_on <= self.today + RENEWAL)

    @property
    def runs_out_on(self) -> date:
        """For ordering: the day of the forecast, today when all is gone, else the end of days."""
        first = self.first_out
        if first is None or first.forecast is None:
            return date.max
        return self.today if first.forecast.outlook == Outlook.GONE else first.forecast.on or date.max


def further(scores: Scores) -> list[tuple[str, Any, Score]]:
    """All but the first answer's, with what each is called."""
    return [(name, HEADS[name], score) for name, score in scores.items() if name != FIRST_RESPONSE]


# What one may be shown alone: name → words, and which lines.
NEEDS: dict[str, tuple[Any, Callable[[Line], bool]]] = {
    "escalations": (_("Open escalations"), lambda line: line.escalations > 0),
    "hours": (_("Hours run out"), lambda line: line.runs_out_soon or line.low),
    "awaiting": (_("Hours await approval"), lambda line: line.awaiting > 0),
    "expiring": (_("Hours to be used soon"), lambda line: bool(line.expiring)),
    "renewal": (_("Renewal soon"), lambda line: line.renews_soon),
}
# What one may order by: name → the key, and whether the largest stands first when it is asked for the first time.
ORDERS: dict[str, tuple[Callable[[Line], Any], bool]] = {
    "client": (lambda line: line.organization.name.casefold(), False),
    "free": (lambda line: (line.on_demand, line.free), False),
    "out": (lambda line: line.runs_out_on, False),
    "expiring": (lambda line: line.expiring_minutes, True),
    "answers": (lambda line: 2.0 if line.score.attainment is None else line.score.attainment / 100, False),
    "open": (lambda line: line.open_tickets, True),
    "escalations": (lambda line: line.escalations, True),
    "renewal": (lambda line: line.renews_on or date.max, False),
}
