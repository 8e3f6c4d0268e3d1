"""Onboarding: the template that all plans are made from, and each contract's own plan with what was waited for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, tenant_constraints
from contracts import onboarding as rule
from contracts.amendment import Side

from .contract import Contract


class OwnerSide(models.TextChoices):
    """Who sees to an activity."""

    CLIENT = Side.CLIENT.value, _("the client")
    HOUSE = Side.HOUSE.value, _("Valiantys")


class ActivityWords(models.Model):
    """What an activity is called and asks for, in both languages."""

    title_en = models.CharField(_("title in English"), max_length=200)
    title_fr = models.CharField(_("title in French"), max_length=200)
    description_en = models.TextField(_("description in English"), blank=True, help_text=_("Markdown."))
    description_fr = models.TextField(_("description in French"), blank=True, help_text=_("Markdown."))
    owner = models.CharField(_("owner"), max_length=10, choices=OwnerSide.choices, default=OwnerSide.HOUSE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_fr if _french() else self.title_en

    @property
    def description(self) -> str:
        """In the reader's language, Markdown."""
        return self.description_fr if _french() else self.description_en


def _french() -> bool:
    return (get_language() or "en").startswith("fr")


class OnboardingTemplateActivity(ActivityWords):
    """An activity that every new plan begins with. No client's row: changing it changes no plan that is there."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    due_business_day = models.PositiveSmallIntegerField(
        _("due on business day"), default=10,
        help_text=_("Counted from the day the service commences, which is 1 when it is a business day."),
    )  # fmt: skip
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("activity of the onboarding template")
        verbose_name_plural = _("onboarding template")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_business_day__gte=1, due_business_day__lte=120), name="contracts_template_day",
                violation_error_message=_("An activity is due on a business day from 1 to 120."),
            ),
        ]  # fmt: skip


class OnboardingPlan(TenantModel):
    """The onboarding of one contract: when it commenced, and when the last activity was done."""

    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, db_constraint=False, related_name="onboarding", verbose_name=_("contract")
    )
    commences_on = models.DateField(_("commences on"))
    began_at = models.DateTimeField(_("began at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("onboarding")
        verbose_name_plural = _("onboardings")
        constraints = [
            *tenant_constraints("contracts_onboardingplan"),
            TenantKey(field="contract", name="contracts_onboarding_contract_tenant"),
        ]

    def __str__(self) -> str:
        return str(self.contract)


class OnboardingActivity(ActivityWords, TenantModel):
    """One activity of a plan, its words as the template said them that day. Done when both sides have agreed, never otherwise."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = rule.State.OPEN.value, _("open")
        WAITING_CLIENT = rule.State.WAITING_CLIENT.value, _("waiting for the client")
        WAITING_HOUSE = rule.State.WAITING_HOUSE.value, _("waiting for Valiantys")
        DONE = rule.State.DONE.value, _("done")

    plan = models.ForeignKey(
        OnboardingPlan, on_delete=models.PROTECT, db_constraint=False, related_name="activities",
        verbose_name=_("onboarding"),
    )  # fmt: skip
    key = models.SlugField(_("key"), max_length=60)
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.OPEN)
    evidence = models.TextField(_("evidence"), blank=True, max_length=10_000, help_text=_("Markdown."))
    evidence_link = models.URLField(_("link to the evidence"), max_length=500, blank=True)
    client_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("agreed for the client by"),
    )  # fmt: skip
    client_agreed_at = models.DateTimeField(_("agreed by the client at"), null=True, blank=True)
    house_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("agreed for Valiantys by"),
    )  # fmt: skip
    house_agreed_at = models.DateTimeField(_("agreed by Valiantys at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("onboarding activity")
        verbose_name_plural = _("onboarding activities")
        ordering = ["position", "id"]
        constraints = [
            *tenant_constraints("contracts_onboardingactivity"),
            TenantKey(field="plan", name="contracts_activity_plan_tenant"),
            models.UniqueConstraint(fields=["organization", "plan", "key"], name="contracts_activity_once"),
            models.CheckConstraint(
                condition=models.Q(
                    state="done", done_at__isnull=False, client_agreed_at__isnull=False, house_agreed_at__isnull=False
                )
                | (
                    ~models.Q(state="done")
                    & models.Q(done_at__isnull=True)
                    & (models.Q(client_agreed_at__isnull=True) | models.Q(house_agreed_at__isnull=True))
                ),
                name="contracts_activity_done_by_both",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{side}_agreed_by__isnull": True, f"{side}_agreed_at__isnull": True})
                    | models.Q(**{f"{side}_agreed_by__isnull": False, f"{side}_agreed_at__isnull": False}),
                    name=f"contracts_activity_{side}_agreed",
                )
                for side in ("client", "house")
            ),
        ]


class OnboardingWait(TenantModel):
    """A stretch in which an activity waited for one side, and for what. An empty reason: for its agreement."""

    activity = models.ForeignKey(
        OnboardingActivity, on_delete=models.PROTECT, db_constraint=False, related_name="waits",
        verbose_name=_("onboarding activity"),
    )  # fmt: skip
    side = models.CharField(_("waits for"), max_length=10, choices=OwnerSide.choices)
    reason = models.CharField(_("for what"), max_length=500, blank=True)
    began_at = models.DateTimeField(_("began at"))
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("wait")
        verbose_name_plural = _("waits")
        ordering = ["id"]
        constraints = [
            *tenant_constraints("contracts_onboardingwait"),
            TenantKey(field="activity", name="contracts_wait_activity_tenant"),
            models.UniqueConstraint(
                fields=["organization", "activity"],
                condition=models.Q(ended_at__isnull=True),
                name="contracts_wait_open",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="contracts_wait_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.get_side_display()}"

    def rule(self) -> rule.Wait:
        """As the rule takes it."""
        return rule.Wait(Side(self.side), self.began_at, self.ended_at)
