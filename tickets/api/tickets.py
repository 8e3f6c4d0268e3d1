"""Tickets, replies and time, through the same services as the pages. What comes this way is a machine's: channel `api`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.permissions import check
from common.api.views import ApiView
from contracts.selectors import contract_by_id, day_of
from tickets import services
from tickets.models import RequestType, Ticket, WorkLog
from tickets.selectors import messages, ticket_by_reference, ticket_list

from .shapes import MessageOut, ReplyIn, RequestTypeOut, TicketFilters, TicketIn, TicketOut, TimeIn, TimeOut


class Tickets(ApiView):
    """The requests that this person sees."""

    filters, paged = TicketFilters, True
    serializer_class = TicketOut

    @extend_schema(parameters=[TicketFilters], responses=TicketOut(many=True))
    def get(self, request: Request) -> Response:
        """Tickets, newest first."""
        return self.page(ticket_list(request.user, **self.asked), TicketOut)

    @extend_schema(request=TicketIn, responses={201: TicketOut})
    def post(self, request: Request) -> Response:
        """Open a request. Its promise is that of the contract's `api` channel."""
        sent = self.sent(TicketIn)
        contract = contract_by_id(request.user, sent.pop("contract"))
        kind = _request_type(sent.pop("request_type", ""))
        ticket = services.open_ticket(
            actor=request.user, organization=contract.organization, contract=contract, request_type=kind,
            channel=Ticket.Channel.API, now=request.now, **sent,
        )  # fmt: skip
        return self.created(ticket, TicketOut)


def _request_type(slug: str) -> RequestType | None:
    kind = RequestType.objects.filter(slug=slug, is_active=True).first() if slug else None
    if slug and kind is None:
        raise ValidationError({"request_type": [_("There is no such kind of request.")]})
    return kind


class OneTicket(ApiView):
    """A request."""

    serializer_class = TicketOut

    @extend_schema(responses=TicketOut)
    def get(self, request: Request, reference: str) -> Response:
        """One ticket, by its reference."""
        return Response(TicketOut(ticket_by_reference(request.user, reference)).data)


class Messages(ApiView):
    """What is said on a request."""

    paged = True
    serializer_class = MessageOut

    @extend_schema(responses=MessageOut(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """The conversation, newest first."""
        ticket = ticket_by_reference(request.user, reference)
        return self.page(messages(request.user, ticket).select_related("author", "ticket__organization"), MessageOut)

    @extend_schema(request=ReplyIn, responses={201: MessageOut})
    def post(self, request: Request, reference: str) -> Response:
        """Reply in public. From here it stops no clock: an answer that counts is a person's, written in the portal.

        On a closed ticket it opens a new one, that follows it: look at `ticket` in the answer.
        """
        ticket = ticket_by_reference(request.user, reference)
        message = services.reply(
            actor=request.user, ticket_id=ticket.pk, channel=Ticket.Channel.API, now=request.now, **self.sent(ReplyIn)
        )
        return self.created(message, MessageOut)


class Time(ApiView):
    """Time worked on a request."""

    paged = True
    serializer_class = TimeOut

    @extend_schema(responses=TimeOut(many=True))
    def get(self, request: Request, reference: str) -> Response:
        """Time entries, newest first."""
        ticket = ticket_by_reference(request.user, reference)
        logs = WorkLog.objects.visible_to(request.user).filter(
            organization_id=ticket.organization_id, ticket_id=ticket.pk
        )
        return self.page(logs.select_related("author", "ticket__organization"), TimeOut)

    @extend_schema(request=TimeIn, responses={201: TimeOut})
    def post(self, request: Request, reference: str) -> Response:
        """Log time worked. What the hours left don't cover awaits the client's approval; a request out of scope takes none."""
        ticket = ticket_by_reference(request.user, reference)
        check(request.user, "time.log", ticket.organization_id)
        sent: dict[str, Any] = {"worked_on": day_of(request.now)} | self.sent(TimeIn)
        log = services.log_time(actor=request.user, ticket_id=ticket.pk, now=request.now, **sent)
        return self.created(log, TimeOut)


class RequestTypes(ApiView):
    """What can be asked for."""

    paged = True
    serializer_class = RequestTypeOut

    @extend_schema(responses=RequestTypeOut(many=True))
    def get(self, request: Request) -> Response:
        """The catalogue's kinds of request, for `request_type`."""
        return self.page(RequestType.objects.filter(is_active=True).select_related("category"), RequestTypeOut)
