"""The roles that people hold, at a client or at Valiantys."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClientRole(models.TextChoices):
    """What a person may do for the client he or she works for."""

    REQUESTER = "requester", _("Requester")
    APPROVER = "approver", _("Approver")
    CLIENT_ADMIN = "client_admin", _("Client administrator")


class StaffRole(models.TextChoices):
    """What a person of Valiantys does."""

    CONSULTANT = "consultant", _("Consultant")
    LEAD = "lead", _("Service lead")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    ADMINISTRATOR = "administrator", _("Administrator")
