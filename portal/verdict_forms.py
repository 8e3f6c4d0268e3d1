"""What people say of a promise that was judged. A form checks shapes; the services decide."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms import text

LONGEST = 4000  # as much as a mail shows of it
_words = partial(text, rows=4, longest=LONGEST)


class ProposeForm(forms.Form):
    """Excuse a missed promise."""

    reason = _words(
        _("Why should it be excused?"),
        help_text=_("Both sides read it. Somebody of the other side agrees or declines."),
    )


class ExcuseForm(forms.Form):
    """Agree or decline: two buttons."""

    reason = _words(_("Your reason"), help_text=_("Needed to decline. Both sides read it."), required=False)


class WithdrawForm(forms.Form):
    """Take back what the own side proposed or contests."""

    reason = _words(_("Why do you withdraw it?"), help_text=_("Both sides read it."))


class ContestForm(forms.Form):
    """What is contested, and why."""

    what = forms.ChoiceField(label=_("What do you contest?"), widget=forms.RadioSelect)
    words = _words(_("Why?"), help_text=_("In your own words. Your service lead or account manager answers here."))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """Our answer to a contest."""

    outcome = forms.ChoiceField(label=_("How is it settled?"), widget=forms.RadioSelect)
    reason = _words(_("Your reason"), help_text=_("The client reads it."))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
