"""Why each term of a contract is what it is, on a day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import tenancy
from contracts.models import Contract
from contracts.precedence import Effective, Setting
from contracts.selectors import day_of, effective_terms


class Command(BaseCommand):
    """Value, clause and losers of every term."""

    help = "Prints each effective term of a contract with the clause that won and those that gave way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "contract", metavar="CONTRACT", help="its reference, as NW-2026; CLIENT/REFERENCE where two clients use one"
        )
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="DATE", help="a day, as 2026-11-23; today unless given"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines to read")

    def handle(self, contract: str, on: date | None, **options: Any) -> None:
        with tenancy.everyone() as now:
            found = self._contract(contract)
            day = on or day_of(now)
            terms = effective_terms(found, day)
        if options["json"]:
            said = {
                "contract": found.reference,
                "on": day.isoformat(),
                "terms": [_facts(one) for one in terms.values()],
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{found.organization.key} {found.reference}, {day.isoformat()}")
        for one in terms.values():
            self._explain(one)

    def _contract(self, name: str) -> Contract:
        key, _slash, reference = name.rpartition("/")
        found = Contract.objects.select_related("organization").filter(reference=reference)
        if key:
            found = found.filter(organization__key=key)
        try:
            return found.get()
        except Contract.DoesNotExist as error:
            raise CommandError(f"There is no contract {name}.") from error
        except Contract.MultipleObjectsReturned as error:
            raise CommandError(f"Several clients have a contract {name}: write CLIENT/{reference}.") from error

    def _explain(self, one: Effective) -> None:
        value = "NOT SETTLED" if one.settled is None else str(one.settled) or "as set with the contract"
        origin = _words(one.winner) if one.winner else "default, no clause"
        self.stdout.write(
            f"{one.term.key} = {value} ({one.term.kind.value}) · {origin if not one.conflict else 'conflict'}"
        )
        for setting in one.conflict:
            self.stdout.write(f"    {setting.text}: {_words(setting)}")
        for lost in one.losers:
            self.stdout.write(f"    not {lost.setting.text}: {_words(lost.setting)}, {lost.why.value}")


def _words(setting: Setting) -> str:
    return f"{setting.document}, {setting.edition}, §{setting.clause}, {setting.effective_on.isoformat()}"


def _facts(one: Effective) -> dict[str, Any]:
    return {
        "key": one.term.key, "unit": one.term.kind.value, "value": one.settled,
        "clause": _clause(one.winner) if one.winner else None,
        "gave_way": [{**_clause(lost.setting), "why": lost.why.value} for lost in one.losers],
        "conflict": [_clause(setting) for setting in one.conflict],
    }  # fmt: skip


def _clause(setting: Setting) -> dict[str, str]:
    return {
        "document": setting.document, "kind": setting.kind, "edition": setting.edition, "clause": setting.clause,
        "effective_on": setting.effective_on.isoformat(), "text": setting.text,
    }  # fmt: skip
