"""A ticket that waits for a line of its client's register: said once, told, ended, and never across clients."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from contracts import services as contracts
from contracts.models import Responsibility
from tests.tickets.acting import act, events, everything, opened, told
from tickets import services
from tickets.models import Blocking, Ticket

pytestmark = pytest.mark.django_db


def line(cast: Any, client: str = "northwind", **more: Any) -> Responsibility:
    arguments = {"head": "access", "title": "An account on the test site", "now": cast.now} | more
    item: Responsibility = act(cast.lea, contracts.add_responsibility, organization=getattr(cast, client), **arguments)
    return item


def block(cast: Any, ticket: Ticket, item: Responsibility, actor: Any = None) -> Blocking:
    blocking: Blocking = act(
        actor or cast.lea, services.block, ticket_id=ticket.pk, responsibility_id=item.pk, now=cast.now
    )
    return blocking


def of_line(item: Responsibility) -> list[str]:
    with tenancy.everyone():
        found = Event.objects.filter(subject_kind="responsibility", subject_id=item.pk).order_by("id")
        return [one.verb for one in found]


def test_both_histories_know_and_the_requester_and_the_owner_are_told(cast: Any) -> None:
    ticket, item = opened(cast), line(cast, owner=cast.carl)
    block(cast, ticket, item)
    (event,) = events(ticket, "ticket.blocked")
    assert event.data == {"responsibility_id": item.pk}
    assert of_line(item) == ["responsibility.added", "responsibility.blocks"]
    assert told(ticket, "ticket.blocked") == {
        "ann@example.com": "ticket_blocked", "carl@example.com": "ticket_blocked",
    }  # fmt: skip


def test_it_is_said_once_ended_once_and_may_be_said_again(cast: Any) -> None:
    ticket, item = opened(cast), line(cast)
    blocking = block(cast, ticket, item)
    with pytest.raises(Refused, match="already"):
        block(cast, ticket, item)
    end = {"ticket_id": ticket.pk, "blocking_id": blocking.pk, "now": cast.now}
    act(cast.lea, services.unblock, **end)
    with pytest.raises(Refused, match="no longer waits"):
        act(cast.lea, services.unblock, **end)
    block(cast, ticket, item)
    assert of_line(item)[1:] == ["responsibility.blocks", "responsibility.unblocks", "responsibility.blocks"]


def test_nothing_waits_for_what_is_settled(cast: Any) -> None:
    ticket, item = opened(cast), line(cast, state="done")
    before = everything()
    with pytest.raises(Refused, match="settled"):
        block(cast, ticket, item)
    assert everything() == before


def test_a_closed_ticket_waits_for_nothing(cast: Any) -> None:
    ticket, item = opened(cast), line(cast)
    act(cast.lea, services.cancel, ticket_id=ticket.pk, reason="No longer needed.", now=cast.now)
    with pytest.raises(Refused, match="closed for good"):
        block(cast, ticket, item)


def test_another_clients_line_and_another_tickets_blocking_do_not_exist(cast: Any) -> None:
    ticket, theirs, other = opened(cast), line(cast, "globex"), opened(cast)
    elsewhere = block(cast, other, line(cast))
    before = everything()
    with pytest.raises(Http404):
        block(cast, ticket, theirs)  # by Léa, who serves both
    with pytest.raises(Http404):
        act(cast.lea, services.unblock, ticket_id=ticket.pk, blocking_id=elsewhere.pk, now=cast.now)
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "error"), [("ann", PermissionDenied), ("rosa", PermissionDenied), ("bob", Http404), ("julien", Http404)]
)
def test_consultants_say_it_and_nobody_else(cast: Any, who: str, error: type[Exception]) -> None:
    ticket, item = opened(cast), line(cast)
    blocking = block(cast, ticket, item)
    before = everything()
    with pytest.raises(error):
        block(cast, ticket, item, actor=getattr(cast, who))
    with pytest.raises(error):
        act(getattr(cast, who), services.unblock, ticket_id=ticket.pk, blocking_id=blocking.pk, now=cast.now)
    assert everything() == before


def test_the_database_ties_ticket_and_line_to_one_client(cast: Any) -> None:
    from django.db import IntegrityError, transaction

    ticket, theirs = opened(cast), line(cast, "globex")
    with pytest.raises(IntegrityError), tenancy.everyone(), transaction.atomic():
        Blocking.objects.create(
            organization=cast.northwind, ticket=ticket, responsibility=theirs, blocked_by=cast.lea, at=cast.now
        )
    block(cast, ticket, line(cast))
    with tenancy.organizations(cast.globex.pk):
        assert not Blocking.objects.exists()
