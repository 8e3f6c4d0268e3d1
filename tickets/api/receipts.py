"""What a receipt looks like as JSON: docs/slo.md says what each part means. It is given as `slo.receipt` computes it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from slo.clock import Verdict
from slo.excusal import Standing

from .shapes import words


class About(serializers.Serializer):
    """Whose calculation it is."""

    clock = serializers.IntegerField()
    reference = serializers.CharField()
    objective = serializers.CharField()
    contract = serializers.IntegerField()


class Promised(serializers.Serializer):
    """What was promised at last, and the clause that says so."""

    priority = serializers.CharField()
    term = serializers.CharField()
    target_minutes = serializers.IntegerField()
    clause = serializers.DictField()


class Zone(serializers.Serializer):
    """A time zone: `offsets` are [instant, seconds from UTC], at the start and after each change, by tz data `tz`."""

    name = serializers.CharField()
    tz = serializers.CharField()
    offsets = serializers.ListField(child=serializers.ListField())


class Edition(serializers.Serializer):
    """What a calendar says from an instant on: windows by weekday (Monday is "0"), holidays by date."""

    number = serializers.IntegerField()
    effective_at = serializers.DateTimeField()
    zone = serializers.CharField()
    weekly = serializers.DictField()
    holidays = serializers.DictField()


class CalendarUsed(serializers.Serializer):
    """A calendar, from the edition that ruled at the start to the newest one known."""

    calendar = serializers.IntegerField()
    name = serializers.CharField()
    editions = Edition(many=True)


class By(serializers.Serializer):
    """Who acted: no name, a side and a number."""

    side = serializers.ChoiceField(choices=["client", "valiantys", "engine", "unknown"])
    id = serializers.IntegerField(allow_null=True)


class Happened(serializers.Serializer):
    """One event of the clock, and when it was due after it."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = By()
    data = serializers.DictField()
    due_at = serializers.DateTimeField(allow_null=True)


class IntervalOut(serializers.Serializer):
    """A stretch of one kind; only `open` ones count."""

    to = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=["open", "closed", "holiday", "paused"])
    label = serializers.CharField()
    calendar = serializers.IntegerField()
    edition = serializers.IntegerField()
    seconds = serializers.FloatField()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class Sums(serializers.Serializer):
    """Seconds by kind."""

    open = serializers.FloatField()
    closed = serializers.FloatField()
    holiday = serializers.FloatField()
    paused = serializers.FloatField()


class ReceiptOut(serializers.Serializer):
    """A clock's whole calculation. `as_of` is when it ended, or now; `left_seconds` is negative when late; `digest` is the
    SHA-256 of the canonical JSON of everything else. Nothing is due while it pauses."""

    format = serializers.CharField()
    about = About()
    covers = serializers.ListField(child=serializers.DateTimeField())
    as_of = serializers.DateTimeField()
    promise = Promised()
    zones = Zone(many=True)
    calendars = CalendarUsed(many=True)
    events = Happened(many=True)
    intervals = IntervalOut(many=True)
    sums = Sums()
    due_at = serializers.DateTimeField(allow_null=True)
    left_seconds = serializers.FloatField()
    verdict = serializers.ChoiceField(choices=words(Verdict))
    judged_at = serializers.DateTimeField(allow_null=True)
    excusal = serializers.ChoiceField(choices=[one for one in words(Standing) if one], allow_blank=True)
    digest = serializers.CharField()
