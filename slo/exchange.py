"""A calendar's holidays as a file: a row a day. What it brings is one new edition, published by the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.widgets import Widget

from common.errors import Refused
from common.exchange import Checked, Table

from . import lines, services
from .calendar import CalendarError
from .models import BusinessCalendar, CalendarEdition
from .week import checked_holidays, read_holiday, stored_holiday


@dataclass
class Holiday:
    """A closed day, or one with hours of its own: "09:00-12:00"."""

    date: Any = ""
    name: str = ""
    hours: str = ""


class Hours(Widget):
    """Windows in one cell; empty: closed all day."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """As they are written in the calendar's own lines; what makes no sense is said in words."""
        text = str(value or "").strip()
        if not text:
            return ""
        try:
            day = checked_holidays({"2000-01-01": lines.stored("x", lines.read_windows(text))})
        except lines.LineError as error:
            raise ValueError(_("Write hours like “09:00-12:00” or “09:00-12:00, 14:00-16:00”.")) from error
        except CalendarError as error:
            raise ValueError(str(error)) from error
        return lines.write_windows(read_holiday(stored_holiday(day[0][1])).windows)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The same, back."""
        return str(value or "")


class HolidayRows(Table, Resource):
    """The days of a calendar's last edition, and those that a file adds or renames."""

    key = "date"
    date = Field(attribute="date", column_name="date", widget=Checked(forms.DateField(input_formats=["%Y-%m-%d"])))
    name = Field(attribute="name", column_name="name", widget=Checked(forms.CharField(max_length=100)))
    hours = Field(attribute="hours", column_name="hours", widget=Hours())

    class Meta:
        fields = ("date", "name", "hours")
        import_id_fields = ("date",)
        instance_loader_class = BaseInstanceLoader  # nothing is loaded: the days are in the edition
        skip_unchanged = report_skipped = store_instance = skip_html_diff = True

    def __init__(self, *, calendar: BusinessCalendar, actor: Any, now: Any, origin: str = CalendarEdition.Origin.LIST):
        super().__init__(actor=actor, now=now)
        self.calendar, self.origin = calendar, origin
        self.last = calendar.editions.order_by("-number").first()
        self.days: dict[str, Any] = dict(self.last.holidays) if self.last else {}

    def all_days(self) -> list[Holiday]:
        """Every day out of the ordinary, by date."""
        return [self._row(day) for day in sorted(self.days)]

    def init_instance(self, row: Any = None) -> Holiday:
        """A day that isn't in the list yet."""
        return Holiday()

    def get_instance(self, instance_loader: Any, row: Any) -> Holiday | None:
        """The day of that date, if it is in the list."""
        try:
            day = self.fields["date"].clean(row)
        except ValueError:
            return None
        return self._row(day.isoformat()) if day.isoformat() in self.days else None

    def write(self, instance: Holiday) -> None:
        """Kept until the whole file is read."""
        windows = lines.read_windows(instance.hours) if instance.hours else []
        self.days[instance.date.isoformat()] = lines.stored(instance.name, windows)

    def _row(self, day: str) -> Holiday:
        found = read_holiday(self.days[day])
        return Holiday(date.fromisoformat(day), found.name, lines.write_windows(found.windows))

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """One edition for the whole file, if it says something new."""
        if self.last is None:
            raise Refused(_("This calendar has no opening hours yet: give it some first, then its holidays."))
        if self.days != self.last.holidays and not result.has_validation_errors():
            services.publish_edition(
                actor=self.actor, calendar=self.calendar, zone=self.last.zone, weekly=self.last.weekly, holidays=self.days,
                effective_at=max(self.now, self.last.effective_at), now=self.now, origin=self.origin,
            )  # fmt: skip
