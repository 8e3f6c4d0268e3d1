"""Somebody notices when the engine keeps silent: whoever still lives, which is the web (ADR 15)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.roles import StaffRole
from common import tenancy
from escalation.models import EngineHeartbeat, EngineOutage
from notifications import services as notifications
from notifications.services import Recipient

logger = logging.getLogger(__name__)

SILENT = timedelta(seconds=60)
"""Without a tick for so long, something is wrong with worker, beat or broker; a tick comes every ten seconds."""
ALONE = 6_310_241  # one look at a time, over all web processes: an advisory lock of the transaction


class Look(StrEnum):
    """What a look at the engine found, or did."""

    WELL = "well"
    SILENT = "silent"  # too short a time for a mail, or one has gone out
    TOLD = "told"  # mails went out just now
    RETURNED = "returned"  # it works again, and whoever was told knows
    UNTOLD = "untold"  # no mail left: the next look tries again
    BUSY = "busy"  # another process looks


@dataclass(frozen=True, slots=True)
class Address:
    """Where the settings want the alarm; nobody's account."""

    email: str
    pk: int = 0
    language: str = ""
    time_zone: str = ""
    is_active: bool = True


def look_after_engine() -> Look:
    """Look once: write down a silence, tell of it once it has lasted, and tell its end to those who were told.

    Needs PostgreSQL and the mail server, neither worker nor beat nor broker; time is the database's. A web that dies
    between sending and COMMIT sends again under the same Message-ID; nobody else can be at it meanwhile.
    """
    with tenancy.everyone() as now:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ALONE])
            if not cursor.fetchone()[0]:
                return Look.BUSY
        beat = EngineHeartbeat.objects.first()
        outage = EngineOutage.objects.filter(ended_at=None).first()
        if beat is not None and now - beat.seen_at <= SILENT:
            return _returned(outage, now) if outage else Look.WELL
        if outage is None:
            outage = EngineOutage.objects.create(began_at=beat.seen_at if beat else now)
        if outage.told_at or now - outage.began_at < timedelta(seconds=settings.ENGINE_ALARM_AFTER):
            return Look.SILENT
        return _told(outage, now)


def _told(outage: EngineOutage, now: datetime) -> Look:
    if not _send("engine_stopped", outage, now):
        return Look.UNTOLD
    outage.told_at = now
    outage.save(update_fields=["told_at"])
    return Look.TOLD


def _returned(outage: EngineOutage, now: datetime) -> Look:
    minutes = max(1, round((now - outage.began_at).total_seconds() / 60))
    if outage.told_at and not _send("engine_returned", outage, now, minutes=minutes):
        return Look.UNTOLD
    outage.ended_at = now
    outage.save(update_fields=["ended_at"])
    return Look.RETURNED


def _send(template: str, outage: EngineOutage, now: datetime, **more: Any) -> int:
    sent = notifications.send_at_once(
        recipients=_recipients(),
        template=template,
        context={"path": reverse("portal:engine"), "began_at": outage.began_at.isoformat(), **more},
        identity=f"{template}-{outage.pk}",
        thread=f"engine-{outage.pk}",
        now=now,
    )
    logger.warning("%s: %s told by mail", template, sent)
    return sent


def _recipients() -> Sequence[Recipient]:
    """The settings' addresses, else service leads and administrators."""
    if settings.ENGINE_ALARM_TO:
        return [Address(email) for email in settings.ENGINE_ALARM_TO]
    roles = [StaffRole.LEAD, StaffRole.ADMINISTRATOR]
    return list(User.objects.filter(staff_role__in=roles, is_active=True, is_automatic=False).order_by("pk"))
