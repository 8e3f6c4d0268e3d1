"""Pages of a list, newest first, by a cursor on the id: as fast on page 1,000 as on page 1, and rows never shift."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from .strict import LARGEST

SIZE, MOST = 50, 200


class NewestFirst(BasePagination):
    """`?limit=` rows after the opaque `?cursor=`; `next` is the whole address of what follows, or null."""

    names = {"cursor", "limit"}

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """The page's rows. ValidationError for a limit or cursor that is none."""
        limit = self._limit(request.query_params.get("limit"))
        after = self._after(request.query_params.get("cursor"))
        queryset = queryset.order_by("-id")
        rows = list((queryset if after is None else queryset.filter(pk__lt=after))[: limit + 1])
        self.next = None
        if len(rows) > limit:
            cursor = base64.urlsafe_b64encode(str(rows[limit - 1].pk).encode()).decode().rstrip("=")
            self.next = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def _limit(self, text: str | None) -> int:
        if text is None:
            return SIZE
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
            raise serializers.ValidationError({"limit": [_("A whole number from 1 to %(most)s.") % {"most": MOST}]})
        return int(text)

    def _after(self, cursor: str | None) -> int | None:
        if cursor is None:
            return None
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        except (ValueError, binascii.Error):
            text = ""
        if not (text.isdigit() and len(text) < 20 and int(text) <= LARGEST):
            raise serializers.ValidationError({"cursor": [_("Take the cursor from “next”, as it is.")]})
        return int(text)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": ["string", "null"], "format": "uri", "description": "The following page, if any."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor", "in": "query", "required": False, "schema": {"type": "string"},
                "description": "Where the page begins: taken from `next`, never made by hand.",
            },
            {
                "name": "limit", "in": "query", "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": SIZE},
                "description": "How many rows.",
            },
        ]  # fmt: skip
