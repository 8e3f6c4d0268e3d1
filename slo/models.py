"""Calendars with their editions, clocks with their steps."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, TenantModel
from common.rls import TenantKey, TenantQuerySet, tenant_constraints

from .calendar import Calendar
from .clock import Verdict
from .excusal import Standing
from .timeline import Timeline, timeline_of
from .words import EXCUSAL, KIND, OBJECTIVE, PRIORITY, STEP, VERDICT


class BusinessCalendar(models.Model):
    """A named calendar that contracts point at. Global: it says when a desk is open, nothing about a client."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(
        _("short name"), max_length=60, blank=True, help_text=_("What commands call it: paris-9-18.")
    )
    retired_at = models.DateTimeField(
        _("retired at"), null=True, blank=True, help_text=_("No new contract takes it; those that have it keep it.")
    )

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=~models.Q(slug=""), name="slo_calendar_slug"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarEdition(models.Model):
    """What a calendar says from an instant on. Never changed: a change is a new edition (a trigger holds this)."""

    class Origin(models.TextChoices):
        """What made it."""

        HAND = "hand", _("by hand")
        LIST = "list", _("a list of holidays")
        FEED = "feed", _("the calendar’s feed")

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, related_name="editions", verbose_name=_("calendar")
    )
    number = models.PositiveIntegerField(_("edition"))
    zone = models.CharField(_("time zone"), max_length=60)
    weekly = models.JSONField(_("weekly hours"), help_text=_("Weekday (0 is Monday) → list of [opens, closes]."))
    holidays = models.JSONField(_("holidays"), default=dict, help_text=_("Date → name, or name and windows."))
    effective_at = models.DateTimeField(_("effective at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    origin = models.CharField(_("made by"), max_length=10, choices=Origin.choices, default=Origin.HAND)

    class Meta:
        verbose_name = _("calendar edition")
        verbose_name_plural = _("calendar editions")
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="slo_edition_number")]

    def __str__(self) -> str:
        return f"{self.calendar} · {self.number}"

    def rule(self) -> Calendar:
        """The pure calendar of this edition; compiled once a process, and looked up there once."""
        return self._rule

    @cached_property
    def _rule(self) -> Calendar:
        return Calendar.from_data({"zone": self.zone, "weekly": self.weekly, "holidays": self.holidays})

    @cached_property
    def published(self) -> tuple[CalendarEdition, ...]:
        """All editions of its calendar, oldest first: one query, unless whoever read this one has filled them in."""
        return tuple(CalendarEdition.objects.filter(calendar_id=self.calendar_id).order_by("number"))

    @cached_property
    def known(self) -> Timeline:
        """The calendar as it was known when this was its newest edition: what a clock is counted by."""
        return timeline_of(self.published, upto=self.number)

    @cached_property
    def planned(self) -> Timeline:
        """The calendar with all that is published by now: what a new promise is counted by."""
        return timeline_of(self.published)


class CalendarFeed(models.Model):
    """An address that publishes holidays (ICS), fetched once a day: what it says becomes an edition when it says something
    new. Global, as calendars are."""

    calendar = models.OneToOneField(
        BusinessCalendar, on_delete=models.PROTECT, related_name="feed", verbose_name=_("calendar")
    )
    url = models.URLField(_("address"), max_length=500)
    days = models.JSONField(_("what it said last"), default=dict, help_text=_("Date → name."))
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed the calendar at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return f"{self.calendar} · {self.url}"


class ClockQuerySet(TenantQuerySet["Clock"]):
    """Questions about clocks."""

    def due(self, now: datetime, *, historical: bool = False) -> Self:
        """Clocks that the rule must look at again; `next_at` is a hint, the rule decides."""
        return self.filter(historical=historical, next_at__lt=now).order_by("next_at", "id")

    def running(self) -> Self:
        """Clocks whose response hasn't come: still to be met, or missed and still owed."""
        return self.filter(stopped_at__isnull=True, verdict__in=[Verdict.RUNNING, Verdict.MISSED])


