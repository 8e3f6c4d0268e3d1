"""Tokens by which a machine speaks for a person, and the answers that it may ask for again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, TenantModel
from common.rls import TenantQuerySet, tenant_constraints


class ApiTokenQuerySet(TenantQuerySet["ApiToken"]):
    """A token is its person's affair: nobody else sees that it exists."""

    def visible_to(self, user: Any) -> Self:
        if user.is_anonymous:
            return self.none()
        return (self if user.is_valiantys else super().visible_to(user)).filter(user=user)

    def usable(self, now: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ApiToken(TenantModel):
    """A secret that stands for a person at one client; of Valiantys's people it may be for all whom they serve.

    Kept as a hash: who reads the table can't use it. Its person is written in it, and the person's own policy lets the
    row be found before any scope is open (ADR 6).
    """

    organization = models.ForeignKey(  # type: ignore[assignment]
        Organization, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("client"), help_text=_("Empty for people of Valiantys: every client they serve."),
    )  # fmt: skip
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            *tenant_constraints("integrations_apitoken", person="user_id"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="integrations_apitoken_digest"),
        ]

    def __str__(self) -> str:
        return self.name


class IdempotencyRecord(TenantModel):
    """The answer to a creation, written with it: the same key gets it again, and nothing is created twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            *tenant_constraints("integrations_idempotencyrecord"),
            models.UniqueConstraint(fields=["organization", "user", "key"], name="integrations_idempotency_once"),
        ]
        indexes = [models.Index(fields=["at"], name="integrations_idempotency_at")]  # integrations.tasks.forget

    def __str__(self) -> str:
        return self.key
