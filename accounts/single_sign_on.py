"""Single sign-on by OpenID Connect, as we use it: for people who are invited, of the domains that the provider speaks for."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import reauthentication


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Nobody gets an account by it; whoever has one is known by a verified address of one of the domains."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """A provider may say whom it likes; it is believed for its own domains only."""
        return email.rpartition("@")[2].lower() in settings.OIDC_DOMAINS

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Who came back to prove again who is there."""
        reauthentication.came_back(request, sociallogin)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Back to the page that asked, when it was to prove again who is there."""
        asked = reauthentication.asked_again((extra_context or {}).get("state"))
        if asked is not None:
            why = (
                _("You didn’t sign in again, and nothing was done.")
                if error == AuthError.CANCELLED
                else _("Your company’s sign-in failed, and nothing was done. Try again, or ask your administrator.")
            )
            reauthentication.send_back(request, asked, why)
