"""Calendars, whose every change is a new edition; clocks, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from common.administration import Looking, LookingAdmin, ServiceAdmin

from . import lines, services
from .forms import CalendarForm
from .models import BusinessCalendar, CalendarEdition, Clock, ClockStep
from .services.naming import save_calendar


class EditionInline(Looking, TabularInline):
    """What the calendar has said, for ever; newest first."""

    model = CalendarEdition
    fields = ("number", "effective_at", "zone", "hours", "holiday_count")
    readonly_fields = fields
    ordering = ("-number",)
    extra = 0

    @admin.display(description=gettext_lazy("weekly hours"))
    def hours(self, edition: CalendarEdition) -> str:
        """On one line."""
        return lines.write_weekly(edition.weekly).replace("\n", "; ")

    @admin.display(description=gettext_lazy("holidays"))
    def holiday_count(self, edition: CalendarEdition) -> int:
        """How many."""
        return len(edition.holidays)


@admin.register(BusinessCalendar)
class CalendarAdmin(ServiceAdmin):
    """Saving publishes an edition when the hours, the holidays or the zone differ from the last one."""

    form = CalendarForm
    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "zone", "weekly", "country", "holidays", "effective_at")
    inlines = (EditionInline,)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        calendar = save_calendar(actor=request.user, calendar=obj)
        if not form.says_something_new:
            return
        edition = services.publish_edition(
            actor=request.user, calendar=calendar, effective_at=form.cleaned_data["effective_at"] or request.now,
            now=request.now, **form.rule,
        )  # fmt: skip
        messages.success(request, _("Edition %(number)s is published.") % {"number": edition.number})


class StepInline(Looking, TabularInline):
    """Thresholds passed."""

    model = ClockStep
    fields = ("name", "at", "fired_at")
    extra = 0


@admin.register(Clock)
class ClockAdmin(LookingAdmin):
    """Promises being kept."""

    list_display = ("id", "organization", "objective", "priority", "started_at", "due_at", "stopped_at", "verdict")
    list_filter = ("verdict", "priority", "organization")
    list_select_related = ("organization",)
    ordering = ("-id",)
    inlines = (StepInline,)
