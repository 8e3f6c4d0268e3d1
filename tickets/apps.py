from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """The work: request types, tickets, conversation, work logs, queue."""

    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """What ends with somebody's membership or assignment."""
        from accounts import departures

        from .services import hand_back

        departures.register(hand_back)
