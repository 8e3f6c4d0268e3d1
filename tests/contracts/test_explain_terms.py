"""`explain_terms`: for each term its value, the clause that won and those that gave way."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common import tenancy
from contracts.models import Contract
from contracts.terms import REGISTRY
from tests.contracts.writing import bound

HIGH = "slo.first_response.high"


def said(*words: str) -> str:
    out = StringIO()
    call_command("explain_terms", *words, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def clauses(cast: Any) -> None:
    bound(cast.northwind_contract, {HIGH: "45"}, title="Order")
    bound(cast.northwind_contract, {HIGH: "90"}, kind="guide", title="Guide", effective_on=date(2026, 5, 1))


def test_every_term_has_a_line_with_its_origin(cast: Any) -> None:
    lines = said("NW-2026", "--on", "2026-11-18").splitlines()
    assert lines[0] == "NW NW-2026, 2026-11-18"
    assert f"{HIGH} = 45 (business_minutes) · Order, 1, §4.2, 2026-01-01" in lines
    assert "    not 90: Guide, 1, §4.2, 2026-05-01, outranked" in lines
    assert "slo.first_response.low = 1080 (business_minutes) · default, no clause" in lines
    assert len([line for line in lines[1:] if not line.startswith(" ")]) == len(REGISTRY)


def test_as_json_it_says_the_same(cast: Any) -> None:
    facts = json.loads(said("NW/NW-2026", "--on", "2026-11-18", "--json"))
    (high,) = [one for one in facts["terms"] if one["key"] == HIGH]
    assert (high["value"], high["clause"]["document"], high["gave_way"][0]["why"]) == (45, "Order", "outranked")
    assert facts["on"] == "2026-11-18"


def test_a_conflict_is_said_and_not_guessed(cast: Any) -> None:
    with tenancy.everyone():
        draft = Contract.objects.create(organization=cast.northwind, reference="NW-2027", starts_on=date(2027, 1, 1))
    bound(draft, {HIGH: "45"}, title="A")
    bound(draft, {HIGH: "50"}, title="B")
    assert f"{HIGH} = NOT SETTLED (business_minutes) · conflict" in said("NW-2027", "--on", "2026-11-18")


def test_an_unknown_or_ambiguous_contract_is_refused_in_words(cast: Any) -> None:
    with pytest.raises(CommandError, match="no contract NW-1999"):
        said("NW-1999")
    with tenancy.everyone():
        Contract.objects.create(organization=cast.globex, reference="NW-2026", starts_on=date(2027, 1, 1))
    with pytest.raises(CommandError, match="Several clients have a contract NW-2026: write CLIENT/NW-2026"):
        said("NW-2026")
