"""A contract: one client, one plan, from a day on, with its own order of precedence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantQuerySet, tenant_constraints
from contracts.precedence import GUIDE_LAST, Order, OrderError, order_of
from slo.models import BusinessCalendar


def guide_last() -> list[list[str]]:
    """The order of precedence that a new contract has: the guide of March 2025 gives way to all others."""
    return [list(rank) for rank in GUIDE_LAST]


class ContractQuerySet(TenantQuerySet["Contract"]):
    """Questions about contracts."""

    def ran(self, on: date) -> ContractQuerySet:
        """Within its dates that day and no draft: time worked then draws on it, whatever became of it since."""
        within = self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on), starts_on__lte=on)
        return within.exclude(status__in=[Contract.Status.DRAFT, Contract.Status.ONBOARDING])

    def live(self, on: date) -> ContractQuerySet:
        """Active on a day: tickets may be opened under it."""
        return self.ran(on).filter(status=Contract.Status.ACTIVE)


class Days(models.Func):
    """From a first to a last day, both of them included; an empty last day never comes."""

    function = "DATERANGE"
    output_field = DateRangeField()


class OneAtATime(ExclusionConstraint):
    """Looked at with the contract's own plan and status even where a form doesn't show them."""

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        hidden = {"organization", "plan", "status"}
        super().validate(model, instance, exclude=set(exclude or ()) - hidden, using=using)


class Contract(TenantModel):
    """What one client was promised, from a day on. Plan and tier are separate fields (domain, "The words").

    One at a time: a client has at most one contract of a plan going on, active or suspended, on any day. A ticket names its
    contract and hours are drawn from it, so two of one plan would leave open which one pays; another plan (on demand beside
    Reserved Hours) answers that by itself. A suspended contract keeps its place, or it could not be resumed. Drafts and
    onboardings may overlap what runs: the next contract is prepared while the last one ends. PostgreSQL holds it, whoever asks.
    """

    class Plan(models.TextChoices):
        """How work is paid for."""

        ON_DEMAND = "on_demand", _("Total Care on Demand")
        TOTAL_CARE = "total_care", _("Total Care")

    class Tier(models.TextChoices):
        """How much service."""

        STANDARD = "standard", _("Standard")
        PREMIUM = "premium", _("Premium")
        ENTERPRISE = "enterprise", _("Enterprise")

    class Status(models.TextChoices):
        """Where the contract is in its life (domain §1.5)."""

        DRAFT = "draft", _("draft")
        ONBOARDING = "onboarding", _("onboarding")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    reference = models.CharField(_("reference"), max_length=40)
    plan = models.CharField(_("plan"), max_length=20, choices=Plan.choices, default=Plan.TOTAL_CARE)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier.choices, default=Tier.STANDARD)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    renews_on = models.DateField(_("renews on"), null=True, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar")
    )
    critical_calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("calendar for critical tickets"), help_text=_("Empty: the contract's own calendar."),
    )  # fmt: skip
    precedence = models.JSONField(
        _("order of precedence"), default=guide_last,
        help_text=_("Ranks of kinds of documents, the highest first; kinds of one rank stand in one list."),
    )  # fmt: skip

    ended_reason = models.TextField(_("why it ended"), blank=True, editable=False)

    objects = ContractQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            *tenant_constraints("contracts_contract"),
            models.UniqueConstraint(fields=["organization", "reference"], name="contracts_contract_reference"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="contracts_contract_dates",
                violation_error_message=_("A contract can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(renews_on__isnull=True)
                | models.Q(renews_on__gte=models.F("starts_on"), ends_on__isnull=True)
                | models.Q(renews_on__gte=models.F("starts_on"), renews_on__lte=models.F("ends_on")),
                name="contracts_contract_renewal",
                violation_error_message=_("A contract renews between its first and its last day."),
            ),
            OneAtATime(
                name="contracts_contract_one_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("plan", RangeOperators.EQUAL),
                    (
                        Days("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(status__in=["active", "suspended"]),
                violation_error_message=_(
                    "Another contract of this plan runs on some of these days: end that one first, or choose other dates."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(status="active") | models.Q(calendar__isnull=False),
                name="contracts_contract_calendar",
                violation_error_message=_(
                    "An active contract needs a calendar: choose one, or keep the contract a draft."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def clean(self) -> None:
        """The order of precedence names each kind of document exactly once."""
        try:
            self.order()
        except (OrderError, TypeError) as error:
            kinds = ", ".join(getattr(error, "kinds", ())) or _("it is no list of lists")
            raise ValidationError(
                {
                    "precedence": _("Each kind of document stands in the order exactly once. Look at: %(kinds)s.")
                    % {"kinds": kinds}
                }
            ) from error

    def order(self) -> Order:
        """Its order of precedence, as the rule takes it."""
        return order_of(self.precedence)
