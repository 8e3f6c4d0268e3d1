"""Escalations of the tickets that one sees, and how they climbed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.strict import Filters, Instant
from common.api.views import ApiView

from .ladder import Cause
from .selectors import escalation_by_id, escalation_list, steps_of

CAUSES = [cause.value for cause in Cause]


class EscalationOut(serializers.Serializer):
    """A climb: the level it stands at, by when it is to be taken, and what was promised by who took it."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.reference")
    cause = serializers.ChoiceField(choices=CAUSES)
    level = serializers.IntegerField()
    opened_at = Instant()
    entered_at = Instant()
    acknowledge_by = Instant(allow_null=True)
    acknowledged_at = Instant(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)
    update_by = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)


class StepOut(serializers.Serializer):
    """A level reached, and why."""

    level = serializers.IntegerField()
    cause = serializers.ChoiceField(choices=CAUSES)
    is_empty = serializers.BooleanField()
    reason = serializers.CharField()
    at = Instant()


class EscalationDetail(EscalationOut):
    """With its steps, in order."""

    steps = StepOut(many=True)


class EscalationFilters(Filters):
    """Which escalations."""

    ticket = serializers.RegexField(r"^[A-Z][A-Z0-9]{0,9}-[0-9]{1,9}$", required=False)
    open = serializers.BooleanField(required=False)


class Escalations(ApiView):
    """The escalations of this person's tickets."""

    filters, paged = EscalationFilters, True
    serializer_class = EscalationOut

    @extend_schema(parameters=[EscalationFilters], responses=EscalationOut(many=True))
    def get(self, request: Request) -> Response:
        """Escalations, newest first."""
        return self.page(escalation_list(request.user, **self.asked), EscalationOut)


class OneEscalation(ApiView):
    """An escalation."""

    serializer_class = EscalationDetail

    @extend_schema(responses=EscalationDetail)
    def get(self, request: Request, pk: int) -> Response:
        """One escalation, with the levels it climbed."""
        escalation = escalation_by_id(request.user, pk)
        shown: dict[str, Any] = EscalationOut(escalation).data
        return Response({**shown, "steps": StepOut(steps_of(request.user, escalation), many=True).data})
