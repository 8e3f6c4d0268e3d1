"""Which reminders of a renewal were sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, tenant_constraints

from .contract import Contract


class RenewalReminder(TenantModel):
    """One reminder, so many days before one renewal: sent once, however often and late the sweep runs."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="renewal_reminders",
        verbose_name=_("contract"),
    )  # fmt: skip
    renews_on = models.DateField(_("renews on"))
    days = models.PositiveSmallIntegerField(_("days before"))
    at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("reminder of a renewal")
        verbose_name_plural = _("reminders of renewals")
        constraints = [
            *tenant_constraints("contracts_renewalreminder", append_only=True),
            TenantKey(field="contract", name="contracts_reminder_contract_tenant"),
            models.UniqueConstraint(
                fields=["organization", "contract", "renews_on", "days"], name="contracts_reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.days}"
