"""The queue: open work, most urgent first."""

from .filters import Filters
from .pages import Group, digest, page, search
from .row import Row, clocks_of, rows
from .saved_views import clients, totals, views
from .words import EMPTY, VIEWS

__all__ = [
    "EMPTY",
    "VIEWS",
    "Filters",
    "Group",
    "Row",
    "clients",
    "clocks_of",
    "digest",
    "page",
    "rows",
    "search",
    "totals",
    "views",
]
