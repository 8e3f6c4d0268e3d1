"""What makes a contract: editions of documents, their clauses, and the terms that these set."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from contracts import terms, words

from .contract import Contract
from .library import StandardEdition


class DocumentKind(models.TextChoices):
    """The documents of an agreement (domain §1)."""

    MS_TERMS = "ms_terms", _("MS Terms")
    GENERAL_TERMS = "general_terms", _("General terms")
    MSA = "msa", _("Master services agreement")
    ORDER = "order", _("Ordering document or SOW")
    GUIDE = "guide", _("Service guide")
    POLICY = "policy", _("Policy")
    AMENDMENT = "amendment", _("Amendment")


class DocumentQuerySet(TenantQuerySet["AgreementDocument"]):
    """Questions about documents."""

    def binding(self) -> DocumentQuerySet:
        """Published or signed: what is still a draft promises nothing."""
        return self.exclude(status=AgreementDocument.Status.DRAFT)


class AgreementDocument(TenantModel):
    """One edition of a document that a contract incorporates. Once published or signed it never changes; the database holds that."""

    Kind = DocumentKind

    class Status(models.TextChoices):
        """A draft is edited freely; the other two are for ever."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        SIGNED = "signed", _("signed")

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="documents", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices, default=DocumentKind.ORDER)
    series = models.CharField(
        _("document name"), max_length=60, blank=True,
        help_text=_("Shared by the editions of one document. Empty: found by kind and title."),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=200)
    edition = models.CharField(_("edition"), max_length=40, default="1")
    effective_on = models.DateField(_("effective on"))
    language = models.CharField(
        _("language that prevails"), max_length=5, choices=settings.LANGUAGES, default="en",
        help_text=_("The clauses’ text is in this language; a translation helps to read it."),
    )  # fmt: skip
    amends = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, null=True, blank=True, related_name="amendments",
        verbose_name=_("amends"), help_text=_("Amendments only: the document that it changes and ranks as."),
    )  # fmt: skip
    standard_edition = models.ForeignKey(
        StandardEdition, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="incorporations",
        verbose_name=_("incorporated from"),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by_id = models.BigIntegerField(_("published by"), null=True, editable=False)

    objects = DocumentQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            *tenant_constraints("contracts_agreementdocument"),
            TenantKey(field="contract", name="contracts_document_contract_tenant"),
            TenantKey(field="amends", name="contracts_document_amends_tenant"),
            models.UniqueConstraint(
                fields=["organization", "contract", "series", "edition"], condition=~models.Q(series=""),
                name="contracts_document_edition",
                violation_error_message=_("This contract has that edition of the document already: give it another name."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="amendment", amends__isnull=False) | (~models.Q(kind="amendment") & models.Q(amends__isnull=True)),
                name="contracts_document_amends",
                violation_error_message=_("An amendment names the document that it amends; no other document does."),
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") | (models.Q(published_at__isnull=False) & ~models.Q(series="")),
                name="contracts_document_published",
            ),
        ]  # fmt: skip
        indexes = [
            # The edition set of a contract, asked for at each promise (contracts.selectors.agreement_of).
            models.Index(fields=["organization", "contract"], name="contracts_document_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.edition}"

    @property
    def is_draft(self) -> bool:
        """Still open to changes, and promising nothing."""
        return self.status == self.Status.DRAFT


class Clause(TenantModel):
    """A numbered clause of a document, in the language that prevails, with a translation where there is one."""

    document = models.ForeignKey(
        AgreementDocument,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="clauses",
        verbose_name=_("document"),
    )
    number = models.CharField(_("number"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.TextField(_("text"), help_text=_("Markdown."))
    translation = models.TextField(
        _("translation"), blank=True, help_text=_("Markdown, in the other language; for reading only.")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["document_id", "position", "number", "id"]
        constraints = [
            *tenant_constraints("contracts_clause"),
            TenantKey(field="document", name="contracts_clause_document_tenant"),
            models.UniqueConstraint(fields=["organization", "document", "number"], name="contracts_clause_number"),
        ]

    def __str__(self) -> str:
        return f"{self.document} §{self.number}"

    def in_language(self, language: str) -> tuple[str, str]:
        """The text to show to a reader, and the language it is in: the translation only where it is the reader's."""
        original = self.document.language
        if self.translation and not language.startswith(original):
            return self.translation, "fr" if original == "en" else "en"
        return self.text, original

    @property
    def reading(self) -> tuple[str, str]:
        """`in_language` of whoever reads now."""
        return self.in_language(get_language() or "en")


class ClauseTerm(TenantModel):
    """A typed value that a clause sets; what keys exist and what they may hold is `contracts.terms.REGISTRY`."""

    clause = models.ForeignKey(
        Clause, on_delete=models.CASCADE, db_constraint=False, related_name="terms", verbose_name=_("clause")
    )
    key = models.CharField(_("term"), max_length=60)
    value = models.CharField(_("value"), max_length=200)

    class Meta(TenantModel.Meta):
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            *tenant_constraints("contracts_clauseterm"),
            TenantKey(field="clause", name="contracts_clauseterm_clause_tenant"),
            models.UniqueConstraint(fields=["organization", "clause", "key"], name="contracts_clauseterm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"

    def clean(self) -> None:
        """A wrong key, type, unit or bound is refused with the registry's words."""
        try:
            terms.parse(self.key, self.value)
        except terms.TermError as error:
            raise ValidationError({error.field: words.refusal(error)}) from error


class Disposition(TenantModel):
    """What an incorporation says of an amendment to the document's earlier editions (domain §1.1)."""

    class Verdict(models.TextChoices):
        """Whether the amendment goes on beating the new edition."""

        CARRIED = "carried", _("carried over")
        DROPPED = "dropped", _("dropped")

    document = models.ForeignKey(
        AgreementDocument, on_delete=models.CASCADE, db_constraint=False, related_name="dispositions",
        verbose_name=_("incorporation"),
    )  # fmt: skip
    amendment = models.ForeignKey(
        AgreementDocument, on_delete=models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("amendment")
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)

    class Meta(TenantModel.Meta):
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        constraints = [
            *tenant_constraints("contracts_disposition"),
            TenantKey(field="document", name="contracts_disposition_document_tenant"),
            TenantKey(field="amendment", name="contracts_disposition_amendment_tenant"),
            models.UniqueConstraint(
                fields=["organization", "document", "amendment"], name="contracts_disposition_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.get_verdict_display()}"
