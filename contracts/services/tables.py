"""Clauses and terms that arrive as a table, written into a draft in one act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from contracts.models import AgreementDocument, Clause, ClauseTerm, StandardClause, StandardEdition, StandardTerm

from . import documents, library, proposals
from .checks import validate


@dataclass(frozen=True)
class Written:
    """A clause as a table says it: its number, its texts by the names of the fields, and the terms that it sets."""

    number: str
    texts: Mapping[str, str]
    terms: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def write_clauses(
    *, actor: User, document: AgreementDocument, clauses: Iterable[Written], now: datetime
) -> AgreementDocument:
    """Write clauses and terms into a draft: those that it has are changed, others added after them, none is taken away.

    Approvals given to an amendment are void. Refused: what is published, and whatever the registry or a clause refuses.
    """
    permissions.check(actor, "contract.edit", document.organization_id)
    proposals.text_changes(actor=actor, document=document, now=now)
    document = documents.locked(document)
    mine: dict[str, Any] = {"organization_id": document.organization_id}
    clauses = list(clauses)
    _write(
        clauses, list(document.clauses.prefetch_related("terms")),
        lambda number, position: Clause(**mine, document=document, number=number, position=position),
        lambda clause, key: ClauseTerm(**mine, clause=clause, key=key),
    )  # fmt: skip
    record(
        organization_id=document.organization_id, actor_id=actor.pk, verb="contract.edited", subject_kind="contract",
        subject_id=document.contract_id, audience=Audience.INTERNAL, at=now, part="clauses", part_id=document.pk,
        change="imported", fields=sorted({name for one in clauses for name in one.texts}), count=len(clauses),
    )  # fmt: skip
    return document


@transaction.atomic
def write_standard_clauses(*, actor: User, edition: StandardEdition, clauses: Iterable[Written]) -> StandardEdition:
    """The same into a draft of a standard edition."""
    permissions.check_staff(actor, "contract.edit")
    edition = library.locked(edition)
    _write(
        clauses, list(edition.clauses.prefetch_related("terms")),
        lambda number, position: StandardClause(edition=edition, number=number, position=position),
        lambda clause, key: StandardTerm(clause=clause, key=key),
    )  # fmt: skip
    return edition


def _write(
    written: Iterable[Written],
    there: list[Any],
    clause_of: Callable[[str, int], Any],
    term_of: Callable[[Any, str], Any],
) -> None:
    known = {clause.number: clause for clause in there}
    last = max((clause.position for clause in there), default=0)
    for one in written:
        clause = known.get(one.number)
        terms = {term.key: term for term in clause.terms.all()} if clause else {}
        if clause is None:
            last += 1
            clause = known[one.number] = clause_of(one.number, last)
        for name, text in one.texts.items():
            setattr(clause, name, text)
        validate(clause)
        clause.save()
        for key, value in one.terms.items():
            term = terms.get(key) or term_of(clause, key)
            term.value = value
            validate(term)
            term.save()
