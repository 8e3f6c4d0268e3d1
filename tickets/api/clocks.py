"""The clocks of the tickets that one sees. slo knows time and no tickets, so they are asked for here."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import ApiView
from common.errors import Refused
from slo.history import history_of
from tickets.models import TicketClock
from tickets.selectors import clock_list

from .receipts import ReceiptOut
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
        return Response(ClockOut(_seen(request, pk)).data)


class Receipt(ApiView):
    """How a promise was counted."""

    serializer_class = ReceiptOut

    @extend_schema(responses=ReceiptOut)
    def get(self, request: Request, pk: int) -> Response:
        """A clock's receipt, to be recomputed with `verify_receipt.py`: what it was computed from, and every interval."""
        link = _seen(request, pk)
        past = history_of(link.clock)
        if past.is_broken:
            raise Refused(_("This clock’s record contradicts itself; we have been told."))
        return Response(past.receipt(link.ticket.reference, request.now))


def _seen(request: Request, pk: int) -> TicketClock:
    """A clock of a ticket that one sees; else Http404."""
    link = clock_list(request.user).filter(clock_id=pk).first()
    if link is None:
        raise Http404
    return link
