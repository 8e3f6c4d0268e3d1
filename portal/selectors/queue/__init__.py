"""The queue: open work, most urgent first."""

from .filters import Filters
from .pages import Group, compose, search
from .row import Row, histories_of, rows, with_their_calendars
from .saved_views import clients, totals
from .words import EMPTY, VIEWS

__all__ = [
    "EMPTY",
    "VIEWS",
    "Filters",
    "Group",
    "Row",
    "clients",
    "compose",
    "histories_of",
    "rows",
    "search",
    "totals",
    "with_their_calendars",
]
