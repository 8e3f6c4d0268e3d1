"""Changes of an agreement: somebody asks, we propose exact words, both sides sign them (domain §6)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel, User
from accounts.roles import ClientRole, StaffRole
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from contracts import amendment

from .contract import Contract
from .documents import AgreementDocument


class ChangeRequest(TenantModel):
    """What somebody wants changed, why, and what it would touch. It binds nobody."""

    class Status(models.TextChoices):
        """Asked for, worked on, or declined with a reason."""

        ASKED = "asked", _("asked")
        DRAFTED = "drafted", _("drafted")
        DECLINED = "declined", _("declined")

    # The fields about effects, in the order in which forms and pages show them.
    EFFECTS = ("effect_scope", "effect_hours", "effect_price", "effect_slo", "effect_dates")

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="changes", verbose_name=_("contract")
    )
    what = models.CharField(_("what should change"), max_length=200)
    why = models.TextField(_("why"))
    effect_scope = models.TextField(_("effect on the scope"), blank=True)
    effect_hours = models.TextField(_("effect on the hours"), blank=True)
    effect_price = models.TextField(_("effect on the price"), blank=True)
    effect_slo = models.TextField(_("effect on answer times"), blank=True)
    effect_dates = models.TextField(_("effect on dates"), blank=True)
    ticket_reference = models.CharField(_("request it came from"), max_length=30, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    declined_reason = models.TextField(_("why it was declined"), blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            *tenant_constraints("contracts_changerequest"),
            TenantKey(field="contract", name="contracts_changerequest_contract_tenant"),
            models.CheckConstraint(
                condition=~models.Q(status="declined") | ~models.Q(declined_reason=""),
                name="contracts_changerequest_declined",
            ),
        ]
        indexes = [  # a contract's changes, newest first: portal.changes.listed
            models.Index(fields=["organization", "contract", "-id"], name="contracts_changerequest_list"),
        ]

    def __str__(self) -> str:
        return self.what


class ProposalQuerySet(TenantQuerySet["Proposal"]):
    """Questions about proposals."""

    def open(self) -> ProposalQuerySet:
        """Still written, or waiting for signatures."""
        return self.filter(status__in=amendment.OPEN)


class Proposal(TenantModel):
    """An amendment on its way from a draft to its effect. One text is proposed under one `version`; an edit ends that."""

    class Status(models.TextChoices):
        """The states of contracts.amendment."""

        DRAFTING = amendment.Status.DRAFTING.value, _("being written")
        PROPOSED = amendment.Status.PROPOSED.value, _("waiting for signatures")
        SIGNED = amendment.Status.SIGNED.value, _("signed")
        IN_EFFECT = amendment.Status.IN_EFFECT.value, _("in effect")
        REJECTED = amendment.Status.REJECTED.value, _("rejected")
        WITHDRAWN = amendment.Status.WITHDRAWN.value, _("withdrawn")
        EXPIRED = amendment.Status.EXPIRED.value, _("expired")

    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, db_constraint=False, related_name="proposals", verbose_name=_("change")
    )
    document = models.OneToOneField(
        AgreementDocument, on_delete=models.PROTECT, db_constraint=False, related_name="proposal", verbose_name=_("document")
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFTING)
    version = models.PositiveSmallIntegerField(_("version"), default=0, help_text=_("How often a text was proposed."))
    not_before = models.DateField(_("in effect not before"), null=True)
    expires_on = models.DateField(_("open for signature until"), null=True)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    proposed_at = models.DateTimeField(_("proposed at"), null=True)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    in_effect_at = models.DateTimeField(_("in effect since"), null=True)
    closed_at = models.DateTimeField(_("ended at"), null=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    reason = models.TextField(_("why it ended"), blank=True)

    objects = ProposalQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("proposed amendment")
        verbose_name_plural = _("proposed amendments")
        constraints = [
            *tenant_constraints("contracts_proposal"),
            TenantKey(field="change", name="contracts_proposal_change_tenant"),
            TenantKey(field="document", name="contracts_proposal_document_tenant"),
            models.UniqueConstraint(
                fields=["organization", "change"],
                condition=~models.Q(status__in=["rejected", "withdrawn", "expired"]),
                name="contracts_proposal_one_alive",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["drafting", "withdrawn"])
                | models.Q(version__gt=0, not_before__isnull=False, expires_on__isnull=False),
                name="contracts_proposal_proposed",
            ),
        ]
        indexes = [
            # What the sweep looks at: contracts.services.proposals.take_effect and expire.
            models.Index(
                fields=["status", "id"], condition=models.Q(status__in=["proposed", "signed"]),
                name="contracts_proposal_waiting",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.document)


class Approval(TenantModel):
    """A signature: who, for which side, under which text. It is never changed; what voids it is a row of its own."""

    class Side(models.TextChoices):
        """Whom the signatory stands for."""

        CLIENT = amendment.Side.CLIENT.value, _("client")
        HOUSE = amendment.Side.HOUSE.value, "Valiantys"

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, db_constraint=False, related_name="approvals", verbose_name=_("proposal")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("signatory"))
    role = models.CharField(_("role at the time"), max_length=20)
    typed_name = models.CharField(_("name as typed"), max_length=150)
    form = models.PositiveSmallIntegerField(_("canonical form"), default=amendment.FORM)
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    at = models.DateTimeField(_("signed at"))
    ip_address = models.GenericIPAddressField(_("from the address"))

    class Meta(TenantModel.Meta):
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            *tenant_constraints("contracts_approval", append_only=True),
            TenantKey(field="proposal", name="contracts_approval_proposal_tenant"),
            models.UniqueConstraint(
                fields=["organization", "proposal", "version", "side"], name="contracts_approval_one_a_side"
            ),
            models.CheckConstraint(condition=models.Q(text_hash__regex=r"^[0-9a-f]{64}$"), name="contracts_approval_hash"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.typed_name}, {self.get_side_display()}"

    @property
    def role_in_words(self) -> str:
        """What the signatory was at the time."""
        roles: dict[str, Any] = dict(StaffRole.choices if self.side == self.Side.HOUSE else ClientRole.choices)
        return str(roles.get(self.role, self.role))


class VoidedApproval(TenantModel):
    """What ended an approval before both sides had signed."""

    class Cause(models.TextChoices):
        """What happened to the proposal."""

        EDITED = "edited", _("the text was changed")
        REJECTED = "rejected", _("the proposal was rejected")
        WITHDRAWN = "withdrawn", _("the proposal was withdrawn")
        EXPIRED = "expired", _("the proposal expired")

    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, db_constraint=False, related_name="voided", verbose_name=_("approval")
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    by_id = models.BigIntegerField(_("by"), null=True, help_text=_("Empty when the engine acted."))
    at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("voided approval")
        verbose_name_plural = _("voided approvals")
        constraints = [
            *tenant_constraints("contracts_voidedapproval", append_only=True),
            TenantKey(field="approval", name="contracts_voidedapproval_approval_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.approval}: {self.get_cause_display()}"
