"""One delivery as a mail: in the recipient's language and zone, in two forms, under an id that never changes."""

from __future__ import annotations

import re
import zoneinfo
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from .models import Delivery


def host() -> str:
    """The portal's host name: the right half of our ids."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def message_id(delivery: Delivery, identity: str = "") -> str:
    """The same for every attempt, so that a receiver knows a mail that went out twice."""
    return f"<{identity or f'delivery-{delivery.pk}'}@{host()}>"


def thread_id(thread: str) -> str:
    """The root that all mails of a thread refer to; no mail bears it."""
    return f"<{re.sub(r'[^A-Za-z0-9._-]', '-', thread)}@{host()}>"


def compose(delivery: Delivery, identity: str = "") -> EmailMultiAlternatives:
    """The mail, ready to send. Nobody reads replies to it, and it says so; its link leads to the portal.

    `identity` names one that isn't kept in the outbox.
    """
    language = delivery.language if translation.check_for_language(delivery.language) else settings.LANGUAGE_CODE
    context = {**delivery.context, "language": language, "zone": delivery.time_zone, "site": settings.SITE_URL}
    if path := delivery.context.get("path"):
        context["link"] = f"{settings.SITE_URL}{path}"
    with translation.override(language), timezone.override(_zone(delivery.time_zone)):
        subject = " ".join(_rendered(delivery, "subject.txt", context).split())
        text = re.sub(r"\n{3,}", "\n\n", _rendered(delivery, "body.txt", context)).strip() + "\n"
        html = _rendered(delivery, "body.html", context)
    headers = {
        "Message-ID": message_id(delivery, identity),
        "Date": formatdate(delivery.queued_at.timestamp()),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if delivery.thread:
        headers["References"] = headers["In-Reply-To"] = thread_id(delivery.thread)
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [delivery.address], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


def _rendered(delivery: Delivery, name: str, context: dict[str, Any]) -> str:
    """A template of the delivery's folder; text is text, only the HTML form is escaped."""
    template: Any = get_template(f"mail/{delivery.template}/{name}")
    return str(template.template.render(Context(context, autoescape=name.endswith(".html"))))


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
