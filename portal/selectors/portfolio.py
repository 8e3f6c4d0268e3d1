"""An account manager's clients: hours, promises kept, what burns, what renews."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from accounts.models import User
from contracts.models import Contract
from escalation.models import Escalation
from slo.clock import Verdict
from slo.models import Clock
from tickets.models import Ticket

from .home import Hours, awaiting_minutes, hours_line

WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """One contract of one client. Attainment counts verdicts of the last 90 days; void ones are apart."""

    contract: Contract
    hours: Hours
    met: int
    missed: int
    void: int
    open_tickets: int
    escalations: int

    @property
    def attainment(self) -> int | None:
        """Whole percent of judged promises that were kept; None when none was judged."""
        judged = self.met + self.missed
        return round(100 * self.met / judged) if judged else None


def lines(user: User, now: datetime) -> list[Line]:
    """One line a contract, historical clients apart; six queries, however many."""
    contracts = list(
        Contract.objects.visible_to(user)
        .exclude(status=Contract.Status.DRAFT)
        .filter(organization__is_historical=False)
        .select_related("organization", "hours")
        .order_by("organization__name", "reference")
    )
    awaiting = awaiting_minutes(user, contracts)
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
    work = Ticket.objects.visible_to(user).open().filter(contract__in=contracts)
    tickets = dict(work.order_by().values_list("contract_id").annotate(n=Count("pk")))
    burning = Escalation.objects.visible_to(user).filter(closed_at__isnull=True, ticket__contract__in=contracts)
    escalations = dict(burning.order_by().values_list("ticket__contract_id").annotate(n=Count("pk")))
    return [
        Line(
            contract=one,
            hours=hours_line(one, getattr(one, "hours", None), awaiting.get(one.pk, 0)),
            met=verdicts[one.pk, Verdict.MET],
            missed=verdicts[one.pk, Verdict.MISSED],
            void=verdicts[one.pk, Verdict.VOID],
            open_tickets=tickets.get(one.pk, 0),
            escalations=escalations.get(one.pk, 0),
        )
        for one in contracts
    ]
