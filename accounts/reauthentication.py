"""Before somebody binds a company, he or she proves again who is there: by password or second step, or through the provider."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.apps import apps
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from common.errors import Refused

from .requests import Request


def require(request: Request) -> None:
    """Return if this person signed in again within the last minutes; otherwise lead there, and back with what was posted.

    allauth lets people without a password or second step pass: they go through their provider again. Refused when there is none.
    """
    if get_reauthentication_flows(request.user):
        if not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        return
    if _came_through_provider(request):
        return
    provider = _provider(request)
    if provider is None:
        raise Refused(_("Signing asks for your password, and you have none yet: set one in your account, then sign."))
    raise ImmediateHttpResponse(
        HttpResponseRedirect(provider.get_login_url(request, process="login", next=request.get_full_path()))
    )


def _came_through_provider(request: Request) -> bool:
    records = [one for one in get_authentication_records(request, request.user) if one.get("method") == "socialaccount"]
    return bool(records) and time.time() - float(records[-1]["at"]) < REAUTHENTICATION_TIMEOUT


def _provider(request: Request) -> Any:
    """Where this person signs in, if single sign-on is installed."""
    if not apps.is_installed("allauth.socialaccount"):
        return None
    from allauth.socialaccount.models import SocialAccount

    account = SocialAccount.objects.filter(user=request.user).order_by("-last_login").first()
    return account.get_provider(request) if account else None
