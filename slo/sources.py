"""Where a calendar's holidays come from: a country's public ones, or an ICS file. Each becomes rows of a file of holidays, so
that one page shows what they would change, and one edition says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import holidays as public_holidays
from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from common.errors import Refused

from .ics import MOST_BYTES, closed_days

COUNTRIES = {  # those we work in
    "FR": gettext_lazy("France"), "BE": gettext_lazy("Belgium"), "CH": gettext_lazy("Switzerland"),
    "LU": gettext_lazy("Luxembourg"), "MC": gettext_lazy("Monaco"), "DE": gettext_lazy("Germany"), "ES": gettext_lazy("Spain"),
    "IT": gettext_lazy("Italy"), "GB": gettext_lazy("United Kingdom"), "NL": gettext_lazy("Netherlands"),
    "PT": gettext_lazy("Portugal"), "CA": gettext_lazy("Canada"), "US": gettext_lazy("United States"),
}  # fmt: skip
MOST_YEARS = 10
LANGUAGES = {"en": gettext_lazy("English"), "fr": gettext_lazy("French")}


def country_choices() -> list[tuple[str, Any]]:
    """No country, those we work in, and all others by code."""
    known = public_holidays.list_supported_countries(include_aliases=False)
    rest = sorted(code for code in known if code not in COUNTRIES)
    return [("", "—"), *((code, COUNTRIES.get(code, code)) for code in (*COUNTRIES, *rest) if code in known)]


def public_days(country: str, region: str, years: range, language: str) -> dict[str, str]:
    """ISO date → name, of a country or one of its regions ("": what holds everywhere)."""
    spoken = language if language in _languages(country) else None
    days = public_holidays.country_holidays(country, subdiv=region or None, years=years, language=spoken)
    return {day.isoformat(): " ".join(name.split()) for day, name in sorted(days.items())}


def rows(days: Mapping[str, str], hours: str = "") -> bytes:
    """As a file of holidays: what `slo.exchange.HolidayRows` reads; `hours` hold for each of the days."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["date", "name", "hours"])
    writer.writerows([day, name[:100], hours] for day, name in days.items())
    return out.getvalue().encode()


class CountryForm(forms.Form):
    """A country's public holidays. The country is chosen first, by the address: its regions and languages depend on it."""

    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False, widget=UnfoldAdminSelectWidget)
    first = forms.IntegerField(label=gettext_lazy("From the year"), widget=UnfoldAdminIntegerFieldWidget)
    last = forms.IntegerField(label=gettext_lazy("to the year"), widget=UnfoldAdminIntegerFieldWidget)
    language = forms.ChoiceField(label=gettext_lazy("Names in"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, country: str, today: date, **kwargs: Any):
        known = {code for code, _words in country_choices() if code}
        self.country = country if country in known else "FR"
        self.countries = [choice for choice in country_choices() if choice[0]]
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", _("the whole country")), *_regions(self.country)]  # type: ignore[attr-defined]
        spoken = _languages(self.country)
        self.fields["language"].choices = [(one, LANGUAGES.get(one[:2], one)) for one in spoken] or [("", "—")]  # type: ignore[attr-defined]
        self.fields["language"].initial = next(
            (one for one in spoken if one.startswith((get_language() or "en")[:2])), None
        )
        self.fields["first"].initial, self.fields["last"].initial = today.year, today.year + 5

    def clean(self) -> dict[str, Any]:
        """A span of years that makes sense."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not (1990 <= first <= last <= 2100 and last - first < MOST_YEARS):
            raise forms.ValidationError(
                _("Choose at most %(most)s years, the first one before the last.") % {"most": MOST_YEARS}
            )
        return data

    def content(self) -> bytes:
        """The rows."""
        data = self.cleaned_data
        days = public_days(self.country, data["region"], range(data["first"], data["last"] + 1), data["language"])
        if not days:
            raise forms.ValidationError(_("Nothing is known of these years. Choose others."))
        return rows(days)


class DayForm(forms.Form):
    """One day out of the ordinary, written by hand: closed, or open in hours of its own."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=UnfoldAdminSingleDateWidget)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=UnfoldAdminTextInputWidget)
    hours = forms.CharField(
        label=gettext_lazy("Open in these hours only (empty: closed)"), required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "09:00-12:00"}),
    )  # fmt: skip

    def content(self) -> bytes:
        """Its row."""
        data = self.cleaned_data
        return rows({data["day"].isoformat(): data["name"]}, data["hours"])


class IcsForm(forms.Form):
    """An ICS file of holidays."""

    file = forms.FileField(
        label=gettext_lazy("ICS file"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".ics,text/calendar"}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose an ICS file.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today

    def content(self) -> bytes:
        """The rows of its closed days."""
        try:
            return rows(closed_days(self.cleaned_data["file"].read(MOST_BYTES + 1), self.today))
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def _languages(country: str) -> tuple[str, ...]:
    return tuple(public_holidays.country_holidays(country).supported_languages)


def _regions(country: str) -> list[tuple[str, str]]:
    """Code and names of each region."""
    found = public_holidays.country_holidays(country)
    names = found.get_subdivision_aliases()
    return [(code, " · ".join([code, *names.get(code, [])[:1]])) for code in found.subdivisions]
