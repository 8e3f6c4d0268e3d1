"""The house's standard documents in the administration: editions are drafted, published by a button, then looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from common.administration import DraftAdmin, OfADraft, link_to

from . import admin_files
from .admin_exchange import ExchangedClauses
from .admin_terms import WrittenTerms
from .exchange_terms import EditionRows
from .models import StandardClause, StandardDocument, StandardEdition, StandardFile, StandardTerm
from .services import library


class OfAnEdition(OfADraft):
    """A row of an inline on an edition's page."""

    is_open = staticmethod(library.is_open)


class LibraryPart(DraftAdmin):
    """A standard document or what it is made of."""

    is_open = staticmethod(library.is_open)

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        if isinstance(row, StandardFile):
            return admin_files.write(request, row)
        library.edit(actor=request.user, part=row)

    def erase(self, request: Any, row: Any) -> None:
        if isinstance(row, StandardFile):
            return admin_files.erase(request, row)
        library.remove(actor=request.user, part=row)


class EditionInline(TabularInline):
    """A document's editions, each a page with its clauses; a new one begins here, as a draft."""

    model = StandardEdition
    fields = ("label", "dated_on", "language", "status", "page")
    readonly_fields = ("status", "page")
    hide_title = True
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("clauses and terms"))
    def page(self, edition: StandardEdition) -> str:
        """Where its clauses are."""
        return link_to(edition, _("Show the clauses"))


@admin.register(StandardDocument)
class StandardDocumentAdmin(LibraryPart):
    """A document that contracts incorporate, with its editions."""

    list_display = ("title_en", "title_fr", "kind")
    list_filter = ("kind",)
    search_fields = ("title_en", "title_fr", "slug")
    fields = (("slug", "kind"), ("title_en", "title_fr"))
    inlines = (EditionInline,)


class StandardTermInline(WrittenTerms, OfAnEdition, TabularInline):
    """What a clause sets."""

    model = StandardTerm
    extra = 0


class StandardClauseInline(OfAnEdition, StackedInline):
    """An edition's clauses in both languages, each with its terms."""

    model = StandardClause
    fields = (("number", "position", "restated"), ("heading_en", "heading_fr"), ("text_en", "text_fr"))
    inlines = (StandardTermInline,)
    extra = 0


@admin.register(StandardEdition)
class StandardEditionAdmin(ExchangedClauses, LibraryPart):
    """One edition: its clauses and the terms they set. Editions are added on their document's page."""

    list_display = ("document", "label", "dated_on", "status")
    list_filter = ("status", "document")
    list_select_related = ("document",)
    search_fields = ("document__title_en", "document__title_fr", "label")
    fields = (("document", "status"), ("label", "dated_on", "language"), ("changes_en", "changes_fr"))
    readonly_fields = ("document", "status")
    inlines = (admin_files.StandardPdfInline, StandardClauseInline)
    actions_submit_line = ("publish",)

    def table(self, request: Any, row: StandardEdition) -> EditionRows:
        return EditionRows(edition=row, actor=request.user, now=request.now)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: Any, obj: StandardEdition) -> None:
        """For ever; contracts incorporate it one by one."""
        library.publish(actor=request.user, edition=obj, now=request.now)
        messages.success(
            request, _("“%(title)s” is published. It binds nobody until a contract incorporates it.") % {"title": obj}
        )
