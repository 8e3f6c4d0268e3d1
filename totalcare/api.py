"""The API's router: every address under /api/v1/. What answers there lives in each app's `api`."""

from __future__ import annotations

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

import common.api.schema  # noqa: F401 - registers what the schema says of strict bodies
import integrations.authentication  # noqa: F401 - and of tokens
from common.api.views import Nowhere
from contracts import api as contracts
from escalation import api as escalation
from tickets.api import clocks, tickets


class Reference:
    """A ticket's: NW-1042."""

    regex = "[A-Z][A-Z0-9]{0,9}-[0-9]{1,9}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


class Id:
    """A number that PostgreSQL can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_converter(Reference, "reference")
register_converter(Id, "id")

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/<reference:reference>/", tickets.OneTicket.as_view(), name="ticket"),
    path("tickets/<reference:reference>/messages/", tickets.Messages.as_view(), name="messages"),
    path("tickets/<reference:reference>/time/", tickets.Time.as_view(), name="time"),
    path("request-types/", tickets.RequestTypes.as_view(), name="request_types"),
    path("contracts/", contracts.Contracts.as_view(), name="contracts"),
    path("contracts/<id:pk>/", contracts.OneContract.as_view(), name="contract"),
    path("contracts/<id:pk>/terms/", contracts.Terms.as_view(), name="terms"),
    path("contracts/<id:pk>/balance/", contracts.Balance.as_view(), name="balance"),
    path("clocks/", clocks.Clocks.as_view(), name="clocks"),
    path("clocks/<id:pk>/", clocks.OneClock.as_view(), name="clock"),
    path("clocks/<id:pk>/receipt/", clocks.Receipt.as_view(), name="receipt"),
    path("escalations/", escalation.Escalations.as_view(), name="escalations"),
    path("escalations/<id:pk>/", escalation.OneEscalation.as_view(), name="escalation"),
    re_path(r"^[\s\S]*\Z", Nowhere.as_view(), name="nowhere"),
]
