"""What was sent is no draft any more: the browser is told so until a script of ours has heard it.

static/js/drafts.js keeps what people type on their device. A message tagged `draft:<key>` (`draft:<key>#client` for the text of
one audience) says that this draft was sent. Shown messages are gone with the page that shows them, and somebody may leave it
before its scripts ran; so the keys travel in a cookie, which the script empties.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "drafts_sent"
TAG = "draft:"
KEPT = 20  # one leaves a few pages before their scripts ran, not more
DAYS = 30  # as long as a draft is kept


class DraftStorage(FallbackStorage):
    """Django's storage of messages, which also tells the browser which drafts were sent."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any):
        super().__init__(request, *args, **kwargs)
        self.sent: list[str] = []

    def add(self, level: int, message: str, extra_tags: str | None = "") -> None:
        """A message; its `draft:<key>` tags are for the browser."""
        self.sent += [tag.removeprefix(TAG) for tag in (extra_tags or "").split() if tag.startswith(TAG)]
        super().add(level, message, extra_tags or "")

    def update(self, response: HttpResponseBase) -> list[Any] | None:
        """Keep the messages, and the keys of the sent drafts behind those that no script has heard yet: `PERSON~KEY|…`."""
        person = getattr(self.request, "user", None)
        if self.sent and person is not None and person.is_authenticated:
            told = self.request.COOKIES.get(COOKIE, "").split("|")
            keys = [one for one in told if one] + [f"{person.pk}~{key}" for key in self.sent]
            response.set_cookie(
                COOKIE, "|".join(dict.fromkeys(keys[-KEPT:])), max_age=DAYS * 86_400,
                samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=False,
            )  # fmt: skip
        return super().update(response)
