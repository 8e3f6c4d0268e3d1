"""Whether a draft looks out of scope: the rule of `contracts.scope`, fed with the catalogues."""

from __future__ import annotations

from collections.abc import Sequence

from common.prepared import Prepared
from contracts.models import Exclusion
from contracts.scope import Entry, Standing, Verdict, judge

from .models import Category, RequestType
from .selectors import catalogue

_IN_FORCE = Prepared(lambda: Exclusion.objects.filter(is_active=True).order_by("position", "id"))


def exclusions() -> dict[str, Exclusion]:
    """Those in force, by slug, in their order."""
    return {one.slug: one for one in _IN_FORCE()}


def doubt(
    subject: str, body: str, request_type: RequestType | None, known: dict[str, Exclusion], *, fit: bool = False
) -> Verdict:
    """What the rule says of a draft. `fit`: look for the category that fits as well, for a form to show.

    The categories are read only where they matter: most requests name nothing that any exclusion knows.
    """
    entries = [one.entry() for one in known.values()]
    text, chosen = f"{subject}\n{body}", request_type.products if request_type else ""
    first = judge(text, exclusions=entries, chosen=chosen)
    if first.standing is Standing.UNKNOWN_PRODUCT or (fit and not first.doubts):
        return judge(text, exclusions=entries, categories=_categories(catalogue()), chosen=chosen)
    return first


def _categories(offered: Sequence[tuple[Category, Sequence[RequestType]]]) -> list[Entry]:
    """What is in scope, as the rule takes it: words are the category's, products those of its kinds of request."""
    return [
        Entry(
            category.slug,
            (*category.words_en, *category.words_fr),
            tuple(sorted({name.strip() for one in types for name in one.products.split(",") if name.strip()})),
        )
        for category, types in offered
    ]
