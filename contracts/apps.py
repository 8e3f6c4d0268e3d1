from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """What we promised: documents, terms, scope, reserved hours; and what the client provides."""

    name = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        """Say what our events are called, which contract a number is, and which files documents have."""
        from audit import words as audit
        from common import files

        from . import words
        from .models import Contract, DocumentFile, Responsibility, StandardFile

        files.KEYS.append(lambda: DocumentFile.objects.values_list("key", flat=True))
        files.KEYS.append(lambda: StandardFile.objects.values_list("key", flat=True))

        audit.VERBS.update(words.VERBS)
        audit.SUBJECTS["contract"] = Contract._meta.verbose_name
        audit.NAMES["contract"] = lambda ids: dict(Contract.objects.filter(pk__in=ids).values_list("pk", "reference"))
        audit.SUBJECTS["responsibility"] = Responsibility._meta.verbose_name
        audit.NAMES["responsibility"] = lambda ids: dict(
            Responsibility.objects.filter(pk__in=ids).values_list("pk", "title")
        )
