"""Who asks by a token, before any scope opens; and answers given again, inside the request's transaction."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common.api import problems

from . import services
from .services.idempotency import Claim, fingerprint

API = "/api/"
KEY = re.compile(r"[!-~]{1,200}")
Answer = Callable[[HttpRequest], HttpResponse]


class TokenMiddleware:
    """`Authorization: Bearer …` under /api/ says who asks, or the request ends here: it never falls back to a session.

    It stands before the tenancy middleware, so that the request's one transaction opens under the token's scope.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("Authorization")
        if given is not None and request.path.startswith(API):
            scheme, _space, secret = given.partition(" ")
            found = services.authenticate(secret=secret.strip()) if scheme.lower() == "bearer" else None
            if found is None:
                said = _("This token is unknown, expired or revoked, or its person has left. Make another one.")
                return problems.response(401, said, **{"WWW-Authenticate": 'Bearer error="invalid_token"'})
            request.user, request.api_token = found  # type: ignore[attr-defined]
        return self.get_response(request)


class IdempotencyMiddleware:
    """`Idempotency-Key` on a POST to the API: the first answer is kept with what it created, and given again."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        user = request.user
        if key is None or request.method != "POST" or not request.path.startswith(API) or not user.is_authenticated:
            return self.get_response(request)
        if not KEY.fullmatch(key):
            return problems.response(400, _("An idempotency key is 1 to 200 visible ASCII characters."))
        try:
            asked = fingerprint(request.method, request.get_full_path(), request.body)
        except RequestDataTooBig:
            return self.get_response(request)  # refused there
        now = request.now  # type: ignore[attr-defined]
        claim = services.claim(actor=user, key=key, request_digest=asked, now=now)
        if claim.conflict:
            return problems.response(409, _("Take a new key for another request, or send the first one as it was."))
        return _again(claim) or self._answer(request, claim)

    def _answer(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        response = self.get_response(request)
        organization_id = getattr(response, "organization_id", None)
        if response.status_code == 201 and organization_id is not None:
            services.remember(
                actor=request.user, claim=claim, organization_id=organization_id, status=response.status_code,  # type: ignore[arg-type]
                body=response.content.decode(), now=request.now,  # type: ignore[attr-defined]
            )  # fmt: skip
        return response


def _again(claim: Claim) -> HttpResponse | None:
    if claim.earlier is None:
        return None
    earlier = claim.earlier
    again = HttpResponse(earlier.body, status=earlier.status, content_type="application/json")
    again["Idempotency-Replayed"] = "true"
    return again
