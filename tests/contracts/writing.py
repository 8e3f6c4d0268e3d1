"""Documents that bind, for tests that begin with one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from common import tenancy
from contracts.models import AgreementDocument, Clause, ClauseTerm, Contract


def bound(
    contract: Contract,
    terms: Mapping[str, str],
    *,
    kind: str = "order",
    title: str = "",
    edition: str = "1",
    effective_on: date = date(2026, 1, 1),
    number: str = "4.2",
    text: str = "So it is *written*.",
    translation: str = "",
    **more: Any,
) -> Clause:
    """A document with one clause, published or signed, whatever its date: as if it had been there all along."""
    mine = {"organization_id": contract.organization_id}
    with tenancy.everyone():
        count = AgreementDocument.objects.filter(contract=contract).count() + 1
        document = AgreementDocument.objects.create(
            **mine, **{
                "contract": contract, "kind": kind, "title": title or f"{kind.title()} {count}", "edition": edition,
                "effective_on": effective_on, "series": f"{kind}-{count}", **more,
            },
        )  # fmt: skip
        clause = Clause.objects.create(**mine, document=document, number=number, text=text, translation=translation)
        for key, value in terms.items():
            ClauseTerm.objects.create(**mine, clause=clause, key=key, value=value)
        status = "signed" if kind in ("msa", "order", "amendment") else "published"
        AgreementDocument.objects.filter(pk=document.pk).update(status=status, published_at=timezone.now())
        document.refresh_from_db(fields=["status", "published_at"])
    return clause
