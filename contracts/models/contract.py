"""A contract, its documents, their clauses, and the terms that these set."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from contracts import terms, words
from slo.models import BusinessCalendar


class ContractQuerySet(TenantQuerySet["Contract"]):
    """Questions about contracts."""

    def ran(self, on: date) -> ContractQuerySet:
        """Within its dates that day and no draft: time worked then draws on it, whatever became of it since."""
        within = self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on), starts_on__lte=on)
        return within.exclude(status=Contract.Status.DRAFT)

    def live(self, on: date) -> ContractQuerySet:
        """Active on a day: tickets may be opened under it."""
        return self.ran(on).filter(status=Contract.Status.ACTIVE)


class Contract(TenantModel):
    """What one client was promised, from a day on. Plan and tier are separate fields (domain, "The words")."""

    class Plan(models.TextChoices):
        """How work is paid for."""

        ON_DEMAND = "on_demand", _("Total Care on Demand")
        TOTAL_CARE = "total_care", _("Total Care")

    class Tier(models.TextChoices):
        """How much service."""

        STANDARD = "standard", _("Standard")
        PREMIUM = "premium", _("Premium")
        ENTERPRISE = "enterprise", _("Enterprise")

    class Status(models.TextChoices):
        """Where the contract is in its life (domain §1.5)."""

        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    reference = models.CharField(_("reference"), max_length=40)
    plan = models.CharField(_("plan"), max_length=20, choices=Plan.choices, default=Plan.TOTAL_CARE)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier.choices, default=Tier.STANDARD)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    renews_on = models.DateField(_("renews on"), null=True, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar")
    )
    critical_calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("calendar for critical tickets"), help_text=_("Empty: the contract's own calendar."),
    )  # fmt: skip

    objects = ContractQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            *tenant_constraints("contracts_contract"),
            models.UniqueConstraint(fields=["organization", "reference"], name="contracts_contract_reference"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="contracts_contract_dates",
                violation_error_message=_("A contract can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status="active") | models.Q(calendar__isnull=False),
                name="contracts_contract_calendar",
                violation_error_message=_(
                    "An active contract needs a calendar: choose one, or keep the contract a draft."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class AgreementDocument(TenantModel):
    """One edition of a document that a contract incorporates."""

    class Kind(models.TextChoices):
        """The documents of an agreement (domain §1)."""

        MS_TERMS = "ms_terms", _("MS Terms")
        GENERAL_TERMS = "general_terms", _("General terms")
        MSA = "msa", _("Master services agreement")
        ORDER = "order", _("Ordering document or SOW")
        GUIDE = "guide", _("Service guide")
        POLICY = "policy", _("Policy")
        AMENDMENT = "amendment", _("Amendment")

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="documents", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.ORDER)
    title = models.CharField(_("title"), max_length=200)
    edition = models.CharField(_("edition"), max_length=40, default="1")
    effective_on = models.DateField(_("effective on"))

    class Meta(TenantModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            *tenant_constraints("contracts_agreementdocument"),
            TenantKey(field="contract", name="contracts_document_contract_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.edition}"


class Clause(TenantModel):
    """A numbered clause of a document."""

    document = models.ForeignKey(
        AgreementDocument,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="clauses",
        verbose_name=_("document"),
    )
    number = models.CharField(_("number"), max_length=20)
    text = models.TextField(_("text"), help_text=_("Markdown."))

    class Meta(TenantModel.Meta):
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["document_id", "number", "id"]
        constraints = [
            *tenant_constraints("contracts_clause"),
            TenantKey(field="document", name="contracts_clause_document_tenant"),
            models.UniqueConstraint(fields=["organization", "document", "number"], name="contracts_clause_number"),
        ]

    def __str__(self) -> str:
        return f"{self.document} §{self.number}"


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
