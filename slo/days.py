"""Business days: local dates on which a calendar opens at all, each counted once it has closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slo.calendar import Calendar


def closings(calendar: Calendar, after: datetime, until: datetime) -> list[datetime]:
    """The closing of each business day that closes within (after, until], in UTC and in order.

    A business day is a local date with any open time; it closes at the end of its last window, at midnight if that is 24:00.
    None when `until` is not after `after`.
    """
    if until <= after:
        return []
    zone = ZoneInfo(calendar.zone)
    starts = _midnight(after.astimezone(zone).date(), zone)
    ends = _midnight(until.astimezone(zone).date() + timedelta(days=1), zone)
    closing: dict[date, datetime] = {}
    for line in calendar.intervals(starts, ends):
        if line.kind != "open":
            continue
        at = line.starts_at
        while at < line.ends_at:  # windows that meet at midnight are one line over several days
            day = at.astimezone(zone).date()
            at = min(line.ends_at, _midnight(day + timedelta(days=1), zone))
            closing[day] = at
    return [at for _day, at in sorted(closing.items()) if after < at <= until]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
