"""The demo's outbox, under /dev/mail/: open to everybody at this machine, absent wherever a mail server is set."""

from __future__ import annotations

import ipaddress

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from . import selectors


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first."""
    _check(request)
    return render(request, "notifications/index.html", {"letters": selectors.letters()})


@require_GET
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its head, its text, and its HTML form in a frame."""
    _check(request)
    return render(request, "notifications/letter.html", {"letter": _found(name)})


@require_GET
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "img-src": [NONE],
        "connect-src": [NONE],
        "form-action": [NONE],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": [SELF],
        "sandbox": [True],
    }
)
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML form alone, as mail programs show it: no script, no form, nothing loaded from anywhere."""
    _check(request)
    return HttpResponse(_found(name).html)


def _check(request: HttpRequest) -> None:
    """404 unless the local outbox is on and the visitor sits at this machine."""
    if not settings.DEV_MAIL_PAGES or not _is_local(request.META.get("REMOTE_ADDR", "")):
        raise Http404


def _found(name: str) -> selectors.Letter:
    found = selectors.letter(name)
    if found is None:
        raise Http404
    return found


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
