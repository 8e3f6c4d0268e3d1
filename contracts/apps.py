from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """What we promised: documents, terms, reserved hours."""

    name = "contracts"
    verbose_name = _("Contracts")
