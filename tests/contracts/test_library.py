"""Standard documents: drafts are edited, published once, and bind nobody by themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from common import tenancy
from common.errors import Refused
from contracts.models import StandardClause, StandardDocument, StandardEdition, StandardTerm
from contracts.services import library
from tests.tickets.acting import act


@pytest.fixture
def edition(cast: Any) -> StandardEdition:
    """A draft of a policy with one clause that sets one term."""
    policy = act(cast.ada, library.edit, part=StandardDocument(slug="fair-use", kind="policy", title_en="Fair use", title_fr="Usage équitable"))  # fmt: skip
    draft: StandardEdition = act(cast.ada, library.edit, part=StandardEdition(document=policy, label="1", dated_on=date(2027, 1, 1)))  # fmt: skip
    clause = act(
        cast.ada, library.edit, part=StandardClause(edition=draft, number="1", text_en="So.", text_fr="Ainsi.")
    )
    act(cast.ada, library.edit, part=StandardTerm(clause=clause, key="hours.increment", value="30"))
    return draft


def publish(cast: Any, edition: StandardEdition, who: str = "ada") -> StandardEdition:
    done: StandardEdition = act(getattr(cast, who), library.publish, edition=edition, now=cast.now)
    return done


def test_published_it_never_changes(cast: Any, edition: StandardEdition) -> None:
    assert publish(cast, edition).status == "published"
    with tenancy.everyone():
        clause = StandardClause.objects.get(edition=edition)
    for change in (
        lambda: publish(cast, edition),
        lambda: act(cast.ada, library.edit, part=clause),
        lambda: act(cast.ada, library.remove, part=clause),
        lambda: act(cast.ada, library.edit, part=StandardTerm(clause=clause, key="slo.warning", value="50")),
    ):
        with pytest.raises(Refused, match="published and never changes: write a new edition"):
            change()


@pytest.mark.parametrize(
    ("who", "error"), [("max", PermissionDenied), ("lea", PermissionDenied), ("carl", Http404), ("ann", Http404)]
)
def test_only_administrators_write_it(cast: Any, edition: StandardEdition, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        publish(cast, edition, who)
    with pytest.raises(error):
        act(getattr(cast, who), library.edit, part=edition)


def test_what_can_not_be_written_or_published_says_why(cast: Any, edition: StandardEdition) -> None:
    with tenancy.everyone():
        clause = StandardClause.objects.get(edition=edition)
    with pytest.raises(Refused, match="whole number"):
        act(cast.ada, library.edit, part=StandardTerm(clause=clause, key="slo.warning", value="soon"))
    other = act(
        cast.ada, library.edit, part=StandardClause(edition=edition, number="2", text_en="So.", text_fr="Ainsi.")
    )
    term = act(cast.ada, library.edit, part=StandardTerm(clause=other, key="hours.increment", value="15"))
    with pytest.raises(Refused, match=r"hours\.increment is set twice in this document, by §1 and §2"):
        publish(cast, edition)
    act(cast.ada, library.remove, part=term)
    assert publish(cast, edition).published_by_id == cast.ada.pk


def test_without_a_clause_there_is_nothing_to_publish(cast: Any, edition: StandardEdition) -> None:
    with tenancy.everyone():
        StandardClause.objects.filter(edition=edition).delete()
    with pytest.raises(Refused, match="has no clause yet"):
        publish(cast, edition)
