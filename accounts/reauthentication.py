"""Before somebody binds a company, he or she proves again who is there: by password or second step, or through the provider."""

from __future__ import annotations

import time
from typing import Any, NoReturn
from urllib.parse import urlencode

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
    suspend_request,
)
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from common.errors import Refused

from .requests import Request

SKEW = 30
"""Seconds by which a provider's clock may be behind ours."""


def require(request: Request) -> None:
    """Return if this person signed in again within the last minutes; otherwise lead there, and back with what was posted.

    Whoever has neither password nor second step goes through the provider again, which is asked to let nobody pass without signing
    in (prompt=login, max_age=0). Refused when there is none, or when it doesn't answer.
    """
    if get_reauthentication_flows(request.user):
        if not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        return
    if not _came_through_provider(request):
        raise ImmediateHttpResponse(_to_provider(request))


def _came_through_provider(request: Request) -> bool:
    """A sign-in of the usual kind doesn't count: the provider may have let it pass silently."""
    records = get_authentication_records(request, request.user)
    again = [one for one in records if one.get("method") == "socialaccount" and one.get("reauthenticated")]
    return bool(again) and time.time() - float(again[-1]["at"]) < REAUTHENTICATION_TIMEOUT


def _to_provider(request: Request) -> Any:
    provider = _provider(request)
    if provider is None:
        raise Refused(_("Signing asks for your password, and you have none yet: set one in your account, then sign."))
    path = request.get_full_path()
    suspend_request(request, path)  # keeps what was posted
    asked = {"again": request.user.pk, "at": time.time(), "back": path}
    try:
        return provider.redirect(
            request, AuthProcess.REDIRECT, next_url=f"{reverse('accounts:again')}?{urlencode({'next': path})}", data=asked,
            auth_params={**provider.get_auth_params(), "prompt": "login", "max_age": "0"},
        )  # fmt: skip
    except RequestException as error:
        raise Refused(
            _("Your company’s sign-in doesn’t answer, and nothing was done. Try again in a moment.")
        ) from error


def _provider(request: Request) -> Any:
    """Where this person signs in; None for who has no such account, or one of a provider that is gone."""
    account = SocialAccount.objects.filter(user=request.user).order_by("-last_login").first()
    try:
        return account.get_provider(request) if account else None
    except SocialApp.DoesNotExist:
        return None


def came_back(request: HttpRequest, login: SocialLogin) -> None:
    """Somebody came back from the provider to whom `require` led: remembered when it is the same person, just signed in there."""
    asked = asked_again(login.state)
    if asked is None:
        return
    if not (
        request.user.is_authenticated
        and login.is_existing
        and login.user
        and asked["again"] == request.user.pk == login.user.pk
    ):
        send_back(request, asked, _("You signed in as somebody else there. Nothing was done: sign in with your own account."))  # fmt: skip
    signed_in_at = (login.account.extra_data.get("id_token") or {}).get("auth_time")
    if not isinstance(signed_in_at, int | float) or signed_in_at < asked["at"] - SKEW:
        send_back(request, asked, _("Your company’s sign-in let you pass without asking who you are. Nothing was done: sign out there, and try again."))  # fmt: skip
    record_authentication(
        request, login.user, "socialaccount", provider=login.account.provider, uid=login.account.uid, reauthenticated=True
    )  # fmt: skip


def asked_again(state: dict[str, Any] | None) -> dict[str, Any] | None:
    """What `require` sent along; None for a sign-in of the usual kind."""
    data = (state or {}).get("data")
    return data if isinstance(data, dict) and "again" in data else None


def send_back(request: HttpRequest, asked: dict[str, Any], why: str) -> NoReturn:
    """To the page that asked, with the reason; what was typed there is typed again."""
    messages.error(request, why)
    raise ImmediateHttpResponse(HttpResponseRedirect(asked["back"]))
