"""A contract's agreement, read from its rows: what `contracts.precedence` decides on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from common.prepared import Parameter, Prepared
from contracts.models import AgreementDocument, ClauseTerm, Contract, Disposition
from contracts.precedence import Agreement, Edition, Effective, Order, Setting

# Enough for every live contract of a large house; a published edition never changes, so nothing here can go stale.
REMEMBERED = 2_000
DAYS = 400
Rows = tuple[tuple[Any, ...], ...]


def agreement_of(contract: Contract) -> Agreement:
    """The contract's binding documents of all dates. One query for the edition set; a second one for clauses not yet read.

    What is read is remembered by the edition set itself (each document's id and the instant of its publication, and where an
    amendment was dropped): publishing makes another set, so there is nothing to invalidate.
    """
    editions = tuple(_editions(organization_id=contract.organization_id, contract_id=contract.pk))
    return _remembered(contract.organization_id, contract.pk, editions, contract.order(), contract.tier)


def _binding() -> QuerySet[AgreementDocument, tuple[Any, ...]]:
    client = Parameter("organization_id")
    dropped = Disposition.objects.filter(
        organization_id=client, amendment=OuterRef("pk"), verdict=Disposition.Verdict.DROPPED
    ).exclude(document__status=AgreementDocument.Status.DRAFT)
    return (
        AgreementDocument.objects.filter(organization_id=client, contract=Parameter("contract_id"))
        .binding()
        .annotate(
            shared=Coalesce(F("amends__series"), F("series")),
            amended=F("amends__kind"),
            dropped_on=Subquery(dropped.order_by("document__effective_on").values("document__effective_on")[:1]),
        )
        .order_by("pk")
        .values_list(
            "pk", "title", "kind", "edition", "effective_on", "shared", "amended", "dropped_on", "published_at"
        )
    )


_editions = Prepared(_binding)


@lru_cache(maxsize=REMEMBERED)
def _remembered(organization_id: int, contract_id: int, rows: Rows, order: Order, tier: str) -> _RememberedAgreement:
    editions = {
        pk: Edition(pk, title, kind, label, day, series, amends or "", dropped)
        for pk, title, kind, label, day, series, amends, dropped, _published_at in rows
    }
    found = ClauseTerm.objects.filter(
        organization_id=organization_id, clause__document__contract_id=contract_id, clause__document__in=editions
    ).values_list("key", "value", "clause_id", "clause__number", "clause__document_id")
    settings = [Setting(key, text, clause, number, editions[document]) for key, text, clause, number, document in found]
    return _RememberedAgreement(tuple(editions.values()), tuple(settings), order, tier)


class _RememberedAgreement(Agreement):
    """Decides each day once."""

    @cached_property
    def _days(self) -> dict[date, Mapping[str, Effective]]:
        return {}

    def on(self, day: date) -> Mapping[str, Effective]:
        if day not in self._days:
            if len(self._days) >= DAYS:
                self._days.clear()
            self._days[day] = super().on(day)
        return self._days[day]
