"""Clocks from before events were kept get the events that their rows tell of."""

from itertools import islice

from django.db import migrations

from slo.calendar import Calendar
from slo.fold import Fact, Kind, fold
from slo.timeline import Edition

BATCH = 1000


def lived(clock, editions):
    """The facts of a row: its start; its due instant as it stands, where the promise alone doesn't give it; its end."""
    calendar, number = next((one.calendar, one.number) for one in editions if one.number == clock.edition.number)
    course = fold([_start(clock, calendar, number, 50)], editions).course
    percent = 100 * course.between(clock.started_at, clock.warn_at) / course.between(clock.started_at, clock.due_at)
    facts = [_start(clock, calendar, number, min(99, max(1, round(percent))))]
    state = fold(facts, editions)
    if (state.due_at, state.warn_at) != (clock.due_at, clock.warn_at):
        carried = {"due_at": clock.due_at.isoformat(), "warn_at": clock.warn_at.isoformat()}
        facts.append(Fact(2, Kind.CARRIED, clock.started_at, carried))
    if clock.verdict == "missed" and clock.judged_at != clock.stopped_at:
        facts.append(Fact(len(facts) + 1, Kind.MISSED, clock.judged_at, {}))
    if clock.verdict == "void":
        facts.append(Fact(len(facts) + 1, Kind.VOIDED, clock.judged_at, {"reason": clock.void_reason}))
    if clock.stopped_at is not None:
        facts.append(Fact(len(facts) + 1, Kind.STOPPED, clock.stopped_at, {}))
    return facts


def _start(clock, calendar, number, percent):
    data = {
        "priority": clock.priority, "term": clock.term_key, "clause": clock.provenance,
        "target_minutes": clock.target_minutes, "warn_percent": percent, "calendar": calendar, "edition": number,
    }  # fmt: skip
    return Fact(1, Kind.STARTED, clock.started_at, data)


def forwards(apps, schema_editor):
    clocks_table, events_table = apps.get_model("slo", "Clock"), apps.get_model("slo", "ClockEvent")
    calendars = {}
    for one in apps.get_model("slo", "CalendarEdition").objects.order_by("number"):
        rule = Calendar.from_data({"zone": one.zone, "weekly": one.weekly, "holidays": one.holidays})
        calendars.setdefault(one.calendar_id, []).append(Edition(one.effective_at, rule, one.calendar_id, one.number))
    clocks = clocks_table.objects.select_related("edition").order_by("id").iterator(chunk_size=BATCH)
    while batch := list(islice(clocks, BATCH)):
        events = []
        for clock in batch:
            editions = calendars[clock.edition.calendar_id]
            facts = lived(clock, editions)
            clock.allowed_seconds = int(fold(facts, editions).allowed.total_seconds())
            events += [
                events_table(
                    organization_id=clock.organization_id, clock=clock, number=one.number, kind=one.kind.value, at=one.at,
                    data=one.data,
                )
                for one in facts
            ]  # fmt: skip
        events_table.objects.bulk_create(events)
        clocks_table.objects.bulk_update(batch, ["allowed_seconds"])


# The owner is under FORCE too.
OPEN = "ALTER TABLE slo_clock NO FORCE ROW LEVEL SECURITY; ALTER TABLE slo_clockevent NO FORCE ROW LEVEL SECURITY"
SHUT = """SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE slo_clock FORCE ROW LEVEL SECURITY;
    ALTER TABLE slo_clockevent FORCE ROW LEVEL SECURITY"""


class Migration(migrations.Migration):
    dependencies = [("slo", "0007_clock_events")]

    operations = [
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.RunSQL(SHUT, migrations.RunSQL.noop),
    ]
