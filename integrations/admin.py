"""Tokens, to look at: who lets which machine speak, and since when it was last heard."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from common.administration import LookingAdmin

from .models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(LookingAdmin):
    """Whose they are, and whether they are used. A person's account closed, all of them open nothing."""

    list_display = ("name", "user", "organization", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at")
    list_select_related = ("user", "organization")
    search_fields = ("name", "user__email", "user__name")
    search_help_text = _("The token’s name, or its person’s name or address.")
    date_hierarchy = "created_at"
    exclude = ("digest",)
    ordering = ("-id",)
