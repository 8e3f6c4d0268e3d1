"""Reserved Hours: an account and its append-only entries. Integer minutes only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, tenant_constraints

from .contract import Contract


class HoursAccount(TenantModel):
    """The running balance of a contract, locked by whoever posts. The sum of its entries, held to it by tests and CHECKs."""

    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="hours", verbose_name=_("contract")
    )
    granted_minutes = models.PositiveIntegerField(_("granted, minutes"), default=0)
    consumed_minutes = models.PositiveIntegerField(_("consumed, minutes"), default=0)
    usage_minutes = models.PositiveIntegerField(_("usage on demand, minutes"), default=0)

    class Meta(TenantModel.Meta):
        verbose_name = _("hours account")
        verbose_name_plural = _("hours accounts")
        constraints = [
            *tenant_constraints("contracts_hoursaccount"),
            TenantKey(field="contract", name="contracts_hoursaccount_contract_tenant"),
            models.CheckConstraint(
                condition=models.Q(consumed_minutes__lte=models.F("granted_minutes")),
                name="contracts_hours_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.balance_minutes} min"

    @property
    def balance_minutes(self) -> int:
        """What is left."""
        return self.granted_minutes - self.consumed_minutes


class HoursEntry(TenantModel):
    """One line of the ledger, never edited; a mistake is reversed by a new line. Its cause is named by plain columns."""

    class Kind(models.TextChoices):
        """What a line does to the balance."""

        GRANT = "grant", _("grant")
        CONSUME = "consume", _("consumption")
        USAGE = "usage", _("usage on demand")
        REVERSE = "reverse", _("reversal")

    account = models.ForeignKey(
        HoursAccount, on_delete=models.PROTECT, db_constraint=False, related_name="entries", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    minutes = models.IntegerField(_("minutes"), help_text=_("Signed: a grant adds, a consumption takes."))
    worked_on = models.DateField(_("day worked"))
    posted_at = models.DateTimeField(_("posted at"))
    actor_id = models.BigIntegerField(_("posted by"), null=True)
    cause_kind = models.CharField(_("cause"), max_length=30)
    cause_id = models.BigIntegerField(_("number of the cause"))
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    expires_on = models.DateField(
        _("to be used by"),
        null=True,
        blank=True,
        help_text=_("Of a grant: its last day. Empty: no last day was agreed."),
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("hours entry")
        verbose_name_plural = _("hours entries")
        constraints = [
            *tenant_constraints("contracts_hoursentry", append_only=True),
            TenantKey(field="account", name="contracts_hoursentry_account_tenant"),
            TenantKey(field="reverses", name="contracts_hoursentry_reverses_tenant"),
            models.UniqueConstraint(
                fields=["organization", "cause_kind", "cause_id", "kind"], name="contracts_hoursentry_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "reverses"],
                condition=models.Q(reverses__isnull=False),
                name="contracts_hoursentry_reversed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="grant", minutes__gt=0, reverses__isnull=True)
                | models.Q(kind__in=["consume", "usage"], minutes__lt=0, reverses__isnull=True)
                | models.Q(kind="reverse", reverses__isnull=False),
                name="contracts_hoursentry_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True)
                | models.Q(kind="grant", expires_on__gte=models.F("worked_on")),
                name="contracts_hoursentry_expires",
            ),
        ]
        indexes = [  # a contract's statement: contracts.selectors.hours_entries
            models.Index(fields=["organization", "account", "-id"], name="contracts_hoursentry_list"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minutes} min"
