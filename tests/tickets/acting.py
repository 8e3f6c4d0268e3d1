"""How tests act: each service call under the scope of who acts, and several at once in real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.apps import apps
from django.db import connection

from accounts.models import User
from audit.models import Event
from common import tenancy
from notifications.models import Delivery
from slo.history import History, history_of
from slo.models import Clock
from tickets import services
from tickets.models import Message, Ticket, TicketClock

# Impact and urgency that the table turns into this priority.
ASKED = {
    "critical": ("organization", "blocked"),
    "high": ("team", "blocked"),
    "medium": ("team", "degraded"),
    "low": ("person", "question"),
}


def act(actor: User, service: Callable[..., Any], **arguments: Any) -> Any:
    """The service as this person calls it in a request of his or her own."""
    with tenancy.user(actor):
        return service(actor=actor, **arguments)


def opened(
    cast: Any, actor: User | None = None, priority: str = "high", client: str = "northwind", **more: Any
) -> Ticket:
    """A ticket, by Ann of Northwind unless said otherwise."""
    impact, urgency = ASKED[priority]
    arguments = {
        "organization": getattr(cast, client),
        "contract": getattr(cast, f"{client}_contract"),
        "subject": "The board is empty",
        "body": "Since this morning nobody sees an issue on it.",
        "impact": impact,
        "urgency": urgency,
        "now": cast.now,
    }
    ticket: Ticket = act(
        actor or (cast.ann if client == "northwind" else cast.bob), services.open_ticket, **arguments | more
    )
    return ticket


def fresh(row: Any) -> Any:
    """The row as it is now, whoever may see it."""
    with tenancy.everyone():
        return type(row).objects.get(pk=row.pk)


def clock_of(ticket: Ticket) -> Clock:
    """The clock of its first response, with its calendar edition."""
    with tenancy.everyone():
        return TicketClock.objects.select_related("clock__edition").get(ticket=ticket).clock


def lived(ticket: Ticket) -> History:
    """What happened to that clock, read once and for all."""
    with tenancy.everyone():
        past = history_of(TicketClock.objects.select_related("clock").get(ticket=ticket).clock)
        assert past.state
    return past


def told(ticket: Ticket, verb: str = "ticket.opened") -> dict[str, str]:
    """Whom the last event of that verb was told to, and how: address → template."""
    with tenancy.everyone():
        return dict(Delivery.objects.filter(event=events(ticket, verb)[-1]).values_list("address", "template"))


def said(ticket: Ticket) -> list[Message]:
    """The whole conversation, notes too, in order."""
    with tenancy.everyone():
        return list(Message.objects.filter(ticket=ticket).order_by("id"))


def verbs(ticket: Ticket) -> list[str]:
    """What happened to a ticket, in order."""
    return [event.verb for event in events(ticket)]


def events(ticket: Ticket, verb: str | None = None) -> list[Event]:
    """The ticket's events, in order; those of one verb."""
    with tenancy.everyone():
        found = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("id")
        return list(found.filter(verb=verb) if verb else found)


def everything() -> dict[str, int]:
    """How many rows each tenant's table holds: equal before and after means that nothing was written."""
    with tenancy.everyone():
        return {
            model._meta.label: model.objects.count()
            for model in apps.get_models()
            if hasattr(model, "organization_id") or hasattr(model, "organization")
        }


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at one moment, each on a connection of its own; their results or exceptions, in order."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
