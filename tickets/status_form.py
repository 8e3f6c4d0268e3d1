"""The form of a change of status."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import words
from .fields import FilesField
from .forms import text


class ActionForm(forms.Form):
    """A change of status. Some need words: a question, an answer, a reason. `pausing`: asking would hold a promise, so that it
    is said why, and until when at the latest."""

    ACTIONS = ("take", "wait_for_client", "wait_for_third_party", "resolve", "reopen", "confirm_solved", "cancel")
    WORDS = {
        "wait_for_client": _("What do you ask the client?"),
        "resolve": _("Your last answer to the client (optional once you have answered)"),
        "reopen": _("What is still missing?"),
        "cancel": _("Why is it cancelled? Both sides read this."),
    }
    TAKES_FILES = {"wait_for_client", "resolve", "reopen"}
    MISSING = {
        "wait_for_client": _("Ask the client a question: they must know what we wait for."),
        "cancel": _("Give a reason."),
    }
    PAUSE = ("reason", "resume_on")
    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS], widget=forms.HiddenInput)
    text = text(_("Message"), required=False)
    reason = forms.ChoiceField(label=_("What do we wait for?"), choices=list(words.WAITS.items()))
    resume_on = forms.DateField(
        label=_("Until when at the latest"),
        help_text=_("The promise pauses until the client does anything. On this morning it goes on by itself."),
        error_messages={
            "required": _("Say by when you expect the answer: the promise pauses until then at the latest.")
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    attachments = FilesField()

    def __init__(self, *args: Any, pausing: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        action = self["action"].value()
        if action != "wait_for_client" or not pausing:
            for name in self.PAUSE:
                del self.fields[name]
        self.fields["text"].label = self.WORDS.get(action, _("Message"))
        if action in self.MISSING:
            self.fields["text"].required = True
            self.fields["text"].error_messages["required"] = self.MISSING[action]
        if action not in self.WORDS:
            self.fields["text"].widget = forms.HiddenInput()
        if action not in self.TAKES_FILES:
            del self.fields["attachments"]
