"""What every operation of the schema says alike, added once it is made."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

from . import problems

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `type` is stable; the words are in the reader's language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [f"{problems.TYPE}{kind}" for kind, _ in problems.KINDS.values()]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Field → what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
    "description": "Makes a retry safe: for a day, the same key and the same request get the first answer again.",
}  # fmt: skip
READS, WRITES = (400, 401, 403, 404, 405, 406, 429), (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429)


def say_what_may_go_wrong(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Problems on every operation, and the idempotency key where something is created; a drf-spectacular hook."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in WRITES if method == "post" else READS:
                operation["responses"][str(status)] = {
                    "description": _title(status),
                    "content": {problems.MEDIA_TYPE: answer},
                }
            if method == "post":
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result


class StrictSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says of strict bodies that they know no other fields."""

    target_class = "common.api.strict.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"additionalProperties": False} if direction == "request" else schema


def _title(status: int) -> str:
    return problems.KINDS[status][0].replace("-", " ").capitalize()
