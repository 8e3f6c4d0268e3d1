"""Calendars that follow an address: asked once a day, outside any transaction; what they say anew becomes an edition."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import allows
from common.errors import Refused
from common.fetching import checked
from slo.models import BusinessCalendar, CalendarEdition, CalendarEvent, CalendarFeed

from .calendars import publish_edition

EVERY = timedelta(hours=24)
AGAIN = timedelta(hours=1)  # after a failure


@transaction.atomic
def set_feed(*, actor: User, calendar: BusinessCalendar, url: str, now: datetime) -> CalendarFeed:
    """Follow an address from now on: it is asked within minutes. Refused when it leads nowhere, or where nobody should go."""
    _allowed(actor)
    url = url.strip()
    if url.lower().startswith("webcal://"):
        url = "https://" + url[len("webcal://") :]
    checked(url)
    if not calendar.editions.exists():
        raise Refused(_("This calendar has no opening hours yet: give it some first, then its holidays."))
    before = CalendarFeed.objects.select_for_update().filter(calendar=calendar).first()
    feed, _made = CalendarFeed.objects.update_or_create(
        calendar=calendar, defaults={"url": url, "asked_at": None, "failed_at": None, "failure": ""}
    )
    if before is None:
        _remember("feed.followed", actor, calendar, now, host=_host(url))
    elif before.url != url:
        _remember("feed.moved", actor, calendar, now, before=_host(before.url), host=_host(url))
    return feed


@transaction.atomic
def ask_again(*, actor: User, feed: CalendarFeed) -> None:
    """Ask within minutes instead of tomorrow."""
    _allowed(actor)
    CalendarFeed.objects.filter(pk=feed.pk).update(asked_at=None)


@transaction.atomic
def drop_feed(*, actor: User, feed: CalendarFeed, now: datetime) -> None:
    """Follow it no more. The days that it brought stay."""
    _allowed(actor)
    gone, _each = CalendarFeed.objects.filter(pk=feed.pk).delete()
    if gone:
        _remember("feed.dropped", actor, feed.calendar, now, host=_host(feed.url))


@transaction.atomic
def claim_feeds(*, now: datetime) -> list[tuple[int, str]]:
    """The feeds to ask now, as (id, address): nobody else asks them meanwhile."""
    due = (
        Q(asked_at__isnull=True) | Q(asked_at__lte=now - EVERY) | Q(failed_at__isnull=False, asked_at__lte=now - AGAIN)
    )
    found = list(CalendarFeed.objects.select_for_update(skip_locked=True).filter(due).order_by("pk")[:50])
    CalendarFeed.objects.filter(pk__in=[one.pk for one in found]).update(asked_at=now)
    return [(one.pk, one.url) for one in found]


@transaction.atomic
def take_feed(
    *, feed_id: int, url: str, now: datetime, days: dict[str, str] | None, failure: str = ""
) -> CalendarEdition | None:
    """Write what a feed said (ISO date → name), or why it said nothing; an edition from the next local midnight on if that
    changes the days to come.

    Days written by hand win over the feed's; a day that the feed no longer names goes. None when nothing changed, or when
    the feed was given another address, or dropped, while it was asked.
    """
    feed = CalendarFeed.objects.select_for_update().filter(pk=feed_id, url=url).select_related("calendar").first()
    if feed is None:
        return None
    if days is None:
        _failed(feed, failure, now)
        return None
    last = feed.calendar.editions.order_by("-number")[0]
    tomorrow = now.astimezone(ZoneInfo(last.zone)).date() + timedelta(days=1)
    coming = {day: name for day, name in days.items() if day >= tomorrow.isoformat()}
    kept = {day: one for day, one in last.holidays.items() if not _is_the_feeds(feed, day, one, tomorrow.isoformat())}
    holidays: dict[str, Any] = dict(sorted({**coming, **kept}.items()))
    edition = None
    if holidays != last.holidays:
        begins = datetime.combine(tomorrow, time(), ZoneInfo(last.zone))
        try:
            with transaction.atomic():
                edition = publish_edition(
                    actor=None, calendar=feed.calendar, zone=last.zone, weekly=last.weekly, holidays=holidays,
                    effective_at=max(begins, last.effective_at), now=now, origin=CalendarEdition.Origin.FEED,
                )  # fmt: skip
        except Refused:
            _failed(feed, "refused", now)
            return None
        feed.changed_at = now
    feed.days, feed.failure, feed.failed_at = coming, "", None
    feed.save(update_fields=["days", "failure", "failed_at", "changed_at"])
    return edition


def _is_the_feeds(feed: CalendarFeed, day: str, holiday: Any, tomorrow: str) -> bool:
    """Whether the calendar has this day to come only because the feed said so."""
    return day >= tomorrow and feed.days.get(day) == holiday


def _failed(feed: CalendarFeed, why: str, now: datetime) -> None:
    feed.failure, feed.failed_at = why, feed.failed_at or now
    feed.save(update_fields=["failure", "failed_at"])


def _host(url: str) -> str:
    """Of an address all that may be written down: the rest is often a secret."""
    return urlsplit(url).hostname or ""


def _remember(verb: str, actor: User, calendar: BusinessCalendar, now: datetime, **data: str) -> None:
    CalendarEvent.objects.create(calendar=calendar, verb=verb, actor=actor, data=data, at=now)


def _allowed(actor: User) -> None:
    if not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied
