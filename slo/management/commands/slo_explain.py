"""When a promise is due by a calendar, and every interval that counts towards it or doesn't."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import zones
from slo.calendar import CalendarError, Interval
from slo.models import BusinessCalendar
from slo.services import NoEdition, edition_at


class Command(BaseCommand):
    """One calculation, line by line."""

    help = "Prints when so many business minutes from an instant are used up by a calendar, with each interval and the sums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--calendar", required=True, metavar="SLUG", help="its short name, as paris-9-18, or its name"
        )
        parser.add_argument("--start", required=True, type=_instant, metavar="ISO", help="as 2026-11-23T17:30+01:00")
        parser.add_argument("--minutes", required=True, type=int, metavar="N", help="business minutes")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines to read")

    def handle(self, calendar: str, start: datetime, minutes: int, **options: Any) -> None:
        found = _found(calendar)
        try:
            edition = edition_at(found.pk, start)
            rule = edition.rule()
            due = rule.add(start, timedelta(minutes=minutes))
            lines = rule.intervals(start, due)
        except NoEdition as error:
            raise CommandError(
                f"The calendar {found} says nothing about {start.isoformat()}: its editions begin later."
            ) from error
        except CalendarError as error:
            raise CommandError(str(error)) from error
        zone = ZoneInfo(edition.zone)
        said = {
            "calendar": found.slug or found.name,
            "edition": edition.number,
            "effective_at": edition.effective_at.isoformat(),
            "zone": edition.zone,
            "zone_data": zones.data_version(),
            "start": start.astimezone(zone).isoformat(),
            "minutes": minutes,
            "due": due.astimezone(zone).isoformat(),
            "open_seconds": _seconds(lines, "open"),
            "closed_seconds": _seconds(lines, "closed"),
            "holiday_seconds": _seconds(lines, "holiday"),
            "intervals": [_facts(line, zone) for line in lines],
        }
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
            return
        self.stdout.write(
            "{calendar}, edition {edition} since {effective_at}; {zone}, zone data {zone_data}".format(**said)
        )
        counted = 0.0
        for one in said["intervals"]:  # type: ignore[attr-defined]
            counted += one["seconds"] if one["kind"] == "open" else 0
            self.stdout.write(
                f"{one['from']}  {one['to']}  {one['kind']:8}{one['seconds'] / 60:10.2f} min{counted / 60:10.2f} counted  {one['label']}".rstrip()
            )
        self.stdout.write("due {due}: {minutes} business minutes from {start}".format(**said))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError(text)
    return at


def _found(name: str) -> BusinessCalendar:
    found = BusinessCalendar.objects.filter(slug=name).first() or BusinessCalendar.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(one.slug or one.name for one in BusinessCalendar.objects.order_by("name")) or "none"
        raise CommandError(f"There is no calendar {name}. Known: {known}.")
    return found


def _seconds(lines: list[Interval], kind: str) -> float:
    spans = (line.ends_at - line.starts_at for line in lines if line.kind == kind)
    return sum(spans, timedelta(0)).total_seconds()


def _facts(line: Interval, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "from": line.starts_at.astimezone(zone).isoformat(),
        "to": line.ends_at.astimezone(zone).isoformat(),
        "kind": line.kind,
        "label": line.label,
        "seconds": (line.ends_at - line.starts_at).total_seconds(),
    }
