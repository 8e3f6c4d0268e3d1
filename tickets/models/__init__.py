"""The catalogue, the tickets, and what is said, decided and done on them."""

from .attachment import Attachment
from .blocking import Blocking
from .catalogue import Category, RequestType
from .contest import Contest
from .conversation import Message, WorkLog
from .impact import ImpactMove, ImpactPreview
from .scope import ScopeDecision
from .ticket import Ticket, TicketClock, TicketCounter

__all__ = [
    "Attachment",
    "Blocking",
    "Category",
    "Contest",
    "ImpactMove",
    "ImpactPreview",
    "Message",
    "RequestType",
    "ScopeDecision",
    "Ticket",
    "TicketClock",
    "TicketCounter",
    "WorkLog",
]
