"""What mails are called, in the reader's language."""

from django.utils.translation import gettext_lazy as _

TEMPLATE = {
    "clock_breach": _("First answer late, to ours"),
    "clock_contest": _("Something of a promise contested, or answered"),
    "clock_excusal": _("Excusal of a missed promise"),
    "clock_missed": _("First answer late, to the client"),
    "clock_warning": _("First answer due soon"),
    "escalation_acknowledged": _("Escalation taken"),
    "escalation_level": _("Escalation reached a level"),
    "invitation": _("Invitation"),
    "ticket_assigned": _("Request assigned"),
    "ticket_noted": _("Internal note"),
    "ticket_opened": _("Request received"),
    "ticket_opened_staff": _("New request, to ours"),
    "ticket_priority": _("Priority corrected"),
    "ticket_replied": _("New reply"),
    "ticket_resolved": _("Request resolved"),
    "time_awaiting_approval": _("Time awaits approval"),
}
CHANNEL = {"email": _("e-mail")}


def template(name: str) -> str:
    """A mail's name; one that nobody named is shown as it is, never hidden."""
    return str(TEMPLATE.get(name, name))
