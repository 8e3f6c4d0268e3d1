"""Promises by what they count as (slo/attainment.py), each objective apart: by client, by month and priority, of one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from contracts.models import AgreementDocument, ClauseTerm, Contract
from contracts.precedence import Effective
from slo.attainment import Counted, Outcome, Score, counted
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE, OBJECTIVES, RESOLUTION
from tickets.models import Contest, Ticket, TicketClock
from tickets.priority import Priority

WINDOW = timedelta(days=90)
FURTHER = tuple(
    name for name in OBJECTIVES if name != FIRST_RESPONSE
)  # counted where a contract promises them, each apart
TARGETS = {f"slo.{name}.{one.value}": (name, one.value) for name in FURTHER for one in Priority}
Promised = Mapping[int, frozenset[tuple[str, str]]]  # contract id → (objective, priority), beside the first answer


@dataclass(frozen=True)
class Piece:
    """So many promises of one kind: whose, what, judged when, of which priority."""

    organization_id: int
    objective: str
    month: date
    priority: str
    counted: Counted | None
    n: int = 0
    contested: int = 0


PROMISE = Coalesce(  # a contest's: its clock, or the request that has none
    "clock_id", ExpressionWrapper(-F("ticket_id"), BigIntegerField()), output_field=BigIntegerField()
)
Scores = Mapping[str, Score]  # by objective, the first answer's before the others'


@dataclass(frozen=True)
class Month:
    """A month's scores of first answers by priority, in the order of `Priority`, and all together; `further`: of the other
    objectives."""

    first: date
    scores: list[Score]
    url: str = ""  # the requests behind them
    further: Scores = field(default_factory=dict)

    @property
    def whole(self) -> Score:
        """All priorities."""
        return added(self.scores)


def added(scores: Iterable[Score]) -> Score:
    """Their sum."""
    return sum(scores, Score())


def promised(user: User, contracts: Sequence[Contract]) -> Promised:
    """What the contracts' clauses promise beside the first answer; one query."""
    binding = AgreementDocument.objects.visible_to(user).filter(contract__in=contracts).binding()
    terms = ClauseTerm.objects.visible_to(user).filter(key__in=TARGETS, clause__document__in=binding).exclude(value="0")
    found: dict[int, set[tuple[str, str]]] = {}
    for contract_id, key in terms.values_list("clause__document__contract_id", "key"):
        found.setdefault(contract_id, set()).add(TARGETS[key])
    return {pk: frozenset(mine) for pk, mine in found.items()}


def promised_by(contract: Contract, terms: Mapping[str, Effective]) -> Promised:
    """The same of one contract whose terms in force are read already."""
    return {contract.pk: frozenset(what for key, what in TARGETS.items() if int(terms[key].value))}


def by_client(user: User, contracts: Sequence[Contract], now: datetime) -> dict[int, Scores]:
    """Organization id → how the promises of the last 90 days under these contracts count, by objective; two queries. Objectives
    that nothing promises and nothing counts are left out."""
    agreed = promised(user, contracts)
    found: dict[int, dict[str, Score]] = {}
    for one in contracts:
        mine = found.setdefault(one.organization_id, {FIRST_RESPONSE: Score()})
        mine |= {name: Score() for name in _named(agreed, [one.pk])}
    for piece in pieces(user, contracts, now - WINDOW, agreed, by_month=False):
        found[piece.organization_id][piece.objective] = _plus(found[piece.organization_id], piece)
    return {pk: in_order(mine) for pk, mine in found.items()}


def by_month(user: User, contract: Contract, now: datetime, agreed: Promised, months: int = 6) -> list[Month]:
    """The last months, newest first, each by priority; months without a verdict are there too. One query."""
    house = timezone.get_default_timezone()
    firsts = _firsts(timezone.localtime(now, house).date(), months)
    cells = {(first, one.value): Score() for first in firsts for one in Priority}
    further: dict[date, dict[str, Score]] = {first: {} for first in firsts}
    for piece in pieces(user, [contract], beginning(firsts[-1]), agreed):
        cell = (piece.month, piece.priority)
        if piece.objective == FIRST_RESPONSE and cell in cells:
            cells[cell] = cells[cell].plus(piece.counted, piece.n, piece.contested)
        elif piece.month in further:
            further[piece.month][piece.objective] = _plus(further[piece.month], piece)
    named = set(_named(agreed, [contract.pk])).union(*further.values())
    page = reverse("portal:answers", args=[contract.organization.key])
    return [
        Month(
            first, [cells[(first, one.value)] for one in Priority],
            f"{page}?{urlencode({'contract': contract.reference, 'month': f'{first:%Y-%m}'})}",
            {name: further[first].get(name, Score()) for name in FURTHER if name in named},
        )
        for first in firsts
    ]  # fmt: skip


