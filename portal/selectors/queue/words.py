"""What the queue's views and groups are called, and what stands where a view has nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

VIEWS: Mapping[str, Any] = {
    "urgent": gettext_lazy("Most urgent"),
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "today": gettext_lazy("Due today"),
    "waiting": gettext_lazy("Waiting for client"),
    "breached": gettext_lazy("Missed"),
    "escalated": gettext_lazy("Escalated"),
}
# What stands where a view has nothing: what would be here, and when.
EMPTY: Mapping[str, tuple[Any, Any]] = {
    "urgent": (
        gettext_lazy("No open work"),
        gettext_lazy("What clients ask for appears here, whatever is due soonest on top."),
    ),
    "mine": (
        gettext_lazy("Nothing is yours"),
        gettext_lazy("Requests that you start, answer first or are given appear here."),
    ),
    "unassigned": (
        gettext_lazy("Everything has somebody"),
        gettext_lazy("New requests wait here until somebody starts or answers them."),
    ),
    "today": (
        gettext_lazy("Nothing is due today any more"),
        gettext_lazy("Requests with a promise that is due by midnight appear here."),
    ),
    "waiting": (
        gettext_lazy("No client owes us an answer"),
        gettext_lazy("Requests with a question to the client wait here, and leave with any answer."),
    ),
    "breached": (
        gettext_lazy("Nothing is late"),
        gettext_lazy("Requests that still wait after what was promised for them appear here."),
    ),
    "escalated": (
        gettext_lazy("No escalation is open"),
        gettext_lazy("Requests appear here when a promise is missed, or a client says that the problem persists."),
    ),
}
GROUPS: Mapping[str, Any] = {
    "missed": gettext_lazy("Missed"),
    "today": gettext_lazy("Due today"),
    "later": gettext_lazy("Due later"),
    "none": gettext_lazy("No promise runs"),
}
