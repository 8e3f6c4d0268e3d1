"""A calendar as an administrator writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget

from common import zones

from . import lines
from .calendar import Calendar, CalendarError
from .models import BusinessCalendar, CalendarEdition
from .sources import country_choices, public_days

YEARS_AHEAD = 5


def read_lines(read: Callable[[str], Any], text: str) -> Any:
    """What lines say, by one of slo.lines' readers; ValidationError quotes the one that can't be read."""
    try:
        return read(text)
    except lines.LineError as error:
        raise forms.ValidationError(_("This line can't be read: “%(line)s”.") % {"line": error}) from error


def day_names() -> tuple[str, ...]:
    """The days from Monday, short, in the reader's language."""
    return lines.FRENCH_DAYS if (get_language() or "en").startswith("fr") else lines.DAYS


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name, and what the next edition says, beginning with what the last one says."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), widget=UnfoldAdminSelectWidget, initial="Europe/Paris")
    weekly = forms.CharField(
        label=gettext_lazy("Weekly hours"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "A day or several a line: “Mon 09:00-12:30, 14:00-18:00” or “Mon-Fri 09:00-18:00”; up to 24:00."
        ),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Add the public holidays of"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Of this year and the five next ones, as lines of the list below."),
    )
    holidays = forms.CharField(
        label=gettext_lazy("Holidays"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "One a line: “2026-12-25 Christmas” closes the day; “2026-12-24 Christmas Eve 09:00-12:00” opens it in those hours."
        ),
    )
    effective_at = forms.SplitDateTimeField(
        label=gettext_lazy("Takes effect"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=gettext_lazy("Empty: at once. Never in the past: what was judged stays judged."),
    )

    class Meta:
        model = BusinessCalendar
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(zone, zone) for zone in zones.offered()]  # type: ignore[attr-defined]
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        self.last: CalendarEdition | None = None
        if self.instance.pk:
            self.last = self.instance.editions.order_by("-number").first()
        days = day_names()
        self.fields["weekly"].initial = f"{days[0]}-{days[4]} 09:00-18:00"
        if self.last:
            self.initial.update(
                zone=self.last.zone,
                weekly=lines.write_weekly(self.last.weekly, days),
                holidays=lines.write_holidays(self.last.holidays),
            )

    def clean_weekly(self) -> dict[str, list[list[str]]]:
        """Lines as windows by weekday."""
        weekly: dict[str, list[list[str]]] = read_lines(lines.read_weekly, self.cleaned_data["weekly"])
        return weekly

    def clean_holidays(self) -> dict[str, Any]:
        """Lines as names by date; a name written by hand beats the country's."""
        written: dict[str, Any] = read_lines(lines.read_holidays, self.cleaned_data["holidays"])
        country = self.cleaned_data.get("country")
        return ({**self._public(country), **written}) if country else written

    def clean(self) -> dict[str, Any]:
        """What the calendar's own rule refuses is said here, in its words."""
        data: dict[str, Any] = super().clean() or {}
        if {"zone", "weekly", "holidays"} <= set(data):
            try:
                self.rule = Calendar.from_data({name: data[name] for name in ("zone", "weekly", "holidays")}).to_data()
            except CalendarError as error:
                raise forms.ValidationError(_("This calendar can't be used: %(why)s") % {"why": error}) from error
        return data

    @property
    def says_something_new(self) -> bool:
        """Whether saving publishes an edition."""
        last = self.last
        return last is None or self.rule != {"zone": last.zone, "weekly": last.weekly, "holidays": last.holidays}

    def _public(self, country: str) -> dict[str, str]:
        first = date.today().year  # noqa: DTZ011 - which years to list, not when
        years = range(first, first + YEARS_AHEAD + 1)
        return public_days(country, "", years, (get_language() or "en").split("-")[0])
