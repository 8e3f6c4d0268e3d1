"""PDFs of drafts in the administration: chosen, kept and removed by the services; of what is published, looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from common.administration import OfADraft, TenantForm, TenantFormSet

from . import services
from .models import DocumentFile, StandardFile
from .services import editing, library


class PdfForm(forms.ModelForm):  # type: ignore[type-arg]
    """A PDF that is chosen; the row is the service's."""

    file = forms.FileField(
        label=gettext_lazy("PDF"), allow_empty_file=True, error_messages={"required": gettext_lazy("Choose a PDF.")},
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,application/pdf"}),
    )  # fmt: skip

    class Meta:
        fields = ("language",)
        widgets = {"language": UnfoldAdminSelectWidget}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.instance.upload = cleaned.get("file")
        return cleaned


class DocumentPdfForm(PdfForm, TenantForm):
    """Of a contract's document."""


class PdfInline(OfADraft, TabularInline):
    """One a language. It is never rewritten: removed, and another one chosen."""

    fields = ("language", "file", "sha256")
    readonly_fields = ("sha256",)
    hide_title = True
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("PDF"))
    def file(self, row: Any) -> str:
        """Its name, and where it is saved from."""
        if row.pk is None:
            return ""
        return format_html(
            '<a href="{}" class="font-medium text-primary-600 dark:text-primary-500">{}</a> {}',
            self.address(row), row.name, filesizeformat(row.size),
        )  # fmt: skip

    def address(self, row: Any) -> str:
        """The portal's: a floor above, known by its path alone."""
        raise NotImplementedError


class DocumentPdfInline(PdfInline):
    """Of a contract's document."""

    model = DocumentFile
    form = DocumentPdfForm
    formset = TenantFormSet
    is_open = staticmethod(editing.is_open)

    def address(self, row: DocumentFile) -> str:
        return f"/contracts/{row.document.contract_id}/files/{row.pk}/"


class StandardPdfInline(PdfInline):
    """Of a standard edition."""

    model = StandardFile
    form = PdfForm
    is_open = staticmethod(library.is_open)

    def address(self, row: StandardFile) -> str:
        return f"/documents/{row.edition.document.slug}/files/{row.pk}/"


def write(request: Any, row: DocumentFile | StandardFile) -> None:
    """Keep a PDF that was chosen, by its service."""
    upload: Any = row.upload  # type: ignore[union-attr]  # the form's, on its way to the store
    if isinstance(row, DocumentFile):
        services.attach_file(
            actor=request.user, document=row.document, language=row.language, file=upload, now=request.now
        )
    else:
        services.attach_standard_file(
            actor=request.user, edition=row.edition, language=row.language, file=upload, now=request.now
        )


def erase(request: Any, row: DocumentFile | StandardFile) -> None:
    """Remove a PDF, by its service."""
    if isinstance(row, DocumentFile):
        services.remove_file(actor=request.user, document=row.document, language=row.language, now=request.now)
    else:
        services.remove_standard_file(actor=request.user, edition=row.edition, language=row.language)
