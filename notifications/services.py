"""The only writer of the outbox: queueing what has to be told, and sending it at least once."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection
from redis import RedisError

from audit.models import Event
from audit.services import Fact
from common import tenancy
from common.columns import as_json, columns
from common.prepared import run

from .mail import compose
from .models import Delivery

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""How long a claimed mail is one sender's. Longer than any task may last, so that two never hold the same."""
PATIENCE = 120.0
"""Seconds after which a sender gives back what it hasn't come to."""
SENDING, ALONE = "notifications.sending", 30
"""The place of the one sender, and the seconds for which it is kept without a word; longer than one mail may take."""
ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=6)


# Written out for the tick's sake, which tells thousands at once: four times as fast as rows made of models.
QUEUE = """
    INSERT INTO notifications_delivery (organization_id, event_id, recipient_id, address, language, time_zone, template,
        context, thread, channel, attempts, error, queued_at, next_at)
    SELECT organization_id, event_id, recipient_id, address, language, time_zone, template, context::jsonb, thread,
        'email', 0, '', %s, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS parcel (organization_id, event_id, recipient_id, address, language, time_zone, template, context, thread)
    ON CONFLICT (organization_id, event_id, recipient_id, channel) DO NOTHING"""


class Recipient(Protocol):
    """A person, or somebody who has no account yet."""

    @property
    def pk(self) -> Any: ...
    @property
    def email(self) -> Any: ...
    @property
    def language(self) -> Any: ...
    @property
    def time_zone(self) -> Any: ...
    @property
    def is_active(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fact for some people: a folder under templates/mail/, and the small JSON values that it shows."""

    event: Event | Fact
    recipients: Iterable[Recipient]
    template: str
    context: Mapping[str, Any]
    thread: str = ""


def queue(
    *,
    event: Event,
    recipients: Iterable[Recipient],
    template: str,
    context: Mapping[str, Any],
    thread: str = "",
    now: datetime,
) -> None:
    """Tell people of an event by mail, once each, when the caller's transaction commits. Inactive people are left alone."""
    queue_many([Parcel(event, recipients, template, context, thread)], now=now)


def queue_many(parcels: Iterable[Parcel], *, now: datetime) -> None:
    """Many facts in one statement. Whoever was told of an event already is not told again, whatever the template."""
    rows: dict[tuple[int, int], tuple[Any, ...]] = {}
    for parcel in parcels:
        event, context = parcel.event, as_json(dict(parcel.context))
        for person in parcel.recipients:
            if not person.is_active or getattr(person, "is_automatic", False):
                continue
            language, zone = person.language or settings.LANGUAGE_CODE, person.time_zone or settings.TIME_ZONE
            where = (event.organization_id, event.pk, person.pk, person.email, language, zone)
            rows.setdefault((event.pk, person.pk), (*where, parcel.template, context, parcel.thread))
    if rows:
        with connection.cursor() as cursor:
            run(cursor, QUEUE, [now, now, *columns(rows.values())])


def send_at_once(
    *,
    recipients: Iterable[Recipient],
    template: str,
    context: Mapping[str, Any],
    identity: str,
    thread: str = "",
    now: datetime,
) -> int:
    """Send past the outbox what must not wait for its senders, because it tells of their end; how many went out.

    Nothing is kept: the caller remembers, and asks again if none went out. `identity` makes the Message-ID, one for each
    recipient and always the same, so that a receiver knows what comes twice.
    """
    sent, line = 0, get_connection()
    try:
        for number, person in enumerate(recipients):
            delivery = Delivery(
                recipient_id=person.pk, address=person.email, language=person.language or settings.LANGUAGE_CODE,
                time_zone=person.time_zone or settings.TIME_ZONE, template=template, context=dict(context), thread=thread,
                queued_at=now,
            )  # fmt: skip
            try:
                line.open()
            except Exception:  # no server: the others would only wait for it one after the other
                logger.exception("%s could not be sent to anybody", template)
                break
            try:
                sent += line.send_messages([compose(delivery, f"{identity}-{number}")]) or 0
            except Exception:
                logger.exception("%s could not be sent", template)
                line.close()
    finally:
        line.close()
    return sent


def withdraw(*, organization_id: int, recipient_id: int) -> int:
    """Leave unsent whatever a client's outbox still holds for a person who belongs there no longer; how many there were."""
    waiting = Delivery.objects.filter(
        organization_id=organization_id, recipient_id=recipient_id, sent_at__isnull=True, next_at__isnull=False
    )
    return waiting.update(next_at=None, error="withdrawn: the recipient left this client")


def send_due(*, now: datetime, limit: int = 50) -> int:
    """Send what is due, oldest first; returns how many deliveries it took (under `limit`: there are no more).

    They are taken under a lease, in a transaction of its own, and marked one by one as they go out. A sender that is
    killed after sending and before marking leaves the row to the next one once the lease ends: the same mail goes out
    again under the same Message-ID, by which the receiver knows it. A failure waits 1, 2, 4… minutes, six hours at
    most; the tenth gives up, and its error stays to be read.
    """
    with tenancy.engine():
        taken = _take(now, limit)
    started, line = monotonic(), get_connection()
    try:
        for number, delivery in enumerate(taken):
            with contextlib.suppress(RedisError):
                cache.touch(SENDING, ALONE)
            if monotonic() - started > PATIENCE:
                _give_back(taken[number:], now)
                break
            try:
                line.open()
            except Exception as error:  # no server: the others would only wait for it one after the other
                for waiting in taken[number:]:
                    _failed(waiting, error, now)
                break
            try:
                line.send_messages([compose(delivery)])
            except Exception as error:
                line.close()
                _failed(delivery, error, now)
            else:
                _mark([delivery], sent_at=now, next_at=None, error="")
    finally:
        line.close()
    return len(taken)


def send_all(*, now: datetime, limit: int = 50) -> int:
    """Batch after batch until nothing is due, or patience ends; how many were taken. Later ones wait for the next bell.

    One sender at a time: else a thousand mails would keep every worker from the ticks. Who finds another one at it leaves
    at once; of a killed one the place is free after half a minute, and should Redis forget, two senders do no harm.
    """
    started, total = monotonic(), 0
    if not _take_place():
        return 0
    try:
        while taken := send_due(now=now, limit=limit):
            total += taken
            if taken < limit or monotonic() - started > PATIENCE:
                break
    finally:
        with contextlib.suppress(RedisError):
            cache.delete(SENDING)
    return total


def _take_place() -> bool:
    """Whether nobody else sends; nobody, where Redis doesn't answer."""
    try:
        return cache.add(SENDING, 1, timeout=ALONE)
    except RedisError:
        return True


def _take(now: datetime, limit: int) -> list[Delivery]:
    taken = list(Delivery.objects.due(now).select_for_update(skip_locked=True)[:limit])
    for delivery in taken:
        delivery.attempts += 1
        delivery.next_at = now + LEASE
    Delivery.objects.bulk_update(taken, ["attempts", "next_at"])
    return taken


def _failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    over = delivery.attempts >= ATTEMPTS
    wait = min(timedelta(minutes=2 ** min(delivery.attempts - 1, 20)), LONGEST_WAIT)
    logger.warning(
        "delivery %s failed for the %s. time%s: %s", delivery.pk, delivery.attempts, ", given up" if over else "", error
    )
    _mark([delivery], next_at=None if over else now + wait, error=f"{type(error).__name__}: {error}"[:1000])


def _give_back(deliveries: list[Delivery], now: datetime) -> None:
    for delivery in deliveries:
        _mark([delivery], next_at=now, attempts=delivery.attempts - 1)


def _mark(deliveries: list[Delivery], **values: Any) -> None:
    with tenancy.engine():
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], sent_at__isnull=True).update(**values)
