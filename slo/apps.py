from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SloConfig(AppConfig):
    """How promises are measured: calendars, clocks. Knows time, not tickets."""

    name = "slo"
    verbose_name = _("Calendars and clocks")