def by_objective(
    user: User, contracts: Sequence[Contract], since: datetime, agreed: Promised, month: date | None
) -> Scores:
    """The same of one list: since an instant, or of one month. One query."""
    found = {FIRST_RESPONSE: Score()} | {name: Score() for name in _named(agreed, [one.pk for one in contracts])}
    for piece in pieces(user, contracts, since, agreed):
        if month is None or piece.month == month:
            found[piece.objective] = _plus(found, piece)
    return in_order(found)


def in_order(scores: Scores) -> Scores:
    """Of those that there are, the first answer's score before the others'."""
    return {name: scores[name] for name in OBJECTIVES if name in scores}


def _named(agreed: Promised, contract_ids: Iterable[int]) -> set[str]:
    return {name for pk in contract_ids for name, _priority in agreed.get(pk, ())}


def _plus(scores: Scores, piece: Piece) -> Score:
    return scores.get(piece.objective, Score()).plus(piece.counted, piece.n, piece.contested)


def pieces(
    user: User, contracts: Sequence[Contract], since: datetime, agreed: Promised, *, by_month: bool = True
) -> Iterator[Piece]:
    """What counts as what since an instant: verdicts by when they were judged, what isn't covered by when it was opened, with
    what contests change of it: an open one is said beside how its promise stands, a conceded one counts as not kept, once.

    A request that isn't covered is so for its resolution, too, where its contract promises one for its priority.
    """
    for row in _counts(user, contracts, since, by_month=by_month):
        organization_id, contract_id, objective, priority, verdict, excusal, outcome, month, n = row
        place = (organization_id, objective, month.date() if month else date.min, priority)
        stands = counted(verdict or None, excusal=excusal)
        if outcome is None:
            yield Piece(*place, stands, n)
            if stands is Counted.NOT_COVERED and (RESOLUTION, priority) in agreed.get(contract_id, ()):
                yield replace(Piece(*place, stands, n), objective=RESOLUTION)
        elif outcome == Outcome.OPEN:
            yield Piece(*place, None, 0, n)
        elif (conceded := counted(verdict or None, excusal=excusal, conceded=True)) is not stands:
            yield Piece(*place, stands, -n)
            yield Piece(*place, conceded, n)


def _counts(user: User, contracts: Sequence[Contract], since: datetime, *, by_month: bool) -> Iterable[tuple[Any, ...]]:
    """Three lists in one query: verdicts (slo_clock by contract), what isn't covered, and what is contested."""
    whose = {"organization_id__in": {one.organization_id for one in contracts}}
    ids = [one.pk for one in contracts]
    names = ("organization_id", "promised_by", "objective_", "rank", "verdict_", "excusal_", "outcome_", "month")
    nothing, no_outcome = Value("", CharField()), Value(None, CharField())

    def month(at: str) -> Any:
        house = timezone.get_default_timezone()
        return TruncMonth(at, tzinfo=house) if by_month else Value(None, DateTimeField())

    verdicts = Clock.objects.visible_to(user).filter(**whose, contract_ref__in=ids, judged_at__gte=since).annotate(
        promised_by=F("contract_ref"), objective_=F("objective"), rank=F("priority"), verdict_=F("verdict"),
        excusal_=F("excusal"), outcome_=no_outcome, month=month("judged_at"),
    )  # fmt: skip
    without = uncovered(user).filter(**whose, contract_id__in=ids, opened_at__gte=since).annotate(
        promised_by=F("contract_id"), objective_=Value(FIRST_RESPONSE, CharField()), rank=F("priority"), verdict_=nothing,
        excusal_=nothing, outcome_=no_outcome, month=month("opened_at"),
    )  # fmt: skip
    side = Q(clock__isnull=False) | Q(outcome=Outcome.OPEN) | Q(ticket__channel__in=Ticket.SIDE_CHANNELS)
    contests = (
        Contest.objects.visible_to(user).filter(side, **whose).told_apart()
        .annotate(
            promised_by=Coalesce("clock__contract_ref", "ticket__contract_id", output_field=BigIntegerField()),
            objective_=F("objective"), rank=Coalesce("clock__priority", "ticket__priority"),
            verdict_=Coalesce("clock__verdict", nothing), excusal_=Coalesce("clock__excusal", nothing), outcome_=F("outcome"),
            at=Case(
                When(clock__isnull=True, then="ticket__opened_at"), default=Coalesce("clock__judged_at", "opened_at")
            ),
        )
        .annotate(month=month("at")).filter(promised_by__in=ids, at__gte=since)
    )  # fmt: skip
    rows = [one.order_by().values_list(*names).annotate(n=Count("pk")) for one in (verdicts, without)]
    return rows[0].union(
        rows[1], contests.order_by().values_list(*names).annotate(n=Count(PROMISE, distinct=True)), all=True
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
