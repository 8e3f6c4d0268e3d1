"""What people say to an escalation. A form checks shapes; the services decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PersistForm(forms.Form):
    """The client's "it persists"."""

    reason = forms.CharField(
        label=_("What persists?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("It goes into the conversation, and to whoever is called in. Never write a password here."),
    )


class AcknowledgeForm(forms.Form):
    """By when the client hears of us."""

    update_by = forms.DateTimeField(
        label=_("Next update by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("The client is told. If no answer has come by then, the escalation climbs to the next level."),
    )
