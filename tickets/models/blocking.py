"""Which of its client's responsibilities a ticket waits for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, tenant_constraints
from contracts.models import Responsibility

from .ticket import Ticket


class Blocking(TenantModel):
    """A ticket that can't go on before a line of the register is provided; ended ones stay as history."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="blockings",
        verbose_name=_("ticket"),
    )  # fmt: skip
    responsibility = models.ForeignKey(
        Responsibility, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="blockings",
        verbose_name=_("responsibility"),
    )  # fmt: skip
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("said by")
    )
    at = models.DateTimeField(_("at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("ended by"),
    )  # fmt: skip
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("blocking")
        verbose_name_plural = _("blockings")
        constraints = [
            *tenant_constraints("tickets_blocking"),
            TenantKey(field="ticket", name="tickets_blocking_ticket_tenant"),
            TenantKey(field="responsibility", name="tickets_blocking_responsibility_tenant"),
            models.UniqueConstraint(
                fields=["organization", "ticket", "responsibility"], condition=models.Q(ended_at__isnull=True),
                name="tickets_blocking_once",
            ),
        ]  # fmt: skip
        indexes = [
            # the register: which requests wait for its lines
            models.Index(fields=["organization", "responsibility"], name="tickets_blocking_item")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} ← {self.responsibility_id}"
