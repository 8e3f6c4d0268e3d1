"""Files that people send along with what they say."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from audit.models import Audience
from common.rls import TenantKey, tenant_constraints

from .conversation import Message


class Attachment(TenantModel):
    """One file of one message, read by whoever reads the message. What it holds lies in the store, under `key`.

    A file of an internal note never reaches a client's scope: the database sees to it, as it does for the note.
    """

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="attachments",
        verbose_name=_("message"),
    )  # fmt: skip
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, default=Audience.CLIENT)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    content_type = models.CharField(
        _("type"), max_length=100, help_text=_("What its bytes say it is, whatever its name says.")
    )
    key = models.CharField(_("key in the store"), max_length=60)
    at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            *tenant_constraints("tickets_attachment", audience=True, append_only=True),
            TenantKey(field="message", name="tickets_attachment_message_tenant"),
            models.UniqueConstraint(fields=["organization", "key"], name="tickets_attachment_key"),
        ]
        indexes = [
            models.Index(fields=["organization", "message", "id"], name="tickets_attachment_message")
        ]  # the ticket page

    def __str__(self) -> str:
        return self.name
