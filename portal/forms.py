"""What people send about changes of a contract. A form checks shapes; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts import terms, words
from contracts.models import AgreementDocument, ChangeRequest, Contract
from contracts.selectors import amendable
from contracts.services import Wording

LONGEST = 20_000
TERM_ROWS = 3


def lines(label: Any, rows: int, **options: Any) -> forms.CharField:
    """A field of some lines."""
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **options)


class AskForm(forms.Form):
    """A change that somebody wants (domain §6)."""

    what = forms.CharField(
        label=_("What should change?"), max_length=200, help_text=_("In one line, as it will stand in the list.")
    )
    why = lines(_("Why?"), 5, help_text=_("What it is for, and what happens if nothing changes."))
    effect_scope = lines(_("Effect on the scope"), 2, required=False)
    effect_hours = lines(_("Effect on the hours"), 2, required=False)
    effect_price = lines(_("Effect on the price"), 2, required=False)
    effect_slo = lines(_("Effect on answer times"), 2, required=False)
    effect_dates = lines(_("Effect on dates"), 2, required=False)

    def effects(self) -> dict[str, str]:
        """What was said of effects, as the service takes it."""
        return {name: self.cleaned_data[name] for name in ChangeRequest.EFFECTS}

    def effect_fields(self) -> list[forms.BoundField]:
        """The fields about effects, which a page shows together."""
        return [self[name] for name in ChangeRequest.EFFECTS]


class ReasonForm(forms.Form):
    """A no, with its reason."""

    reason = lines(_("Why?"), 5, help_text=_("Both sides read it."))


class SignForm(forms.Form):
    """A signature: the text that was shown, and one's name."""

    shown_hash = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    typed_name = forms.CharField(
        label=_("Your full name, as your signature"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PdfForm(forms.Form):
    """A PDF of an amendment, in one language."""

    language = forms.ChoiceField(label=_("Language of the PDF"), choices=[("en", _("English")), ("fr", _("French"))])
    file = forms.FileField(
        label=_("PDF"), widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}), allow_empty_file=True,
        help_text=_("It takes the place of the one in this language, if there is one."),
        error_messages={"required": _("Choose a PDF.")},
    )  # fmt: skip


class DraftForm(forms.Form):
    """The first words of an amendment; more clauses and terms follow in the administration."""

    amends = forms.ModelChoiceField(
        queryset=AgreementDocument.objects.none(), label=_("Which document does it amend?"), empty_label=None,
        help_text=_("It ranks as this document, and beats its editions."),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=200)
    effective_on = forms.DateField(
        label=_("In effect not before"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It takes effect on this day or with the last signature, whichever is later."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language that prevails"), choices=[("en", _("English")), ("fr", _("French"))])
    number = forms.CharField(
        label=_("Clause number"), max_length=20, initial="1", help_text=_("The number of the clause that it replaces, or a new one.")
    )  # fmt: skip
    text = lines(_("Clause text"), 6, help_text=_("The exact words that both sides sign. Markdown works."))
    translation = lines(_("Translation, for reading only"), 4, required=False)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["amends"].queryset = amendable(contract).order_by("-effective_on", "id")  # type: ignore[attr-defined]
        keys = [("", "—")] + [
            (key, f"{words.label(term)} ({words.UNIT[term.kind]})") for key, term in terms.REGISTRY.items()
        ]
        for row in range(1, TERM_ROWS + 1):
            self.fields[f"key_{row}"] = forms.ChoiceField(label=_("Term"), choices=keys, required=False)
            self.fields[f"value_{row}"] = forms.CharField(label=_("New value"), max_length=200, required=False)
        self.initial.setdefault("language", (get_language() or "en")[:2])

    @cached_property
    def term_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Key and value, row by row."""
        return [(self[f"key_{row}"], self[f"value_{row}"]) for row in range(1, TERM_ROWS + 1)]

    def wording(self) -> Wording:
        """The clause, as the service takes it."""
        data = self.cleaned_data
        pairs = ((data[f"key_{row}"], data[f"value_{row}"]) for row in range(1, TERM_ROWS + 1))
        return Wording(data["number"], data["text"], data["translation"], {key: value for key, value in pairs if key})

    def clean(self) -> dict[str, Any]:
        """A value without its term, a term twice, or a term without its value is said beside its field."""
        data = super().clean() or {}
        seen: set[str] = set()
        for row in range(1, TERM_ROWS + 1):
            key, value = data.get(f"key_{row}"), data.get(f"value_{row}", "").strip()
            if value and not key:
                self.add_error(f"key_{row}", _("Choose the term that this value is for."))
            elif key and not value:
                self.add_error(f"value_{row}", _("Give the term a value, or leave its row empty."))
            elif key and key in seen:
                self.add_error(f"key_{row}", _("This term stands here twice: keep one of them."))
            seen.add(key or "")
        return data
