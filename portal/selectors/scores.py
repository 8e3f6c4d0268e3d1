"""Promises of an answer by what they count as (slo/attainment.py): by client, by month and priority, of one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from contracts.models import Contract
from slo.attainment import Counted, Outcome, Score, counted
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE
from tickets.models import Contest, Ticket, TicketClock
from tickets.priority import Priority

WINDOW = timedelta(days=90)
FIRST = Q(objective=FIRST_RESPONSE)  # further promises of a contract are not mixed into the rate of first answers


@dataclass(frozen=True)
class Piece:
    """So many promises of one kind: whose, judged when, of which priority."""

    organization_id: int
    month: date
    priority: str
    counted: Counted | None
    n: int = 0
    contested: int = 0


@dataclass(frozen=True)
class Month:
    """A month's scores by priority, in the order of `Priority`, and all together."""

    first: date
    scores: list[Score]
    url: str = ""  # the requests behind them

    @property
    def whole(self) -> Score:
        """All priorities."""
        return added(self.scores)


def added(scores: Iterable[Score]) -> Score:
    """Their sum."""
    return sum(scores, Score())


def by_client(user: User, contracts: Sequence[Contract], now: datetime) -> dict[int, Score]:
    """Organization id → how the promises of the last 90 days under these contracts count; one query."""
    found = {one.organization_id: Score() for one in contracts}
    for piece in pieces(user, contracts, now - WINDOW, by_month=False):
        found[piece.organization_id] = found[piece.organization_id].plus(piece.counted, piece.n, piece.contested)
    return found


def by_month(user: User, contract: Contract, now: datetime, months: int = 6) -> list[Month]:
    """The last months, newest first, each by priority; months without a verdict are there too. One query."""
    house = timezone.get_default_timezone()
    firsts = _firsts(timezone.localtime(now, house).date(), months)
    cells = {(first, one.value): Score() for first in firsts for one in Priority}
    for piece in pieces(user, [contract], beginning(firsts[-1])):
        cell = (piece.month, piece.priority)
        if cell in cells:
            cells[cell] = cells[cell].plus(piece.counted, piece.n, piece.contested)
    page = reverse("portal:answers", args=[contract.organization.key])
    return [
        Month(
            first, [cells[(first, one.value)] for one in Priority],
            f"{page}?{urlencode({'contract': contract.reference, 'month': f'{first:%Y-%m}'})}",
        )
        for first in firsts
    ]  # fmt: skip


def pieces(user: User, contracts: Sequence[Contract], since: datetime, *, by_month: bool = True) -> Iterator[Piece]:
    """What counts as what since an instant: verdicts by when they were judged, what isn't covered by when it was opened, with
    what contests change of it: an open one is said beside how its promise stands, a conceded one counts as not kept, once."""
    for row in _counts(user, contracts, since, by_month=by_month):
        organization_id, priority, verdict, excusal, outcome, month, n = row
        place = (organization_id, month.date() if month else date.min, priority)
        stands = counted(verdict or None, excusal=excusal)
        if outcome is None:
            yield Piece(*place, stands, n)
        elif outcome == Outcome.OPEN:
            yield Piece(*place, None, 0, n)
        elif (conceded := counted(verdict or None, excusal=excusal, conceded=True)) is not stands:
            yield Piece(*place, stands, -n)
            yield Piece(*place, conceded, n)


def _counts(user: User, contracts: Sequence[Contract], since: datetime, *, by_month: bool) -> Iterable[tuple[Any, ...]]:
    """Three lists in one query: verdicts (slo_clock by contract), what isn't covered, and what is contested."""
    whose = {"organization_id__in": {one.organization_id for one in contracts}}
    ids = [one.pk for one in contracts]
    names = ("organization_id", "rank", "verdict_", "excusal_", "outcome_", "month")
    nothing, no_outcome = Value("", CharField()), Value(None, CharField())

    def month(at: str) -> Any:
        house = timezone.get_default_timezone()
        return TruncMonth(at, tzinfo=house) if by_month else Value(None, DateTimeField())

    verdicts = Clock.objects.visible_to(user).filter(FIRST, **whose, contract_ref__in=ids, judged_at__gte=since).annotate(
        rank=F("priority"), verdict_=F("verdict"), excusal_=F("excusal"), outcome_=no_outcome,
        month=month("judged_at"),
    )  # fmt: skip
    without = uncovered(user).filter(**whose, contract_id__in=ids, opened_at__gte=since).annotate(
        rank=F("priority"), verdict_=nothing, excusal_=nothing, outcome_=no_outcome,
        month=month("opened_at"),
    )  # fmt: skip
    side = Q(clock__isnull=False) | Q(outcome=Outcome.OPEN) | Q(ticket__channel__in=Ticket.SIDE_CHANNELS)
    contests = (
        Contest.objects.visible_to(user).filter(side, FIRST, **whose).told_apart()
        .annotate(
            rank=Coalesce("clock__priority", "ticket__priority"), verdict_=Coalesce("clock__verdict", nothing),
            excusal_=Coalesce("clock__excusal", nothing), outcome_=F("outcome"),
            at=Case(
                When(clock__isnull=True, then="ticket__opened_at"), default=Coalesce("clock__judged_at", "opened_at")
            ),
        )
        .annotate(month=month("at")).filter(ticket__contract__in=ids, at__gte=since)
    )  # fmt: skip
    rows = [one.order_by().values_list(*names).annotate(n=Count("pk")) for one in (verdicts, without)]
    return rows[0].union(
        rows[1], contests.order_by().values_list(*names).annotate(n=Count("ticket", distinct=True)), all=True
    )


def uncovered(user: User) -> QuerySet[Ticket]:
    """Requests for which no first answer is promised, of the channels that only a clause covers (service guide §5)."""
    clocks = TicketClock.objects.visible_to(user).filter(
        organization_id=OuterRef("organization_id"), ticket=OuterRef("pk")
    )
    return Ticket.objects.visible_to(user).filter(~Exists(clocks), channel__in=Ticket.SIDE_CHANNELS)


def beginning(day: date) -> datetime:
    """A day's first instant, by the house's clocks."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()), timezone.get_default_timezone())


def _firsts(today: date, months: int) -> list[date]:
    first, found = today.replace(day=1), []
    for _month in range(months):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found
