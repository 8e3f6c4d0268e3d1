"""Files in a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import files


class FilesInput(forms.FileInput):
    """Any number of files; static/js/files.js lets one drop and paste them too, and says at once what is too large."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        limits = {"data-most-bytes": settings.ATTACHMENT_MAX_BYTES, "data-most-files": settings.ATTACHMENT_MAX_FILES}
        return super().get_context(name, value, {**(attrs or {}), **limits})


def _limits() -> str:
    return _("Up to %(count)d, of %(size)s each. Only people who can read the request can open them.") % {
        "count": settings.ATTACHMENT_MAX_FILES,
        "size": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
    }


class FilesField(forms.Field):
    """Optional files, as a list. What is over a limit is refused by name; the texts of the form stay."""

    widget = FilesInput

    def __init__(self, **options: Any):
        super().__init__(
            **{"label": gettext_lazy("Files"), "required": False, "help_text": lazy(_limits, str)(), **options}
        )

    def clean(self, value: Any) -> list[Any]:
        chosen = list(value or [])
        if found := files.problems(chosen):
            raise ValidationError(found)
        return chosen
