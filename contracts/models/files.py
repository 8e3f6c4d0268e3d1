"""The PDF of an edition: one for each language, fixed with the edition. What it holds lies in the store (common.files)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.pdf import MEDIA_TYPE
from common.rls import TenantKey, TenantQuerySet, tenant_constraints

from .documents import AgreementDocument
from .library import StandardEdition


class EditionFile(models.Model):
    """What is known of a PDF. Nobody rewrites it: another file is another row."""

    content_type = MEDIA_TYPE

    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    key = models.CharField(_("key in the store"), max_length=60)
    at = models.DateTimeField(_("at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class DocumentFileQuerySet(TenantQuerySet["DocumentFile"]):
    """Questions about the files of contracts."""

    def on_the_table(self) -> DocumentFileQuerySet:
        """Of what binds, and of amendments that were put to signature; a draft's are not for clients."""
        binds = ~models.Q(document__status=AgreementDocument.Status.DRAFT)
        proposed = models.Q(document__proposal__version__gt=0) & ~models.Q(document__proposal__status="drafting")
        return self.filter(binds | proposed)


class DocumentFile(TenantModel, EditionFile):
    """A PDF of a contract's document. One that came with a standard edition shares its key: neither ever changes."""

    document = models.ForeignKey(
        AgreementDocument, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="files",
        verbose_name=_("document"),
    )  # fmt: skip

    objects = DocumentFileQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("PDF of a document")
        verbose_name_plural = _("PDFs of a document")
        ordering = ["document_id", "language"]
        constraints = [
            *tenant_constraints("contracts_documentfile"),
            TenantKey(field="document", name="contracts_documentfile_document_tenant"),
            models.UniqueConstraint(
                fields=["organization", "document", "language"], name="contracts_documentfile_once",
                violation_error_message=_("There is a PDF in this language already: remove it first."),
            ),
        ]  # fmt: skip


class StandardFile(EditionFile):
    """A PDF of a standard edition, for everybody who may read it."""

    edition = models.ForeignKey(
        StandardEdition, on_delete=models.CASCADE, related_name="files", db_index=False, verbose_name=_("edition")
    )

    class Meta:
        verbose_name = _("PDF of an edition")
        verbose_name_plural = _("PDFs of an edition")
        ordering = ["edition_id", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "language"],
                name="contracts_standardfile_once",
                violation_error_message=_("There is a PDF in this language already: remove it first."),
            )
        ]
