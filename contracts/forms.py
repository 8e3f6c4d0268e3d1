"""What people write into the register of responsibilities. A form checks shapes; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.selectors import members

from .models import Responsibility
from .services.responsibilities import NAME_LENGTH, TEXT_LENGTH, TITLE_LENGTH


def _text(label: Any, rows: int, **options: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=TEXT_LENGTH, required=False, widget=area, **options)


class SettleForm(forms.Form):
    """How far it is, and what shows it."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=lambda: [(one.value, capfirst(one.label)) for one in Responsibility.State],
        error_messages={"invalid_choice": _("Choose one of the states: open, in progress, done, not applicable.")},
    )
    evidence = _text(
        _("Evidence"), 4,
        help_text=_("What shows that it is done: a link, a name, a date. Markdown works. Never write a password here."),
    )  # fmt: skip


class ResponsibilityForm(SettleForm):
    """A line of the register as staff write it. Who answers for it is a person of the client, or a name."""

    head = forms.ChoiceField(label=_("Head"), choices=[(one.value, one.label) for one in Responsibility.Head])
    title = forms.CharField(
        label=_("What is to be provided?"), max_length=TITLE_LENGTH, help_text=_("In one line, as a thing to tick off.")
    )
    description = _text(_("Details"), 5, help_text=_("Markdown works. Never write a password here."))
    owner = forms.TypedChoiceField(label=_("Owner"), required=False, empty_value=None)
    owner_name = forms.CharField(
        label=_("Owner without an account"), max_length=NAME_LENGTH, required=False,
        help_text=_("A name or a team, when nobody of the list has it."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    field_order = ("head", "title", "description", "owner", "owner_name", "due_on", "state", "evidence")

    def __init__(self, *args: Any, user: User, organization: Organization, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = {str(one.user_id): one.user for one in members(user, organization) if one.user.is_active}
        if (owner := self.initial.get("owner")) is not None:
            people.setdefault(str(owner.pk), owner)  # who has left is still shown, until somebody takes over
            self.initial["owner"] = owner.pk
        field: Any = self.fields["owner"]
        field.choices = [("", _("Nobody yet")), *((key, str(one)) for key, one in people.items())]
        field.coerce = people.__getitem__

    @classmethod
    def of(cls, item: Responsibility) -> dict[str, Any]:
        """What a line holds, to begin with."""
        return {name: getattr(item, name) for name in cls.field_order}
