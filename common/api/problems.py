"""Whatever goes wrong, said as problem details (RFC 9457): a stable type, a title, what happened and what to do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from common.errors import Refused

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:totalcare:problem:"
# Status → the type's last word, and its title. docs/api.md lists them.
KINDS: dict[int, tuple[str, Any]] = {
    400: ("invalid", _("The request is not valid")),
    401: ("unauthenticated", _("Who asks is not known")),
    403: ("forbidden", _("This is not allowed")),
    404: ("not-found", _("There is nothing here")),
    405: ("method-not-allowed", _("This address does not know that method")),
    406: ("not-acceptable", _("The answer exists as JSON only")),
    409: ("idempotency-conflict", _("This idempotency key was used for another request")),
    413: ("too-large", _("The request is too large")),
    415: ("unsupported-media-type", _("The body has to be JSON")),
    422: ("refused", _("A rule says no")),
    429: ("too-many-requests", _("Too many requests")),
    500: ("internal", _("We failed")),
}


class TooLarge(exceptions.APIException):
    """A body that nobody should read."""

    status_code = 413
    default_detail = _("Send less than two megabytes.")


def body(status: int, detail: Any, errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The members of one problem; `errors` says which field is wrong, and why."""
    kind, title = KINDS.get(status, KINDS[400])
    said: dict[str, Any] = {"type": f"{TYPE}{kind}", "title": str(title), "status": status, "detail": str(detail)}
    return said | {"errors": errors} if errors else said


def response(status: int, detail: Any, **headers: str) -> HttpResponse:
    """One problem, for those who answer before any view: middleware."""
    return JsonResponse(body(status, detail), status=status, content_type=MEDIA_TYPE, headers=headers)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is nobody's fault but ours stays an exception."""
    if isinstance(error, Refused):
        return _problem(422, body(422, error))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    if isinstance(error, exceptions.ValidationError):
        errors = flat(error.detail)
        return _problem(400, body(400, _("Correct the fields named in “errors” and send it again."), errors))
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return _problem(error.status_code, body(error.status_code, error.detail), headers)


def _problem(status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(said, status=status, headers=headers, content_type=MEDIA_TYPE)


def flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested errors as field → messages; those of the whole body under "body"."""
    if isinstance(detail, dict):
        errors: dict[str, list[str]] = {}
        for name, inner in detail.items():
            here = "body" if name == "non_field_errors" else str(name)
            errors |= flat(inner, f"{path}.{here}" if path else here)
        return errors
    return {path or "body": [str(one) for one in (detail if isinstance(detail, list) else [detail])]}
