"""What people write on an onboarding's pages, and when a contract renews next. Forms check shapes; services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.amendment import Side
from contracts.models import Contract
from contracts.onboarding import State, other, waiting_for


class EvidenceForm(forms.Form):
    """What shows that an activity is done."""

    evidence = forms.CharField(
        label=_("What shows that it is done"), max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Both sides read it. Markdown works. Never write a password here."),
    )  # fmt: skip
    link = forms.URLField(
        label=_("Link"), max_length=500, required=False, assume_scheme="https",
        help_text=_("To minutes, a page or a document that both sides can open."),
    )  # fmt: skip


class TurnForm(forms.Form):
    """Whose turn it is; the other side's unless somebody chooses."""

    state = forms.ChoiceField(label=_("Whose turn is it?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What is waited for"), max_length=500, required=False,
        help_text=_("The side whose turn it is reads it by mail; empty only if both work on it. Agreements given before don’t hold any longer."),
    )  # fmt: skip

    def __init__(self, *args: Any, client: str, side: Side, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["state"]
        field.choices = [
            (State.WAITING_CLIENT.value, client),
            (State.WAITING_HOUSE.value, "Valiantys"),
            (State.OPEN.value, _("Both work on it")),
        ]
        field.initial = waiting_for(other(side)).value


class SideForm(forms.Form):
    """For which side somebody agrees, or takes the agreement back."""

    side = forms.CharField(widget=forms.HiddenInput, max_length=10)


class RenewForm(forms.Form):
    """When a contract renews next, and when it ends."""

    renews_on = forms.DateField(
        label=_("Renews next on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("You and the client’s approvers are reminded 90, 60 and 30 days before. Empty: it renews no more."),
    )  # fmt: skip
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: it goes on until somebody ends it."),
    )  # fmt: skip

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any):
        super().__init__(*args, **kwargs)
        before = contract.renews_on
        if before is not None:
            self.fields["renews_on"].initial = before.replace(
                year=before.year + 1, day=min(before.day, 28) if before.month == 2 else before.day
            )
