"""The terms that a clause sets, of a contract's document or of a standard one alike: keys while a draft, then words."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from common.administration import OfADraft

from . import terms, words
from .models import ClauseTerm, StandardTerm


class WrittenTerms(OfADraft):
    """Rows of terms on the page of what they belong to."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "value") if obj is None or self.is_open(obj) else ("term", "written")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None or self.is_open(obj) else ("term", "written")

    @admin.display(description=gettext_lazy("Term"))
    def term(self, row: ClauseTerm | StandardTerm) -> str:
        """What it sets, in words; a key that the registry has lost is shown as it is."""
        known = terms.REGISTRY.get(row.key)
        return words.label(known) if known else row.key

    @admin.display(description=gettext_lazy("Value"))
    def written(self, row: ClauseTerm | StandardTerm) -> str:
        """Its value as the clause has it."""
        return words.written(row.key, row.value)
