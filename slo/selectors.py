"""What pages ask about calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from .models import BusinessCalendar, CalendarChange, CalendarEdition

OpenDay = Callable[[date], bool]


def weekdays(day: date) -> bool:
    """Monday to Friday: what holds while no calendar is agreed."""
    return day.weekday() < 5


def business_days(calendar_ids: Iterable[int | None], at: datetime) -> dict[int, OpenDay]:
    """Calendar id → whether a date has business hours, by the edition that rules at an instant; one query."""
    editions = CalendarEdition.objects.filter(calendar_id__in={pk for pk in calendar_ids if pk}, effective_at__lte=at)
    return {one.calendar_id: _by(one) for one in editions.order_by("effective_at", "number")}


def _by(edition: CalendarEdition) -> OpenDay:
    rule = edition.rule()
    return lambda day: bool(rule.windows_on(day))


def calendar_by_id(pk: int) -> QuerySet[BusinessCalendar]:
    """The calendar, if there is one; calendars belong to no client."""
    return BusinessCalendar.objects.filter(pk=pk)


def change_by_id(pk: int) -> QuerySet[CalendarChange]:
    """The change of a calendar, with its calendar, its edition and who wrote it."""
    return CalendarChange.objects.filter(pk=pk).select_related("calendar", "edition", "drafted_by", "closed_by")


def draft_of(calendar: BusinessCalendar) -> CalendarChange | None:
    """The change of a calendar that is being written."""
    return CalendarChange.objects.filter(calendar=calendar, status=CalendarChange.Status.DRAFTED).first()


def last_said(calendar: BusinessCalendar) -> dict[str, Any]:
    """What the newest edition says, though it may be still to come; Http404 for a calendar that has said nothing yet."""
    newest = (
        CalendarEdition.objects.filter(calendar=calendar)
        .order_by("-number")
        .values("zone", "weekly", "holidays")
        .first()
    )
    if newest is None:
        raise Http404
    return dict(newest)
