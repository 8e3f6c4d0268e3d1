"""The demo's outbox, under /dev/mail/: open to everybody at this machine, absent wherever a mail server is set."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from . import selectors


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """404 unless the local outbox is on and the visitor sits at this machine."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEV_MAIL_PAGES or not _is_local(request.META.get("REMOTE_ADDR", "")):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@demo_only
def index(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first."""
    return render(request, "notifications/index.html", {"letters": selectors.letters()})


@require_GET
@demo_only
@csp_update({"frame-src": [SELF]})
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its head, its text, and its HTML form in a frame."""
    return render(request, "notifications/letter.html", {"letter": _found(name)})


@require_GET
@demo_only
@xframe_options_sameorigin
@csp_replace(
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
    return HttpResponse(_found(name).html)


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
