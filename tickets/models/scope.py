"""What was decided about a ticket's scope, by whom and why; the last one that wasn't taken back holds."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, tenant_constraints
from contracts.models import Exclusion
from tickets.scoping import Scope
from tickets.words import SCOPE

from .conversation import Message
from .ticket import Ticket


class ScopeDecision(TenantModel):
    """A doubt of the portal (nobody decided), or a consultant's decision, whose reason the client reads as a message."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="scope_decisions",
        verbose_name=_("ticket"),
    )  # fmt: skip
    scope = models.CharField(
        _("scope"), max_length=20,
        choices=[(one.value, word) for one, word in SCOPE.items() if one != Scope.UNDECIDED],
    )  # fmt: skip
    exclusion = models.ForeignKey(
        Exclusion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("exclusion")
    )
    matched = ArrayField(
        models.CharField(max_length=80), verbose_name=_("words that matched"), default=list, blank=True,
        help_text=_("The catalogue’s words, not the requester’s."),
    )  # fmt: skip
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+",
        verbose_name=_("reason"),
    )  # fmt: skip
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"), help_text=_("Empty: the portal’s own doubt at submission."),
    )  # fmt: skip
    at = models.DateTimeField(_("at"))
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("taken back by"),
    )  # fmt: skip
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("decision about the scope")
        verbose_name_plural = _("decisions about the scope")
        constraints = [
            *tenant_constraints("tickets_scopedecision"),
            TenantKey(field="ticket", name="tickets_scopedecision_ticket_tenant"),
            TenantKey(field="message", name="tickets_scopedecision_message_tenant"),
            models.CheckConstraint(
                condition=models.Q(scope="in_scope") | models.Q(exclusion__isnull=False),
                name="tickets_scopedecision_exclusion",
            ),
            models.CheckConstraint(
                condition=models.Q(scope="looks_excluded", decided_by__isnull=True)
                | models.Q(scope__in=["in_scope", "excluded", "to_be_quoted"], decided_by__isnull=False),
                name="tickets_scopedecision_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "ticket", "id"], name="tickets_scopedecision_ticket")
        ]  # the ticket page

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.scope}"
