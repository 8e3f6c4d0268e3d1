"""allauth, as we use it: sign-in by e-mail; people come by invitation only; secrets of second steps are kept encrypted."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import address_changed
from common.prepared import Parameter, Prepared

_BY_ID = Prepared(lambda: User.objects.filter(pk=Parameter("user_id")))


class AccountAdapter(DefaultAccountAdapter):
    """No public sign-up: the sign-up page says that it is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A new address replaces the old one, unless an account has it by now; the person's clients remember that it changed."""
        if User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id).exists():
            self.add_message(
                request, messages.ERROR, message=_("This address is another account’s by now: give a different one.")
            )
            return False
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            address_changed(actor=User.objects.get(pk=email_address.user_id), now=request.now)  # type: ignore[attr-defined]
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it is for, where that is known; the one link stands apart, as in all our mails."""
        person = context.get("user") or getattr(self.request, "user", None)
        language = getattr(person, "language", "") or get_language() or settings.LANGUAGE_CODE
        link = next((context[key] for key in ("activate_url", "password_reset_url") if context.get(key)), "")
        with override(language):
            super().send_mail(template_prefix, email, {**context, "language": language, "link": link})


class AddressBackend(AuthenticationBackend):
    """The address that was confirmed signs in, and no other: one that a person only wishes for belongs to anybody."""

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        return self._check_password(User.objects.filter(email=email.lower()).first(), password)

    def get_user(self, user_id: int) -> User | None:
        """Asked at every request, so by a query that is put together once."""
        found = _BY_ID(user_id=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


class SecondStepAdapter(DefaultMFAAdapter):
    """A copy of the database alone signs nobody in: what generates codes is encrypted under the SECRET_KEY.

    A changed SECRET_KEY makes them unreadable: people then use a recovery path, an administrator's reset.
    """

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    key = hashlib.sha256(b"totalcare second step" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
