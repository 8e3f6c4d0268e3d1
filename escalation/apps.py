from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationConfig(AppConfig):
    """What happens when we are late, or not good enough: the ladder, and the tick that drives it."""

    name = "escalation"
    verbose_name = _("Escalation")

    def ready(self) -> None:
        """Say what our events are called, and what a contract's ladder needs before it goes live."""
        from audit import words as audit
        from contracts import readiness

        from . import words
        from .readiness import has_ladder

        audit.VERBS.update(words.VERBS)
        readiness.register(has_ladder)
