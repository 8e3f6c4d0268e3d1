"""What a client does for the service to work (service guide §4): a living register, under the guide's seven heads."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantQuerySet, tenant_constraints


class ResponsibilityQuerySet(TenantQuerySet["Responsibility"]):
    """Questions about the register."""

    def open(self) -> Self:
        """Still to be done."""
        return self.filter(state__in=Responsibility.OPEN)

    def overdue(self, today: date) -> Self:
        """Still to be done, and its day has passed."""
        return self.open().filter(due_on__lt=today)


class Responsibility(TenantModel):
    """One thing that the client provides: who, until when, how far, and what shows it."""

    class Head(models.TextChoices):
        """The guide's seven."""

        ACCESS = "access", _("Access and authorisations")
        COMMUNICATION = "communication", _("Communication and collaboration")
        GOVERNANCE = "governance", _("Governance, security and data protection")
        ENVIRONMENTS = "environments", _("Environments")
        PROCEDURES = "procedures", _("SOPs")
        INTERCONNECTION = "interconnection", _("Ticket-system interconnection")
        ONBOARDING = "onboarding", _("VPN and specific onboarding")

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("open")
        IN_PROGRESS = "in_progress", _("in progress")
        DONE = "done", _("done")
        NOT_APPLICABLE = "not_applicable", _("not applicable")

    OPEN = (State.OPEN, State.IN_PROGRESS)

    head = models.CharField(_("head"), max_length=20, choices=Head.choices)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("owner"), help_text=_("A person of the client."),
    )  # fmt: skip
    owner_name = models.CharField(
        _("owner without an account"),
        max_length=150,
        blank=True,
        help_text=_("A name or a team, when nobody here has it."),
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.OPEN)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    evidence = models.TextField(_("evidence"), blank=True, help_text=_("What shows that it is done: Markdown, links."))
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))

    objects = ResponsibilityQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            *tenant_constraints("contracts_responsibility"),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) | models.Q(owner_name=""), name="contracts_responsibility_owner"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "in_progress", "done", "not_applicable"])
                & models.Q(head__in=[
                    "access", "communication", "governance", "environments", "procedures", "interconnection", "onboarding",
                ]),
                name="contracts_responsibility_words",
            ),
        ]  # fmt: skip
        indexes = [
            # what waits for a client's people: portal.selectors.home.responsibilities
            models.Index(
                fields=["organization", "due_on"],
                condition=models.Q(state__in=["open", "in_progress"]),
                name="contracts_responsibility_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Still to be done."""
        return self.state in self.OPEN

    @property
    def whose(self) -> str:
        """Who has it, in words; empty for nobody."""
        return str(self.owner) if self.owner_id else self.owner_name

    def is_overdue(self, today: date) -> bool:
        """Still to be done, and its day has passed."""
        return self.is_open and self.due_on is not None and self.due_on < today
