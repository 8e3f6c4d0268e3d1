"""The request's transaction and scope, then the person's language and zone."""

import zoneinfo
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common import tenancy
from common.api import problems


class TenancyMiddleware:
    """One transaction a request, under the scope of who asks. With it, ATOMIC_REQUESTS is off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with tenancy.user(request.user) as now:
            scope = tenancy.current()
            request.now = now  # type: ignore[attr-defined]
            response: Any = self.get_response(request)
            if response.status_code >= 500:  # exceptions of views arrive here as responses
                transaction.set_rollback(True)
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = _stream(scope, response.streaming_content)
        return response  # type: ignore[no-any-return]


def _stream(scope: tenancy.Scope, content: Any) -> Iterator[bytes]:
    """The body is produced after the request's transaction: give it another, or it would see nothing."""
    with tenancy.enter(scope):
        yield from content


class PersonMiddleware:
    """Speaks the person's language and shows his or her local time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if person.is_authenticated:
            if person.language in dict(settings.LANGUAGES):
                translation.activate(person.language)
                request.LANGUAGE_CODE = person.language
            try:
                timezone.activate(zoneinfo.ZoneInfo(person.time_zone))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SecondStepMiddleware:
    """Where the setting asks it of Valiantys's people, nobody of them goes further without a second step of sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if (
            settings.STAFF_SECOND_STEP
            and person.is_authenticated
            and person.is_valiantys
            and not hasattr(request, "api_token")  # made on a page that asked for it
            and not request.path.startswith(OPEN_WITHOUT)
            and not _has_second_step(request)
        ):
            if request.path.startswith("/api/"):
                return problems.response(403, _("Your role asks for a second step of sign-in. Set it up to go on."))
            messages.warning(request, _("Your role asks for a second step of sign-in. Set it up to go on."))
            return redirect("mfa_index")
        return self.get_response(request)


OPEN_WITHOUT = ("/accounts/", "/people/theme/", "/people/language/", "/theme/", "/healthz/", "/static/")


def _has_second_step(request: HttpRequest) -> bool:
    """Asked of the database once a session: taking the second step away ends with the session's own end or a sign-out."""
    if not request.session.get("second_step"):
        request.session["second_step"] = is_mfa_enabled(request.user)
    return bool(request.session["second_step"])
