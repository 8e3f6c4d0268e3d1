"""DRF's view of who asks: the middleware has found it out already."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication


class TokenAuthentication(BaseAuthentication):
    """The person of the token that TokenMiddleware accepted. No cookie is involved, so no forged page can use it."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        token = getattr(request._request, "api_token", None)
        return (request._request.user, token) if token is not None else None

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the schema says of it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}
