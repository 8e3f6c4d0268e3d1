"""The outbox: what has to be told to whom. Truth is here; a sender claims rows under a lease and marks them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from common.rls import TenantKey, TenantQuerySet, tenant_constraints


class DeliveryQuerySet(TenantQuerySet["Delivery"]):
    """Questions about the outbox."""

    def due(self, now: datetime) -> Self:
        """Not sent, not given up, and nobody's lease (or one that ended)."""
        return self.filter(next_at__lte=now).order_by("next_at", "id")


class Delivery(models.Model):
    """One fact for one person through one channel. Recipient's address and language are as they were when it was queued."""

    organization_id = models.BigIntegerField(_("client"))
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("event")
    )
    recipient_id = models.BigIntegerField(_("recipient"))
    channel = models.CharField(_("channel"), max_length=20, default="email")
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=5, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris")
    template = models.CharField(_("template"), max_length=60, help_text=_("Folder under templates/mail/."))
    context = models.JSONField(_("context"), default=dict)
    thread = models.CharField(
        _("thread"), max_length=60, blank=True, help_text=_("Mails of one thread refer to one root.")
    )
    queued_at = models.DateTimeField(_("queued at"))
    next_at = models.DateTimeField(
        _("next attempt"),
        null=True,
        help_text=_("When a sender may take it; a lease moves it forward; empty when done."),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.TextField(_("last error"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            *tenant_constraints("notifications_delivery"),
            TenantKey(field="event", name="notifications_delivery_event_tenant"),
            models.UniqueConstraint(
                fields=["organization_id", "event", "recipient_id", "channel"], name="notifications_delivery_once"
            ),
        ]
        indexes = [  # the sender: Delivery.objects.due(now)
            models.Index(
                fields=["next_at", "id"], condition=models.Q(next_at__isnull=False), name="notifications_delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.address}"
