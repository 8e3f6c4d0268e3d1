"""Bodies and filters that say what they don't know, instead of passing over it; JSON's own types and no look-alikes."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers, serializers

LARGEST = 2**63 - 1  # PostgreSQL's bigint


class JSONParser(parsers.JSONParser):
    """JSON; nested so deep that no reader gets through is malformed too."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError(_("This JSON is nested too deep.")) from None


class Text(serializers.CharField):
    """A string, and nothing that could be turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class Whole(serializers.IntegerField):
    """A whole number as JSON writes it, that PostgreSQL can hold."""

    def __init__(self, **options: Any):
        super().__init__(**{"min_value": 1, "max_value": LARGEST} | options)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        number: int = super().to_internal_value(data)
        return number


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class Choice(serializers.ChoiceField):
    """One of some words."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=json.dumps(data))
        word: str = super().to_internal_value(data)
        return word


class Instant(serializers.DateTimeField):
    """An instant, always told in UTC; one given without an offset is taken as UTC."""

    def __init__(self, **options: Any):
        super().__init__(default_timezone=UTC, **options)


class Strict(serializers.Serializer):
    """A body or a query whose unknown names are refused."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            known = ", ".join(self.fields) or "—"
            raise serializers.ValidationError(
                {printable(name): [_("Unknown. Known here: %(known)s.") % {"known": known}] for name in unknown[:20]}
            )
        value: dict[str, Any] = super().to_internal_value(data)
        return value


class Filters(Strict):
    """The query of a list. A word that is no filter, or a filter given twice, is refused."""

    @classmethod
    def read(cls, query: Any, also: set[str]) -> dict[str, Any]:
        """The filters asked for. `also`: names that others read, such as the cursor. ValidationError names the wrong ones."""
        if twice := [name for name, values in query.lists() if len(values) > 1]:
            raise serializers.ValidationError({printable(name): [_("Give it once.")] for name in twice[:20]})
        asked = cls(data={name: query[name] for name in query if name not in also})
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)


def printable(name: Any) -> str:
    """A stranger's name for a field, short and such that it can be written as UTF-8."""
    return str(name)[:100].encode("utf-8", "backslashreplace").decode()
