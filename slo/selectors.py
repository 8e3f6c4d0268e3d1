"""What pages ask about calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from .models import CalendarEdition

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
