"""The clocks of the tickets that one sees. slo knows time and no tickets, so they are asked for here."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import ApiView
from tickets.selectors import clock_list

from .shapes import ClockFilters, ClockOut


class Clocks(ApiView):
    """Promises that run or ran."""

    filters, paged = ClockFilters, True
    serializer_class = ClockOut

    @extend_schema(parameters=[ClockFilters], responses=ClockOut(many=True))
    def get(self, request: Request) -> Response:
        """Clocks, newest first."""
        return self.page(clock_list(request.user, **self.asked), ClockOut)


class OneClock(ApiView):
    """A promise."""

    serializer_class = ClockOut

    @extend_schema(responses=ClockOut)
    def get(self, request: Request, pk: int) -> Response:
        """One clock, by its id."""
        clock = clock_list(request.user).filter(clock_id=pk).first()
        if clock is None:
            raise Http404
        return Response(ClockOut(clock).data)
