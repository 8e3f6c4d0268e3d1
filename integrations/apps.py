from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Machines that speak for people: API tokens, and answers remembered so that a retry is safe."""

    name = "integrations"
    verbose_name = _("Integrations")

    def ready(self) -> None:
        """What ends with somebody's membership or assignment, and what our events are called."""
        from accounts import departures

        from .services import end_tokens

        departures.register(end_tokens)

        from audit import words as audit

        from . import words
        from .models import ApiToken

        audit.VERBS.update(words.VERBS)
        audit.SUBJECTS["token"] = ApiToken._meta.verbose_name
        audit.NAMES["token"] = lambda ids: dict(ApiToken.objects.filter(pk__in=ids).values_list("pk", "name"))
