"""The queue's saved views, with how much is in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.models import Organization, User
from tickets.models import Ticket
from tickets.workflow import Status

from .filters import Filters
from .row import midnight, open_escalations
from .words import VIEWS


def conditions(user: User, now: datetime) -> dict[str, Q]:
    """View → what its open tickets have in common."""
    return {
        "urgent": Q(),
        "mine": Q(assignee=user),
        "unassigned": Q(assignee__isnull=True),
        "today": Q(due_at__gte=now, due_at__lt=midnight(now)),
        "waiting": Q(status=Status.WAITING_CLIENT),
        "breached": Q(due_at__lt=now),
        "escalated": Q(pk__in=open_escalations().values("ticket_id")),
    }


def totals(user: User, now: datetime) -> dict[str, int]:
    """How much is in each saved view, and for how much no promise runs: one query, one scan of the index of counts."""
    asked = {**conditions(user, now), "none": Q(due_at__isnull=True)}
    counts = {name: Count("pk", filter=condition) if condition else Count("pk") for name, condition in asked.items()}
    return Ticket.objects.visible_to(user).open().aggregate(**counts)


def views(found: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    """The saved views with how much is in each."""
    return [
        {
            "name": name,
            "url": Filters(view=name).address,
            "label": label,
            "count": found[name],
            "tone": "missed" if name in {"breached", "escalated"} else "",
            "current": name == chosen,
        }
        for name, label in VIEWS.items()
    ]


def clients(user: User, also: str = "") -> list[Organization]:
    """The clients that the filter offers; `also`, a key that is asked for, though its client be a historical one."""
    offered = Organization.objects.visible_to(user).filter(Q(is_historical=False) | Q(key=also))
    return list(offered.order_by("name"))
