from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Telling people: the outbox and its senders."""

    name = "notifications"
    verbose_name = _("Mails")
