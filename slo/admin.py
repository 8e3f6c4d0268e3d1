"""Calendars, whose every change is a new edition; clocks, to look at."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action

from common import exchange
from common.administration import Looking, LookingAdmin, ServiceAdmin, confirmed
from common.exchange_pages import FileForm, give, take

from . import services, sources, words
from .exchange import HolidayRows
from .feed_page import feed_page
from .forms import CalendarForm
from .models import BusinessCalendar, CalendarEdition, CalendarEvent, Clock, ClockEvent, ClockStep
from .services.naming import offer_calendar_again, retire_calendar, save_calendar


class EditionInline(Looking, TabularInline):
    """What the calendar has said, for ever; newest first."""

    model = CalendarEdition
    fields = ("number", "effective_at", "zone", "hours", "holiday_count", "origin", "published_at")
    readonly_fields = fields
    ordering = ("-number",)
    extra = 0

    @admin.display(description=gettext_lazy("weekly hours"))
    def hours(self, edition: CalendarEdition) -> str:
        """On one line."""
        return "; ".join(words.week(edition.weekly))

    @admin.display(description=gettext_lazy("holidays"))
    def holiday_count(self, edition: CalendarEdition) -> int:
        """How many."""
        return len(edition.holidays)


class HistoryInline(Looking, TabularInline):
    """What was done to it besides its editions; newest first."""

    model = CalendarEvent
    fields = ("at", "verb", "actor", "hosts")
    readonly_fields = fields
    ordering = ("-id",)
    extra = 0
    verbose_name_plural = gettext_lazy("History of the feed")

    @admin.display(description=gettext_lazy("address"))
    def hosts(self, event: CalendarEvent) -> str:
        """The host, and the one before."""
        return " → ".join(filter(None, (event.data.get("before"), event.data.get("host"))))


@admin.register(BusinessCalendar)
class CalendarAdmin(ServiceAdmin):
    """Saving publishes an edition when the hours, the holidays or the zone differ from the last one."""

    form = CalendarForm
    list_display = ("name", "zone", "hours", "edition", "retired_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "zone", "weekly", "country", "holidays", "effective_at")
    inlines = (EditionInline, HistoryInline)
    actions_detail = (
        "see_year",
        "change_with_preview",
        {
            "title": gettext_lazy("Holidays"),
            "items": ["add_day", "public_holidays", "import_ics", "follow", "import_holidays", "export_holidays"],
        },
        "retire",
        "offer_again",
    )
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("editions")

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, calendar: BusinessCalendar) -> str:
        """Of the newest edition."""
        return newest.zone if (newest := _newest(calendar)) else "–"

    @admin.display(description=gettext_lazy("weekly hours"))
    def hours(self, calendar: BusinessCalendar) -> str:
        """Of the newest edition."""
        return "; ".join(words.week(newest.weekly)) if (newest := _newest(calendar)) else "–"

    @admin.display(description=gettext_lazy("edition"))
    def edition(self, calendar: BusinessCalendar) -> str:
        """The newest one's number."""
        return str(newest.number) if (newest := _newest(calendar)) else "–"

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if (calendar := context.get("original")) is not None:
            hidden = "retire" if calendar.retired_at else "offer_again"
            context["actions_detail"] = [
                one for one in context["actions_detail"] if not one.get("path", "").endswith(f"/{hidden}/")
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        calendar = save_calendar(actor=request.user, calendar=obj)
        if not form.says_something_new:
            return
        edition = services.publish_edition(
            actor=request.user, calendar=calendar, effective_at=form.cleaned_data["effective_at"] or request.now,
            now=request.now, **form.rule,
        )  # fmt: skip
        messages.success(request, _("Edition %(number)s is published.") % {"number": edition.number})

    @action(description=gettext_lazy("Change with a preview"), url_path="preview")
    def change_with_preview(self, request: Any, object_id: str) -> HttpResponse:
        """On the portal's own page: what the next edition would move is shown before it is published."""
        return HttpResponseRedirect(reverse("portal:calendar_draft", args=[self.found(request, object_id).pk]))

    @action(description=gettext_lazy("Retire…"), url_path="retire")
    def retire(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first."""
        calendar = self.found(request, object_id)
        return confirmed(
            request, self, calendar, title=_("Retire the calendar “%(name)s”?") % {"name": calendar},
            says=(
                _("No new contract can take it."),
                _("Contracts that have it keep it, and clocks that it measures run on."),
                _("Its editions stay for ever. It can be offered again."),
            ),
            button=_("Retire the calendar"), done=_("The calendar is retired."),
            act=lambda: retire_calendar(actor=request.user, calendar=calendar, now=request.now),
        )  # fmt: skip

    @action(description=gettext_lazy("Offer again…"), url_path="offer_again")
    def offer_again(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first."""
        calendar = self.found(request, object_id)
        return confirmed(
            request, self, calendar, title=_("Offer the calendar “%(name)s” again?") % {"name": calendar},
            says=(_("Contracts can take it from now on."),), button=_("Offer it again"), done=_("The calendar is on offer."),
            act=lambda: offer_calendar_again(actor=request.user, calendar=calendar),
        )  # fmt: skip

    @action(description=gettext_lazy("Export holidays"), url_path="holidays/export")
    def export_holidays(self, request: Any, object_id: str) -> HttpResponse:
        """All closed days of the last edition."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        calendar = self.found(request, object_id)
        rows = HolidayRows(calendar=calendar, actor=request.user, now=request.now)
        return give(exchange.write(rows, rows.all_days()), f"holidays-{calendar.pk}")

    @action(description=gettext_lazy("Import holidays"), url_path="holidays/import")
    def import_holidays(self, request: Any, object_id: str) -> HttpResponse:
        """A file of closed days becomes one edition."""
        return self._take(request, object_id, _("Import holidays of “%(name)s”"), "", FileForm)

    @action(description=gettext_lazy("Add a day…"), url_path="day")
    def add_day(self, request: Any, object_id: str) -> HttpResponse:
        """A day closed, or with hours of its own, without writing the whole list."""
        says = _(
            "A day that is closed, or open in hours of its own. To make it ordinary again, take its line out of the list."
        )
        return self._take(
            request, object_id, _("A day of “%(name)s”"), says, sources.DayForm, CalendarEdition.Origin.HAND
        )

    @action(description=gettext_lazy("Public holidays…"), url_path="holidays/public")
    def public_holidays(self, request: Any, object_id: str) -> HttpResponse:
        """Those of a country, or of a region of it."""
        ask = partial(sources.CountryForm, country=request.GET.get("country", ""), today=request.now.date())
        says = _(
            "The days of these years are added, or renamed; other days stay. All of it becomes one new edition, in force at "
            "once, or with the last one if that is still to come."
        )
        return self._take(request, object_id, _("Public holidays for “%(name)s”"), says, ask)

    @action(description=gettext_lazy("ICS file…"), url_path="holidays/ics")
    def import_ics(self, request: Any, object_id: str) -> HttpResponse:
        """The whole-day events of a file."""
        ask = partial(sources.IcsForm, today=request.now.date())
        says = _("Events of whole days are closed days, those that come again each year too. At most 512 kB.")
        return self._take(request, object_id, _("Holidays of “%(name)s” from an ICS file"), says, ask)

    @action(description=gettext_lazy("Feed…"), url_path="feed")
    def follow(self, request: Any, object_id: str) -> HttpResponse:
        """The address whose holidays it follows."""
        return feed_page(request, self, self.found(request, object_id))

    @action(description=gettext_lazy("The year"), url_path="year")
    def see_year(self, request: Any, object_id: str) -> HttpResponse:
        """Everybody's page of it."""
        return HttpResponseRedirect(f"/calendars/{self.found(request, object_id).pk}/")

    def _take(
        self, request: Any, object_id: str, title: str, says: str, ask: Any, origin: str = CalendarEdition.Origin.LIST
    ) -> HttpResponse:
        if not self.has_change_permission(request) or not self.has_add_permission(request):
            raise PermissionDenied
        calendar = self.found(request, object_id)
        whole = _(
            "A day of the file is added, or renamed; days that the file doesn’t name stay. All of it becomes one new "
            "edition, in force at once, or with the last one if that is still to come."
        )
        return take(
            request, self, lambda: HolidayRows(calendar=calendar, actor=request.user, now=request.now, origin=origin),
            title=title % {"name": calendar}, says=says or whole, ask=ask, name=f"holidays {calendar.pk}",
            back=reverse("admin:slo_businesscalendar_change", args=[calendar.pk]),
            remember=lambda result: self.log_change(request, calendar, _("Holidays imported.")),
        )  # fmt: skip


def _newest(calendar: BusinessCalendar) -> CalendarEdition | None:
    """From what the list has read already."""
    return max(calendar.editions.all(), key=lambda edition: edition.number, default=None)


class StepInline(Looking, TabularInline):
    """Thresholds passed."""

    model = ClockStep
    fields = ("name", "at", "fired_at")
    extra = 0


class EventInline(Looking, TabularInline):
    """What happened, in order."""

    model = ClockEvent
    fields = ("number", "kind", "at", "actor_id", "data")
    ordering = ("number",)
    extra = 0


@admin.register(Clock)
class ClockAdmin(LookingAdmin):
    """Promises being kept."""

    list_display = (
        "id", "organization", "objective", "priority", "started_at", "due_at", "stopped_at", "verdict", "excusal",
    )  # fmt: skip
    list_filter = ("verdict", "excusal", "priority", "historical", ("organization", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("organization",)
    date_hierarchy = "started_at"
    ordering = ("-id",)
    fields = (
        ("organization", "objective"), ("priority", "target_minutes"), ("started_at", "due_at"), ("warn_at", "stopped_at"),
        ("paused_at", "resume_by"), ("verdict", "judged_at"), "excusal", "void_reason", "edition", "origin",
        ("business_seconds", "allowed_seconds", "historical"),
    )  # fmt: skip
    readonly_fields = ("origin",)
    inlines = (EventInline, StepInline)

    @admin.display(description=gettext_lazy("promised by"))
    def origin(self, clock: Clock) -> str:
        """Document, edition and clause; or the default."""
        source = clock.provenance
        if source.get("source") != "clause":
            return _("Default, no clause")
        return _("%(document)s, edition %(edition)s, §%(clause)s") % {
            name: source.get(name, "–") for name in ("document", "edition", "clause")
        }
