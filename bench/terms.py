"""What effective terms cost: decided anew from rows that are read anew, and looked up when a ticket is opened.

Beside each figure stands a plain round trip to the same database in the same minute.
"""

from __future__ import annotations

import argparse
import os
from datetime import date

from bench._figures import empty, manage, median, report

TODAY = date(2026, 11, 18)


def main() -> None:
    """Seed one contract, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--clauses", type=int, default=200)
    parser.add_argument("--runs", type=int, default=51)
    options = parser.parse_args()
    os.environ["DATABASE_ROLE"] = "worker"
    manage("migrate", "--verbosity=0", "--skip-checks")
    import django

    django.setup()
    empty()
    measure(options.documents, options.clauses, options.runs)


def measure(documents: int, clauses: int, runs: int) -> None:
    """The three figures."""
    from django.db import connection

    from common import tenancy
    from contracts import agreement
    from contracts.selectors import effective_terms

    with tenancy.engine():
        contract = seed(documents, clauses)

        def ping() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

        def uncached() -> None:
            agreement._remembered.cache_clear()
            effective_terms(contract, TODAY)

        floor = median(ping, runs)
        for figure, work in (
            ("effective_terms", uncached),
            ("effective_terms_known", lambda: effective_terms(contract, TODAY)),
        ):
            spent = median(work, runs)
            report(
                "terms", f"{figure}_{documents}_documents_{clauses}_clauses", spent, "ms", runs, beside="round trip",
                beside_value=round(floor, 2), ratio=round(spent / floor, 1),
            )  # fmt: skip


def seed(documents: int, clauses: int):  # type: ignore[no-untyped-def] # Django is set up by then
    """A contract whose documents, every third an amendment, set every term of the registry over and over."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import Organization
    from contracts.models import AgreementDocument, Clause, ClauseTerm, Contract
    from contracts.precedence import KINDS
    from contracts.terms import NUMBERS, REGISTRY, Kind

    mine = {"organization": Organization.objects.create(name="Bench", key="BENCH")}
    contract = Contract.objects.create(**mine, reference="BENCH", starts_on=date(2026, 1, 1))
    made = []
    for number in range(documents):
        amends = made[-1] if number % 3 == 2 and made else None
        made.append(
            AgreementDocument.objects.create(
                **mine, contract=contract, title=f"Document {number}", series=f"d{number}", amends=amends,
                kind="amendment" if amends else KINDS[number % len(KINDS)], effective_on=date(2026, 1, 1) + timedelta(days=number),
            )
        )  # fmt: skip
        if amends:
            made.pop()  # amendments amend documents
    rows = list(AgreementDocument.objects.filter(contract=contract).order_by("pk"))
    writable = [term for term in REGISTRY.values() if term.kind in NUMBERS or term.kind is Kind.BOOLEAN]
    for number in range(clauses):
        term = writable[number % len(writable)]
        clause = Clause.objects.create(**mine, document=rows[number % len(rows)], number=str(number), text="So it is.")
        value = str(term.least + number % 5) if term.kind in NUMBERS else "yes"
        ClauseTerm.objects.create(**mine, clause=clause, key=term.key, value=value)
    AgreementDocument.objects.filter(contract=contract).update(status="published", published_at=timezone.now())
    return contract


if __name__ == "__main__":
    main()
