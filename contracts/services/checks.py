"""What is asked of a contract's documents and of the house's standard ones alike."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from common.errors import Refused
from contracts.models import AgreementDocument, Clause, StandardClause, StandardEdition


def validate(row: Model) -> None:
    """The model's own rules, as a refusal in words."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def publishable(edition: AgreementDocument | StandardEdition, clauses: Iterable[Clause | StandardClause]) -> None:
    """Refused: no clause at all, or a term that two of them set."""
    setters: dict[str, str] = {}
    empty = True
    for clause in clauses:
        empty = False
        for term in clause.terms.all():
            if term.key in setters:
                raise Refused(
                    _("%(key)s is set twice in this document, by §%(one)s and §%(other)s: keep one of them.")
                    % {"key": term.key, "one": setters[term.key], "other": clause.number}
                )
            setters[term.key] = clause.number
    if empty:
        raise Refused(_("“%(title)s” has no clause yet: write at least one.") % {"title": edition})
