"""A ladder per contract, and the escalations that climb it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from contracts.models import Contract
from tickets.models import Ticket

from .words import CAUSE


class Ladder(TenantModel):
    """The contract's ordered levels, agreed at onboarding (service guide §8)."""

    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="ladder", verbose_name=_("contract")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        constraints = [
            *tenant_constraints("escalation_ladder"),
            TenantKey(field="contract", name="escalation_ladder_contract_tenant"),
        ]

    def __str__(self) -> str:
        return str(self.contract)


class LadderLevel(TenantModel):
    """One level: who is told, and how long (business minutes) they have to acknowledge."""

    ladder = models.ForeignKey(
        Ladder, on_delete=models.CASCADE, db_constraint=False, related_name="levels", verbose_name=_("ladder")
    )
    position = models.PositiveSmallIntegerField(_("level"))
    title = models.CharField(_("title"), max_length=100)
    acknowledge_minutes = models.PositiveIntegerField(_("minutes to acknowledge"), help_text=_("Business minutes."))
    includes_assignee = models.BooleanField(_("the ticket's assignee"), default=False)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="LadderPerson", blank=True, related_name="+", verbose_name=_("people")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["position"]
        constraints = [
            *tenant_constraints("escalation_ladderlevel"),
            TenantKey(field="ladder", name="escalation_level_ladder_tenant"),
            models.UniqueConstraint(fields=["organization", "ladder", "position"], name="escalation_level_position"),
            models.CheckConstraint(
                condition=models.Q(position__gt=0, acknowledge_minutes__gt=0), name="escalation_level_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} · {self.title}"


class LadderPerson(TenantModel):
    """A named person of a level."""

    level = models.ForeignKey(
        LadderLevel, on_delete=models.CASCADE, db_constraint=False, related_name="members", verbose_name=_("level")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("person of a level")
        verbose_name_plural = _("people of a level")
        constraints = [
            *tenant_constraints("escalation_ladderperson"),
            TenantKey(field="level", name="escalation_person_level_tenant"),
            models.UniqueConstraint(fields=["organization", "level", "user"], name="escalation_person_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class EscalationQuerySet(TenantQuerySet["Escalation"]):
    """Questions about escalations."""

    def open(self) -> Self:
        """Not closed: somebody has to take it, or has taken it and owes an update."""
        return self.filter(closed_at__isnull=True)

    def due(self, now: datetime, *, historical: bool = False) -> Self:
        """Whose window of acknowledgement, or promised update, has passed."""
        return self.filter(historical=historical, next_at__lt=now).order_by("next_at", "id")


class Escalation(TenantModel):
    """A climb: opened by a cause, it stands at a level until acknowledged, climbs on silence, ends with a public answer."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="escalations",
        verbose_name=_("ticket"),
    )  # fmt: skip
    ladder = models.ForeignKey(
        Ladder, on_delete=models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("ladder")
    )
    cause = models.CharField(_("cause"), max_length=20, choices=[(c.value, word) for c, word in CAUSE.items()])
    level = models.PositiveSmallIntegerField(_("level"), help_text=_("Where it stands; the ladder's position."))
    opened_at = models.DateTimeField(_("opened at"))
    entered_at = models.DateTimeField(_("at this level since"))
    acknowledge_by = models.DateTimeField(_("to be acknowledged by"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("acknowledged by"),
    )  # fmt: skip
    update_by = models.DateTimeField(_("next update promised by"), null=True, blank=True)
    next_at = models.DateTimeField(_("looked at next"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    historical = models.BooleanField(_("historical"), default=False)

    objects = EscalationQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            *tenant_constraints("escalation_escalation"),
            TenantKey(field="ticket", name="escalation_escalation_ticket_tenant"),
            TenantKey(field="ladder", name="escalation_escalation_ladder_tenant"),
            models.UniqueConstraint(
                fields=["organization", "ticket"],
                condition=models.Q(closed_at__isnull=True),
                name="escalation_one_open",
            ),
        ]
        indexes = [
            # the tick: Escalation.objects.due(now)
            models.Index(
                fields=["historical", "next_at", "id"],
                condition=models.Q(next_at__isnull=False),
                name="escalation_next",
            ),
            # a ticket's escalations, newest first
            models.Index(fields=["organization", "ticket", "-id"], name="escalation_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.level}"


class EscalationStep(TenantModel):
    """A level reached, once for ever, and why."""

    escalation = models.ForeignKey(
        Escalation, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="steps",
        verbose_name=_("escalation"),
    )  # fmt: skip
    level = models.PositiveSmallIntegerField(_("level"))
    cause = models.CharField(_("cause"), max_length=20, choices=[(c.value, word) for c, word in CAUSE.items()])
    is_empty = models.BooleanField(_("nobody there"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        constraints = [
            *tenant_constraints("escalation_escalationstep", append_only=True),
            TenantKey(field="escalation", name="escalation_step_escalation_tenant"),
            models.UniqueConstraint(fields=["organization", "escalation", "level"], name="escalation_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.escalation_id} · {self.level}"


class SetAside(TenantModel):
    """A clock or escalation that couldn't be worked, so that it waits and holds nobody up; gone once it has gone through."""

    class Kind(models.TextChoices):
        CLOCK = "clock", _("clock")
        ESCALATION = "escalation", _("escalation")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    row_id = models.BigIntegerField(_("number of the row"))
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, blank=True, related_name="+",
        verbose_name=_("ticket"),
    )  # fmt: skip
    error = models.CharField(_("error"), max_length=100, help_text=_("Its class alone: a message may quote somebody."))
    times = models.PositiveIntegerField(_("failures"), default=1)
    failed_at = models.DateTimeField(_("failed at"))
    retry_at = models.DateTimeField(_("tried again at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("row set aside")
        verbose_name_plural = _("rows set aside")
        constraints = [
            *tenant_constraints("escalation_setaside"),
            TenantKey(field="ticket", name="escalation_setaside_ticket_tenant"),
            models.UniqueConstraint(fields=["organization", "kind", "row_id"], name="escalation_setaside_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class EngineHeartbeat(models.Model):
    """The engine's last sign of life, one row for all. Global: it counts, and says nothing about a client."""

    seen_at = models.DateTimeField()
    lag_seconds = models.FloatField()  # age of the oldest due clock or escalation when the tick began
    ticks = models.BigIntegerField()
    steps_fired = models.BigIntegerField()
    measured_at = models.DateTimeField(null=True)
    open_clocks = models.BigIntegerField()
    outbox_depth = models.BigIntegerField()
    outbox_seconds = models.FloatField()
    looked_upto = models.BigIntegerField(
        default=0, db_default=0
    )  # the last event of a clock that `look_for_broken` has seen

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="escalation_engineheartbeat_one")]

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d %H:%M:%S}"


class EngineMinute(models.Model):
    """What the engine did in a minute; those of the last two hours are kept. Global: it counts, and says nothing else."""

    at = models.DateTimeField(primary_key=True)
    ticks = models.IntegerField()
    steps_fired = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.steps_fired}"


class EngineOutage(models.Model):
    """A time in which the engine kept silent, and whether anybody was told. Written by the web, which lives without it."""

    began_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [  # one at a time
            models.UniqueConstraint(fields=["ended_at"], nulls_distinct=False, name="escalation_engineoutage_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M:%S}"