class Clock(TenantModel):
    """One objective running for one thing: what its events come to (slo/fold.py), kept where pages and the tick read it.

    It knows its promise by a snapshot, so that history is never re-judged.
    """

    objective = models.CharField(_("objective"), max_length=30, choices=OBJECTIVE, default="first_response")
    contract_ref = models.BigIntegerField(_("contract"), help_text=_("The contract that promised."))
    term_key = models.CharField(_("term"), max_length=60)
    provenance = models.JSONField(
        _("provenance"), default=dict, help_text=_("Document, edition and clause that set the target.")
    )
    edition = models.ForeignKey(
        CalendarEdition, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("calendar edition"),
        help_text=_("The newest one that it is counted by; the earlier ones rule their own time."),
    )  # fmt: skip
    priority = models.CharField(_("priority"), max_length=10, choices=PRIORITY)
    target_minutes = models.PositiveIntegerField(_("target, business minutes"))
    started_at = models.DateTimeField(_("started at"))
    warn_at = models.DateTimeField(_("warns at"), null=True, blank=True, help_text=_("Empty while it pauses."))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True, help_text=_("Empty while it pauses."))
    allowed_seconds = models.BigIntegerField(_("business seconds to the due instant"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    resume_by = models.DateTimeField(_("resumes by"), null=True, blank=True)
    next_at = models.DateTimeField(_("looked at next"), null=True, blank=True, help_text=_("A hint, not a verdict."))
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    business_seconds = models.BigIntegerField(_("business seconds to the response"), null=True, blank=True)
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=[(v.value, word) for v, word in VERDICT.items()], default=Verdict.RUNNING
    )
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True)
    void_reason = models.CharField(_("reason it is void"), max_length=200, blank=True)
    excusal = models.CharField(
        _("excusal"), max_length=20, choices=[(one.value, word) for one, word in EXCUSAL.items()], blank=True,
        default=Standing.NONE, db_default=Standing.NONE.value,
        help_text=_("Whether both sides excused it, or one waits for the other. The verdict stays."),
    )  # fmt: skip
    historical = models.BooleanField(_("historical"), default=False, help_text=_("Live ticks leave it alone."))

    objects = ClockQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            *tenant_constraints("slo_clock"),
            models.CheckConstraint(condition=models.Q(target_minutes__gt=0), name="slo_clock_target"),
            models.CheckConstraint(condition=models.Q(due_at__gte=models.F("started_at")), name="slo_clock_order"),
            models.CheckConstraint(
                condition=models.Q(paused_at=None, resume_by=None, due_at__isnull=False, warn_at__isnull=False)
                | models.Q(paused_at__isnull=False, resume_by__isnull=False, due_at=None, warn_at=None),
                name="slo_clock_paused",
            ),
            models.CheckConstraint(
                condition=models.Q(excusal="") | models.Q(verdict="missed"), name="slo_clock_excusal"
            ),
        ]
        indexes = [  # the tick: Clock.objects.due(now)
            models.Index(
                fields=["historical", "next_at", "id"], condition=models.Q(next_at__isnull=False), name="slo_clock_next"
            ),
            # the clocks that a change of a calendar moves: slo.services.changes.open_clocks
            models.Index(
                fields=["edition", "id"],
                name="slo_clock_measured_by",
                condition=models.Q(verdict="running", stopped_at__isnull=True, historical=False),
            ),
            # the few that wait for somebody's word: portal.selectors.home.waiting_for_me
            models.Index(
                fields=["organization", "id"],
                name="slo_clock_asks",
                condition=models.Q(excusal__in=["asks_client", "asks_valiantys"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective} · {self.due_at or self.started_at:%Y-%m-%d %H:%M}"


class ClockEvent(TenantModel):
    """One thing that happened to a clock, for ever. Ids, numbers and words of ours: nobody's text is in it."""

    organization = models.ForeignKey(  # the clock's composite key proves it, so it isn't looked up a second time
        Organization,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("client"),
    )
    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events",
        verbose_name=_("clock"),
    )  # fmt: skip
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("event"), max_length=20, choices=[(one.value, word) for one, word in KIND.items()])
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("by"), null=True, blank=True, help_text=_("Empty when the engine acted."))
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("clock event")
        verbose_name_plural = _("clock events")
        constraints = [
            *tenant_constraints("slo_clockevent", append_only=True, leaf=True),
            TenantKey(field="clock", name="slo_clockevent_clock_tenant"),
            models.UniqueConstraint(fields=["organization", "clock", "number"], name="slo_clockevent_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class ClockStep(TenantModel):
    """A threshold passed, once for ever. `at` is when it was due, `fired_at` when the tick saw it."""

    clock = models.ForeignKey(
        Clock,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="steps",
        verbose_name=_("clock"),
    )
    name = models.CharField(_("step"), max_length=20, choices=[(s.value, word) for s, word in STEP.items()])
    at = models.DateTimeField(_("due at"))
    fired_at = models.DateTimeField(_("fired at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("clock step")
        verbose_name_plural = _("clock steps")
        constraints = [
            *tenant_constraints("slo_clockstep", append_only=True),
            TenantKey(field="clock", name="slo_clockstep_clock_tenant"),
            models.UniqueConstraint(fields=["organization", "clock", "name"], name="slo_clockstep_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


from .change_models import CalendarChange as CalendarChange  # noqa: E402 - its keys name the models above
from .change_models import CalendarEvent as CalendarEvent  # noqa: E402 - and this one's, too
