"""The catalogue, the tickets, and what is said and done on them."""

from .attachment import Attachment
from .catalogue import Category, RequestType
from .conversation import Message, WorkLog
from .ticket import Ticket, TicketClock, TicketCounter

__all__ = ["Attachment", "Category", "Message", "RequestType", "Ticket", "TicketClock", "TicketCounter", "WorkLog"]
