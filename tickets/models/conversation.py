"""What is said and what is worked on a ticket."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from audit.models import Audience
from common.rls import TenantKey, tenant_constraints
from contracts.models import Contract

from .ticket import Ticket


class Message(TenantModel):
    """One entry of the conversation, in Markdown. An internal note never reaches a client's scope: the database sees to it."""

    class Kind(models.TextChoices):
        """A reply or note; or the reason given with a change, which answers nothing."""

        MESSAGE = "message", _("message")
        REASON = "reason", _("reason")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages",
        verbose_name=_("ticket"),
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, default=Audience.CLIENT)
    channel = models.CharField(
        _("channel"), max_length=10, choices=Ticket.Channel.choices, default=Ticket.Channel.PORTAL
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MESSAGE)
    is_human_answer = models.BooleanField(
        _("qualified human answer"), default=False, help_text=_("Decided when it was written, by tickets.response.")
    )
    body = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))

    files: list[dict[str, Any]]  # of its attachments: id, name, size, content_type; as selectors.conversation reads it

    class Meta(TenantModel.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            *tenant_constraints("tickets_message", audience=True),
            TenantKey(field="ticket", name="tickets_message_ticket_tenant"),
        ]
        indexes = [
            models.Index(fields=["organization", "ticket", "id"], name="tickets_message_ticket")
        ]  # the ticket page

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.at:%Y-%m-%d %H:%M}"


class WorkLog(TenantModel):
    """Time worked. Actual minutes always save; billable ones are rounded up once; what no hours cover awaits approval."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="work_logs",
        verbose_name=_("ticket"),
    )  # fmt: skip
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("contract"), help_text=_("The one live on the day worked: its hours are drawn."),
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, default=Audience.CLIENT)
    worked_on = models.DateField(_("day worked"))
    actual_minutes = models.PositiveIntegerField(_("minutes worked"))
    billable_minutes = models.PositiveIntegerField(_("billable minutes"))
    covered_minutes = models.PositiveIntegerField(_("covered minutes"))
    summary = models.CharField(_("what for"), max_length=200)
    at = models.DateTimeField(_("at"))
    reversed_at = models.DateTimeField(_("reversed at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        constraints = [
            *tenant_constraints("tickets_worklog", audience=True),
            TenantKey(field="ticket", name="tickets_worklog_ticket_tenant"),
            TenantKey(field="contract", name="tickets_worklog_contract_tenant"),
            models.CheckConstraint(
                condition=models.Q(actual_minutes__gt=0, covered_minutes__lte=models.F("billable_minutes")),
                name="tickets_worklog_minutes",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "ticket", "id"], name="tickets_worklog_ticket")
        ]  # the ticket page

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.actual_minutes} min"

    @property
    def awaiting_minutes(self) -> int:
        """Billable minutes that nothing covers yet: they wait for an approver (domain §10.2)."""
        return 0 if self.reversed_at else self.billable_minutes - self.covered_minutes
