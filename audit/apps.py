from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Remembering: the event log."""

    name = "audit"
    verbose_name = _("Events")
