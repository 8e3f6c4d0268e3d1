from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Machines that speak for people: API tokens, and answers remembered so that a retry is safe."""

    name = "integrations"
    verbose_name = _("Integrations")

    def ready(self) -> None:
        """What ends with somebody's membership or assignment."""
        from accounts import departures

        from .services import end_tokens

        departures.register(end_tokens)
