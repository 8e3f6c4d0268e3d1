"""An account manager's clients: hours, promises kept, what burns, what renews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from contracts.models import Contract
from escalation.models import Escalation
from slo.clock import Verdict
from slo.models import Clock
from tickets.models import Ticket

from .home import Hours, awaiting_minutes, hours_line
from .onboarding import progress

WINDOW = timedelta(days=90)
RENEWAL = timedelta(days=60)  # how long before its renewal a contract asks to be looked at
LOW = 10  # percent of hours left from which they are nearly gone


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


@dataclass(frozen=True)
class Line:
    """One contract of one client."""

    contract: Contract
    hours: Hours
    score: Score
    open_tickets: int
    escalations: int
    today: date
    onboarding: tuple[int, int] | None = None  # activities done, and of how many, until all are

    @property
    def on_demand(self) -> bool:
        """It has no Reserved Hours: what is worked is billed."""
        return self.contract.plan == Contract.Plan.ON_DEMAND

    @property
    def low(self) -> bool:
        """Its hours are gone or nearly."""
        return not self.on_demand and 100 * self.hours.free <= LOW * self.hours.granted

    @property
    def renews_soon(self) -> bool:
        """It renews within the next weeks, or should have."""
        return bool(self.contract.renews_on and self.contract.renews_on <= self.today + RENEWAL)


@dataclass(frozen=True)
class Portfolio:
    """The lines, what needs somebody first, and their sums."""

    lines: list[Line]
    granted: int
    used: int
    free: int
    usage: int
    awaiting: int
    score: Score
    open_tickets: int
    escalations: int
    clients: int


def portfolio(user: User, now: datetime) -> Portfolio:
    """One line a contract, historical clients apart; seven queries, however many."""
    contracts = list(
        Contract.objects.visible_to(user)
        .exclude(status=Contract.Status.DRAFT)
        .filter(organization__is_historical=False)
        .select_related("organization", "hours")
        .order_by("organization__name", "reference")
    )
    awaiting = awaiting_minutes(user, contracts)
    scores = _scores(user, contracts, now)
    work = Ticket.objects.visible_to(user).open().filter(contract__in=contracts)
    tickets = dict(work.order_by().values_list("contract_id").annotate(n=Count("pk")))
    burning = Escalation.objects.visible_to(user).filter(closed_at__isnull=True, ticket__contract__in=contracts)
    escalations = dict(burning.order_by().values_list("ticket__contract_id").annotate(n=Count("pk")))
    onboarding = progress(user, contracts)
    lines = [
        Line(
            contract=one,
            hours=hours_line(one, getattr(one, "hours", None), awaiting.get(one.pk, 0)),
            score=scores.get(one.pk, Score()),
            open_tickets=tickets.get(one.pk, 0),
            escalations=escalations.get(one.pk, 0),
            today=timezone.localdate(now),
            onboarding=onboarding.get(one.pk),
        )
        for one in contracts
    ]
    return _summed(sorted(lines, key=_first))


def _first(line: Line) -> tuple[bool, ...]:
    """What needs somebody stands on top; otherwise as they came, by name."""
    over = line.contract.status == Contract.Status.ENDED
    return over, not line.escalations, not line.hours.awaiting, not line.low


def _scores(user: User, contracts: Sequence[Contract], now: datetime) -> dict[int, Score]:
    """Contract id → the verdicts of the last 90 days."""
    verdicts = Counter(
        {
            (row["contract_ref"], row["verdict"]): row["n"]
            for row in Clock.objects.visible_to(user)
            .filter(contract_ref__in=[one.pk for one in contracts], judged_at__gte=now - WINDOW)
            .order_by()
            .values("contract_ref", "verdict")
            .annotate(n=Count("pk"))
        }
    )
    return {
        one.pk: Score(verdicts[one.pk, Verdict.MET], verdicts[one.pk, Verdict.MISSED], verdicts[one.pk, Verdict.VOID])
        for one in contracts
    }


def _summed(lines: list[Line]) -> Portfolio:
    reserved = [line.hours for line in lines if not line.on_demand]
    return Portfolio(
        lines=lines,
        granted=sum(one.granted for one in reserved),
        used=sum(one.used for one in reserved),
        free=sum(one.free for one in reserved),
        usage=sum(line.hours.usage for line in lines),
        awaiting=sum(line.hours.awaiting for line in lines),
        score=Score(*(sum(getattr(line.score, name) for line in lines) for name in ("met", "missed", "void"))),
        open_tickets=sum(line.open_tickets for line in lines),
        escalations=sum(line.escalations for line in lines),
        clients=len({line.contract.organization_id for line in lines}),
    )
