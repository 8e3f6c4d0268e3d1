"""What a person says of a new token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User

from .services.tokens import DAYS


class TokenForm(forms.Form):
    """Name, client, how long."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Of the machine that will use it, so that you know it again.")
    )
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("Client"), empty_label=None)
    days = forms.TypedChoiceField(
        label=_("Valid for"), coerce=int, initial=DAYS[1],
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        field.queryset = Organization.objects.visible_to(user).order_by("name", "id")
        if user.is_valiantys:
            field.required, field.empty_label = False, _("Every client I serve")
