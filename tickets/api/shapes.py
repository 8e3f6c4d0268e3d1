"""What tickets look like as JSON, going out and coming in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audit.models import Audience
from common.api.strict import Choice, Filters, Flag, Instant, Strict, Text, Whole
from slo.clock import Verdict
from tickets.forms import LONGEST
from tickets.models import Message, Ticket
from tickets.priority import Impact, Priority, Urgency
from tickets.scoping import Scope
from tickets.services.opening import SUBJECT_LENGTH
from tickets.workflow import Status


def words(enum: Any) -> list[str]:
    """The values of an enumeration."""
    return [str(one.value) for one in enum]


class Person(serializers.Serializer):
    """Somebody, by name."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class TicketOut(serializers.Serializer):
    """A ticket. `due_at` is the soonest promise that runs for it: an answer, or its resolution; one whose `scope` is `excluded` or `to_be_quoted` takes no time."""

    reference = serializers.CharField()
    organization = serializers.CharField(source="organization.key")
    contract = serializers.IntegerField(source="contract_id")
    request_type = serializers.CharField(source="request_type.slug", default=None, allow_null=True)
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=words(Status))
    impact = serializers.ChoiceField(choices=words(Impact))
    urgency = serializers.ChoiceField(choices=words(Urgency))
    priority = serializers.ChoiceField(choices=words(Priority))
    channel = serializers.ChoiceField(choices=Ticket.Channel.values)
    confidential = serializers.BooleanField()
    scope = serializers.ChoiceField(choices=words(Scope))
    requester = Person()
    assignee = Person(allow_null=True)
    external_ref = serializers.CharField()
    opened_at = Instant()
    active_at = Instant()
    due_at = Instant(allow_null=True)
    responded_at = Instant(allow_null=True)
    resolved_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)


class TicketIn(Strict):
    """A new request, under one of the contracts of `GET /contracts/`, of a kind of `GET /request-types/` (its slug).

    `body` is Markdown, and never holds a password: what looks like one is refused. `external_ref` is your own number for
    it, unique in your company.
    """

    contract = Whole()
    subject = Text(max_length=SUBJECT_LENGTH)
    body = Text(max_length=LONGEST)
    impact = Choice(choices=words(Impact))
    urgency = Choice(choices=words(Urgency))
    request_type = Text(required=False, max_length=50)
    confidential = Flag(required=False)
    external_ref = Text(required=False, max_length=100)


class TicketFilters(Filters):
    """Which tickets."""

    organization = serializers.CharField(required=False, max_length=10)
    contract = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    status = serializers.ChoiceField(required=False, choices=words(Status))
    priority = serializers.ChoiceField(required=False, choices=words(Priority))
    open = serializers.BooleanField(required=False)
    external_ref = serializers.CharField(required=False, max_length=100)
    opened_after = Instant(required=False)
    opened_before = Instant(required=False)
    active_after = Instant(required=False)


class MessageOut(serializers.Serializer):
    """One entry of the conversation. Notes for Valiantys alone are `internal`, and no client ever gets them.

    `body` is Markdown. `stops_the_clock`: it was the first answer that a promise waits for.
    """

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.reference")
    author = Person(allow_null=True)
    audience = serializers.ChoiceField(choices=Audience.values)
    kind = serializers.ChoiceField(choices=Message.Kind.values)
    channel = serializers.ChoiceField(choices=Ticket.Channel.values)
    stops_the_clock = serializers.BooleanField(source="is_human_answer")
    body = serializers.CharField()
    at = Instant()


class ReplyIn(Strict):
    """A public reply, in Markdown."""

    body = Text(max_length=LONGEST)


class TimeOut(serializers.Serializer):
    """Time worked. Billable minutes are rounded up once; what no hours cover awaits an approver."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.reference")
    contract = serializers.IntegerField(source="contract_id")
    author = Person()
    worked_on = serializers.DateField()
    summary = serializers.CharField()
    actual_minutes = serializers.IntegerField()
    billable_minutes = serializers.IntegerField()
    covered_minutes = serializers.IntegerField()
    awaiting_minutes = serializers.IntegerField()
    at = Instant()
    reversed_at = Instant(allow_null=True)


class TimeIn(Strict):
    """Time worked, today unless said otherwise."""

    minutes = Whole(max_value=24 * 60)
    summary = Text(max_length=200)
    worked_on = serializers.DateField(required=False)


class RequestTypeOut(serializers.Serializer):
    """A kind of request, in the reader's language."""

    slug = serializers.CharField()
    category = serializers.CharField(source="category.slug")
    name = serializers.CharField()
    description = serializers.CharField()


class ClockOut(serializers.Serializer):
    """One promise running for one ticket: business time, and where the target comes from (a clause, or a default)."""

    id = serializers.IntegerField(source="clock.id")
    ticket = serializers.CharField(source="ticket.reference")
    objective = serializers.CharField()
    priority = serializers.ChoiceField(source="clock.priority", choices=words(Priority))
    term = serializers.CharField(source="clock.term_key")
    provenance = serializers.DictField(source="clock.provenance")
    target_minutes = serializers.IntegerField(source="clock.target_minutes")
    started_at = Instant(source="clock.started_at")
    warn_at = Instant(source="clock.warn_at", allow_null=True)
    due_at = Instant(source="clock.due_at", allow_null=True)
    paused_at = Instant(source="clock.paused_at", allow_null=True)
    resume_by = Instant(source="clock.resume_by", allow_null=True)
    stopped_at = Instant(source="clock.stopped_at", allow_null=True)
    business_seconds = serializers.IntegerField(source="clock.business_seconds", allow_null=True)
    verdict = serializers.ChoiceField(source="clock.verdict", choices=words(Verdict))


class ClockFilters(Filters):
    """Which clocks."""

    ticket = serializers.RegexField(r"^[A-Z][A-Z0-9]{0,9}-[0-9]{1,9}$", required=False)
    verdict = serializers.ChoiceField(required=False, choices=words(Verdict))
    due_before = Instant(required=False)
    due_after = Instant(required=False)
