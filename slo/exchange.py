"""A calendar's holidays as a file: a row a day. What it brings is one new edition, published by the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource

from common.errors import Refused
from common.exchange import Checked, Table

from . import services
from .models import BusinessCalendar


@dataclass
class Holiday:
    """A closed day."""

    date: Any = ""
    name: str = ""


class HolidayRows(Table, Resource):
    """The days of a calendar's last edition, and those that a file adds or renames."""

    key = "date"
    date = Field(attribute="date", column_name="date", widget=Checked(forms.DateField(input_formats=["%Y-%m-%d"])))
    name = Field(attribute="name", column_name="name", widget=Checked(forms.CharField(max_length=100)))

    class Meta:
        fields = ("date", "name")
        import_id_fields = ("date",)
        instance_loader_class = BaseInstanceLoader  # nothing is loaded: the days are in the edition
        skip_unchanged = report_skipped = store_instance = skip_html_diff = True

    def __init__(self, *, calendar: BusinessCalendar, actor: Any, now: Any):
        super().__init__(actor=actor, now=now)
        self.calendar = calendar
        self.last = calendar.editions.order_by("-number").first()
        self.days: dict[str, str] = dict(self.last.holidays) if self.last else {}

    def all_days(self) -> list[Holiday]:
        """Every closed day, by date."""
        return [Holiday(day, name) for day, name in sorted(self.days.items())]

    def init_instance(self, row: Any = None) -> Holiday:
        """A day that isn't closed yet."""
        return Holiday()

    def get_instance(self, instance_loader: Any, row: Any) -> Holiday | None:
        """The closed day of that date, if it is one."""
        try:
            day = self.fields["date"].clean(row)
        except ValueError:
            return None
        return Holiday(day, self.days[day.isoformat()]) if day.isoformat() in self.days else None

    def write(self, instance: Holiday) -> None:
        """Kept until the whole file is read."""
        self.days[instance.date.isoformat()] = instance.name

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """One edition for the whole file, if it says something new."""
        if self.last is None:
            raise Refused(_("This calendar has no opening hours yet: give it some first, then its holidays."))
        if self.days != self.last.holidays and not result.has_validation_errors():
            services.publish_edition(
                actor=self.actor, calendar=self.calendar, zone=self.last.zone, weekly=self.last.weekly, holidays=self.days,
                effective_at=max(self.now, self.last.effective_at), now=self.now,
            )  # fmt: skip
