from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who: organizations, people, roles, assignments, permissions."""

    name = "accounts"
    verbose_name = _("People and clients")

    def ready(self) -> None:
        """Say what our events are called, and who their numbers are."""
        from audit import words as audit

        from . import words
        from .models import Organization, User

        audit.VERBS.update(words.VERBS)
        audit.SUBJECTS.update(organization=Organization._meta.verbose_name, person=User._meta.verbose_name)
        audit.NAMES["organization"] = lambda ids: dict(
            Organization.objects.filter(pk__in=ids).values_list("pk", "name")
        )
        audit.NAMES["person"] = lambda ids: dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
