"""One append-only log: the ticket's timeline, the audit trail, and what deliveries refer to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.rls import TenantQuerySet, tenant_constraints


class Audience(models.TextChoices):
    """Who may read: the client too, or Valiantys alone."""

    CLIENT = "client", _("client")
    INTERNAL = "internal", _("internal")


class Event(models.Model):
    """A fact: who did what to what, when. Data holds ids and values, never personal text. Plain columns, no keys upward."""

    organization_id = models.BigIntegerField(_("client"))
    actor_id = models.BigIntegerField(_("by"), null=True, help_text=_("Empty when the engine acted."))
    verb = models.CharField(_("verb"), max_length=60)
    subject_kind = models.CharField(_("subject"), max_length=30)
    subject_id = models.BigIntegerField(_("number of the subject"))
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, default=Audience.CLIENT)
    data = models.JSONField(_("data"), default=dict)
    at = models.DateTimeField(_("at"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = tenant_constraints("audit_event", append_only=True, audience=True)
        indexes = [  # a subject's timeline: audit.selectors.timeline
            models.Index(fields=["organization_id", "subject_kind", "subject_id", "id"], name="audit_event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"
