from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Machines that speak for people: API tokens, and answers remembered so that a retry is safe."""

    name = "integrations"
    verbose_name = _("Integrations")
