from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationConfig(AppConfig):
    """What happens when we are late, or not good enough: the ladder, and the tick that drives it."""

    name = "escalation"
    verbose_name = _("Escalation")

    def ready(self) -> None:
        """What ends with somebody's membership or assignment, what our events are called, what a ladder needs to go live."""
        from accounts import departures

        from .services.ladders import step_down

        departures.register(step_down)

        from audit import words as audit
        from contracts import readiness

        from . import words
        from .readiness import has_ladder

        audit.VERBS.update(words.VERBS)
        readiness.register(has_ladder)
