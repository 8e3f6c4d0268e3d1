"""The next edition of a calendar, as an administrator writes it. Shapes are checked here; the service decides."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import zones
from slo import lines
from slo.forms import day_names, read_lines


class CalendarChangeForm(forms.Form):
    """Begins with what is said now: of a draft, or of the last edition."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    weekly = forms.CharField(
        label=gettext_lazy("Weekly hours"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "A day or several a line: “Mon 09:00-12:30, 14:00-18:00” or “Mon-Fri 09:00-18:00”; up to 24:00."
        ),
    )  # fmt: skip
    holidays = forms.CharField(
        label=gettext_lazy("Holidays"), max_length=50_000, required=False, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "One a line: “2026-12-25 Christmas” closes the day; “2026-12-24 Christmas Eve 09:00-12:00” opens it in those hours."
        ),
    )  # fmt: skip
    effective_on = forms.DateField(
        label=gettext_lazy("Takes effect on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: at the moment you publish it. Never in the past: what was judged stays judged."),
    )  # fmt: skip
    effective_time = forms.TimeField(
        label=gettext_lazy("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("In the calendar’s time zone. Empty: at the beginning of that day."),
    )  # fmt: skip

    def __init__(self, *args: Any, says: dict[str, Any], effective_at: datetime | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(zone, zone) for zone in zones.offered()]  # type: ignore[attr-defined]
        local = effective_at.astimezone(ZoneInfo(says["zone"])) if effective_at else None
        self.initial = {
            "zone": says["zone"], "weekly": lines.write_weekly(says["weekly"], day_names()),
            "holidays": lines.write_holidays(says["holidays"]),
            "effective_on": local.date() if local else None, "effective_time": local.time() if local else None,
        }  # fmt: skip

    def clean_weekly(self) -> dict[str, list[list[str]]]:
        """Lines as windows by weekday."""
        return read_lines(lines.read_weekly, self.cleaned_data["weekly"])  # type: ignore[no-any-return]

    def clean_holidays(self) -> dict[str, str]:
        """Lines as names by date."""
        return read_lines(lines.read_holidays, self.cleaned_data["holidays"])  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        """A time without its day names no instant."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("effective_time") and not data.get("effective_on"):
            self.add_error("effective_on", _("Say on which day, or leave the time empty too."))
        return data

    def change(self) -> dict[str, Any]:
        """What `slo.services.draft_change` asks for."""
        data = self.cleaned_data
        day, at = data["effective_on"], data["effective_time"] or time()
        effective_at = datetime.combine(day, at, ZoneInfo(data["zone"])) if day else None
        return {name: data[name] for name in ("zone", "weekly", "holidays")} | {"effective_at": effective_at}
