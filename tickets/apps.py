from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """The work: request types, tickets, conversation, work logs, queue."""

    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """What ends with somebody's membership or assignment, which files messages have, and what our events are called."""
        from accounts import departures

        from .services import hand_back

        departures.register(hand_back)

        from audit import words as audit
        from common import files

        from . import words
        from .models import Attachment, Ticket

        files.KEYS.append(lambda: Attachment.objects.values_list("key", flat=True))

        audit.VERBS.update(words.VERBS)
        audit.SUBJECTS["ticket"] = Ticket._meta.verbose_name
        audit.NAMES["ticket"] = lambda ids: {
            one.pk: one.reference for one in Ticket.objects.filter(pk__in=ids).select_related("organization")
        }
