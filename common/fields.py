"""Form fields without a domain."""

from __future__ import annotations

from typing import Any

from django import forms


class Lines(forms.CharField):
    """A list of texts, one a line; blank lines are left out. Stands in for an array's own field."""

    widget = forms.Textarea

    def __init__(self, *, base_field: Any = None, **options: Any):
        self.longest = getattr(base_field, "max_length", None)
        options.pop("max_length", None)
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        return [line for one in str(super().to_python(value) or "").splitlines() if (line := one.strip())]

    def validate(self, value: Any) -> None:
        super().validate(value)
        for line in value:
            if self.longest and len(line) > self.longest:
                forms.CharField(max_length=self.longest).clean(line)

    def run_validators(self, value: Any) -> None:
        """Of each line, not of the list."""
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))
