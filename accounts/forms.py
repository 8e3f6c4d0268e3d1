"""What people type on the people pages. Rules are the services'; forms read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common import zones

from .models import Invitation, User
from .roles import ClientRole


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom, and as what."""

    role = forms.ChoiceField(label=_("Role"), choices=ClientRole.choices, initial=ClientRole.REQUESTER)

    class Meta:
        model = Invitation
        fields = ["email", "name", "role"]
        labels = {"email": _("E-mail address"), "name": _("Name")}


class NewcomerForm(forms.Form):
    """A newcomer's name and password."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's own settings."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(zone, zone) for zone in zones.offered()]  # type: ignore[attr-defined]
