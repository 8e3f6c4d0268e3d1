"""Calendars and their editions."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import allows
from common.errors import Refused
from common.prepared import Parameter, Prepared
from slo.calendar import Calendar, CalendarError
from slo.days import closings
from slo.models import BusinessCalendar, CalendarEdition


class NoEdition(Refused):
    """The calendar says nothing about that instant: it has no edition yet."""


@transaction.atomic
def publish_edition(
    *,
    actor: User | None,
    calendar: BusinessCalendar,
    zone: str,
    weekly: Mapping[str, Any],
    holidays: Mapping[str, Any],
    effective_at: datetime,
    now: datetime,
    origin: str = CalendarEdition.Origin.HAND,
) -> CalendarEdition:
    """Publish what the calendar says from an instant on, never in the past (domain §5.2); the first one may begin earlier.

    weekly: weekday ("0" is Monday) → [[opens, closes], …]; holidays: ISO date → name, or {"name", "windows"}. Refused says what is wrong.
    """
    if actor is not None and not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied
    locked = BusinessCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    last = locked.editions.order_by("-number").first()
    if last is not None and effective_at < max(now, last.effective_at):
        raise Refused(_("An edition takes effect now or later, and never before the one it follows."))
    try:
        rule = Calendar.from_data({"zone": zone, "weekly": weekly, "holidays": holidays})
        rule.next_opening(effective_at)
    except CalendarError as error:
        raise Refused(_("This calendar can't be used: %(why)s") % {"why": error}) from error
    return CalendarEdition.objects.create(
        calendar=locked, number=last.number + 1 if last else 1, effective_at=effective_at, published_at=now, origin=origin,
        **rule.to_data(),
    )  # fmt: skip


_RULING = Prepared(
    lambda: CalendarEdition.objects.filter(
        calendar_id=Parameter("calendar_id"), effective_at__lte=Parameter("at")
    ).order_by("-effective_at", "-number")[:1]
)


def edition_at(calendar_id: int | None, at: datetime) -> CalendarEdition:
    """The edition that rules at an instant; NoEdition when there is no calendar or none had begun."""
    found = _RULING(calendar_id=calendar_id, at=at) if calendar_id else []
    if not found:
        raise NoEdition(
            _(
                "This contract has no business calendar yet, so no answer time can be promised. Ask your account manager."
            )
        )
    return found[0]


def close_of_business_day(edition: CalendarEdition, start: datetime, days: int) -> datetime:
    """The end (UTC midnight of the local date's end) of the `days`-th business day after the day of `start`.

    A business day is a local date with any open time; days counts from 1. OutsideHorizonError when there are none left.
    """
    rule, zone = edition.rule(), zoneinfo.ZoneInfo(edition.zone)
    at = start
    for _day in range(days):
        midnight = datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)
        at = rule.next_opening(midnight)
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)


def business_days(calendar_id: int | None, after: datetime, until: datetime) -> list[datetime]:
    """The closings of the business days within (after, until], each by the edition that ruled then; none without a calendar."""
    editions = list(CalendarEdition.objects.filter(calendar_id=calendar_id).order_by("effective_at", "number"))
    found: list[datetime] = []
    for edition, following in zip_longest(editions, editions[1:]):
        last = min(until, following.effective_at) if following else until
        found += closings(edition.rule(), max(after, edition.effective_at), last)
    return found


def business_day(edition: CalendarEdition, first: date, number: int) -> date:
    """The date of the `number`-th business day from a date on, which is the first one when it is a business day itself.

    OutsideHorizonError when there are none left.
    """
    zone = zoneinfo.ZoneInfo(edition.zone)
    eve = datetime.combine(first - timedelta(days=1), time(12), zone)
    return (close_of_business_day(edition, eve, number) - timedelta(microseconds=1)).astimezone(zone).date()
