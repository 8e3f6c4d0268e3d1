"""Promises of a first answer: kept, broken and withdrawn, by contract, by month, by priority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import User
from contracts.models import Contract
from slo.clock import Verdict
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE
from tickets.priority import Priority

WINDOW = timedelta(days=90)
FIRST = Q(objective=FIRST_RESPONSE)  # further promises of a contract are not mixed into the rate of first answers
FEW = 10  # judged promises below which a percentage would say more than is known


@dataclass(frozen=True)
class Score:
    """Promises of a first answer: kept, broken, and those withdrawn, which are counted apart."""

    met: int = 0
    missed: int = 0
    void: int = 0

    @property
    def judged(self) -> int:
        """Kept or broken."""
        return self.met + self.missed

    @property
    def attainment(self) -> float | None:
        """Percent of judged promises that were kept, cut to one decimal: only all of them are 100. None when none was judged."""
        return (1000 * self.met // self.judged) / 10 if self.judged else None

    @property
    def is_telling(self) -> bool:
        """Whether there are enough of them for a percentage."""
        return self.judged >= FEW

    def __add__(self, other: Score) -> Score:
        return Score(self.met + other.met, self.missed + other.missed, self.void + other.void)


@dataclass(frozen=True)
class Month:
    """A month's scores by priority, in the order of `Priority`, and all together."""

    first: date
    scores: list[Score]

    @property
    def whole(self) -> Score:
        """All priorities."""
        return added(self.scores)


def added(scores: Iterable[Score]) -> Score:
    """Their sum."""
    return sum(scores, Score())


def by_client(user: User, contracts: Sequence[Contract], now: datetime) -> dict[int, Score]:
    """Organization id → the verdicts of the last 90 days under these contracts; one query."""
    verdicts = Counter(
        {
            (row["organization_id"], row["verdict"]): row["n"]
            for row in Clock.objects.visible_to(user)
            .filter(FIRST, contract_ref__in=[one.pk for one in contracts], judged_at__gte=now - WINDOW)
            .order_by()
            .values("organization_id", "verdict")
            .annotate(n=Count("pk"))
        }
    )
    return {pk: _score(verdicts, pk) for pk in {one.organization_id for one in contracts}}


def by_month(user: User, contract: Contract, now: datetime, months: int = 6) -> list[Month]:
    """The last months, newest first, each by priority; months without a verdict are there too. One query."""
    house = timezone.get_default_timezone()
    firsts = _firsts(timezone.localtime(now, house).date(), months)
    since = timezone.make_aware(datetime.combine(firsts[-1], datetime.min.time()), house)
    verdicts = Counter(
        {
            (row["month"].date(), row["priority"], row["verdict"]): row["n"]
            for row in Clock.objects.visible_to(user)
            .filter(FIRST, organization_id=contract.organization_id, contract_ref=contract.pk, judged_at__gte=since)
            .order_by()
            .values("priority", "verdict", month=TruncMonth("judged_at", tzinfo=house))
            .annotate(n=Count("pk"))
        }
    )
    return [Month(first, [_score(verdicts, first, one.value) for one in Priority]) for first in firsts]


def _score(verdicts: Counter[Any], *of: object) -> Score:
    return Score(*(verdicts[(*of, one)] for one in (Verdict.MET, Verdict.MISSED, Verdict.VOID)))


def _firsts(today: date, months: int) -> list[date]:
    first, found = today.replace(day=1), []
    for _month in range(months):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found
