"""The catalogue, the tickets, and what is said and done on them."""

from .catalogue import Category, RequestType
from .conversation import Message, WorkLog
from .ticket import Ticket, TicketClock, TicketCounter

__all__ = ["Category", "Message", "RequestType", "Ticket", "TicketClock", "TicketCounter", "WorkLog"]
