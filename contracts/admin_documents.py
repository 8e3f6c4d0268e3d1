"""Documents in the administration: drafts with their clauses and terms are edited, published by a button, then looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from common.administration import DraftAdmin, OfADraft, TenantForm, TenantFormSet, link_to

from . import admin_files, selectors, services, terms, words
from .admin_exchange import ExchangedClauses
from .admin_terms import WrittenTerms
from .exchange_terms import DocumentRows
from .models import AgreementDocument, Clause, ClauseTerm, DocumentFile
from .services import editing


class OfADocument(OfADraft):
    """A row of an inline on the page of a document or a clause."""

    is_open = staticmethod(editing.is_open)


class DocumentInline(TabularInline):
    """The documents that make the contract, each a page with its clauses and terms; a new one begins here, as a draft."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    model = AgreementDocument
    form = TenantForm
    formset = TenantFormSet
    fields = ("kind", "amends", "title", "edition", "effective_on", "status", "page")
    readonly_fields = ("status", "page")
    ordering = ("effective_on", "id")
    hide_title = True
    extra = 0

    @admin.display(description=gettext_lazy("clauses and terms"))
    def page(self, document: AgreementDocument) -> str:
        """Where its clauses are edited."""
        return link_to(document, _("Edit clauses"))


class ContractPart(DraftAdmin):
    """A contract or what it is made of. What is published is looked at only."""

    is_open = staticmethod(editing.is_open)

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        if isinstance(row, DocumentFile):
            return admin_files.write(request, row)
        editing.edit(actor=request.user, part=row, fields=fields, now=request.now)

    def erase(self, request: Any, row: Any) -> None:
        if isinstance(row, DocumentFile):
            return admin_files.erase(request, row)
        editing.remove(actor=request.user, part=row, now=request.now)


class TermForm(TenantForm):
    """A term of the registry and its value."""

    key = forms.ChoiceField(label=gettext_lazy("Term"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ClauseTerm
        fields = ("key", "value")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "value" not in self.fields:
            return  # only looked at
        self.fields["key"].choices = [  # type: ignore[attr-defined]
            (key, f"{words.label(term)} ({words.UNIT[term.kind]})") for key, term in terms.REGISTRY.items()
        ]
        self.fields["value"].help_text = _("In the term's unit, without a suffix; yes or no.")


class TermInline(WrittenTerms, OfADocument, TabularInline):
    """What a clause sets."""

    model = ClauseTerm
    form = TermForm
    formset = TenantFormSet
    extra = 0


class ClauseInline(OfADocument, StackedInline):
    """A document's clauses, each with its terms."""

    model = Clause
    form = TenantForm
    formset = TenantFormSet
    fields = ("number", "text")
    inlines = (TermInline,)
    show_change_link = True
    extra = 0


@admin.register(AgreementDocument)
class DocumentAdmin(ExchangedClauses, ContractPart):
    """One edition of a document: its clauses and the terms they set. Documents are added on their contract's page."""

    list_display = ("title", "edition", "kind", "status", "contract", "organization", "effective_on")
    list_filter = ("status", "kind")
    list_select_related = ("contract", "organization")
    search_fields = ("title", "contract__reference")
    ordering = ("contract__reference", "effective_on", "id")
    form = TenantForm
    fields = (
        ("contract", "status"), ("kind", "amends"), ("title", "series"), ("edition", "effective_on", "language"),
    )  # fmt: skip
    readonly_fields = ("contract", "status")
    inlines = (admin_files.DocumentPdfInline, ClauseInline)
    actions_submit_line = ("publish",)

    def table(self, request: Any, row: AgreementDocument) -> DocumentRows:
        return DocumentRows(document=row, actor=request.user, now=request.now)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("contract", "amends")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "amends":
            document = AgreementDocument.objects.filter(pk=request.resolver_match.kwargs["object_id"]).first()  # type: ignore[union-attr]
            kwargs["queryset"] = (
                selectors.amendable(document.contract) if document else AgreementDocument.objects.none()
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: Any, obj: AgreementDocument) -> None:
        """Make it binding, for ever."""
        services.publish(actor=request.user, document=obj, now=request.now)
        messages.success(
            request,
            _("“%(title)s” is published: it binds from %(day)s and never changes.")
            % {"title": obj, "day": obj.effective_on},
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Clause)
class ClauseAdmin(ContractPart):
    """One clause with its terms."""

    list_display = ("__str__", "organization")
    list_select_related = ("document", "organization")
    search_fields = ("number", "text", "document__title", "document__contract__reference")
    form = TenantForm
    fields = ("document", "number", "text")
    readonly_fields = ("document",)
    inlines = (TermInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
