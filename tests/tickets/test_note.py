"""Internal notes: no client's scope can read them, whatever it asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from common import tenancy
from common.errors import Refused
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told
from tickets import services
from tickets.models import Message, Ticket


def note(cast: Any, actor: Any, ticket: Ticket, body: str = "Ask the vendor first.") -> Message:
    message: Message = act(actor, services.note, ticket_id=ticket.pk, body=body, now=cast.now)
    return message


def test_no_clients_scope_reads_it_even_by_raw_sql(cast: Any) -> None:
    ticket = opened(cast)
    note(cast, cast.lea, ticket)
    for person in (cast.ann, cast.rosa, cast.carl):
        with tenancy.user(person), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_message WHERE ticket_id = %s", [ticket.pk])
            assert cursor.fetchone() == (1,)
            cursor.execute("SELECT verb FROM audit_event WHERE subject_id = %s AND verb LIKE 'ticket.%%'", [ticket.pk])
            assert cursor.fetchall() == [("ticket.opened",)]
    assert [one.audience for one in said(ticket)] == ["client", "internal"]


def test_it_stops_no_clock_and_moves_nothing(cast: Any) -> None:
    ticket = opened(cast)
    message = note(cast, cast.lea, ticket)
    after = fresh(ticket)
    assert not message.is_human_answer
    assert (clock_of(ticket).stopped_at, after.responded_at, after.status, after.assignee_id) == (
        None,
        None,
        "new",
        None,
    )


def test_who_has_the_ticket_is_told_and_no_client_is(cast: Any) -> None:
    ticket = opened(cast)
    act(cast.lea, services.take, ticket_id=ticket.pk, now=cast.now)
    note(cast, cast.nadia, ticket)
    assert told(ticket, "ticket.noted") == {cast.lea.email: "ticket_noted"}
    assert events(ticket, "ticket.noted")[0].audience == "internal"


def test_a_client_may_not(cast: Any) -> None:
    ticket = opened(cast)
    with pytest.raises(PermissionDenied):
        note(cast, cast.carl, ticket)


def test_for_outsiders_the_ticket_does_not_exist(cast: Any) -> None:
    ticket = opened(cast)
    for outsider in (cast.bob, cast.julien):
        with pytest.raises(Http404):
            note(cast, outsider, ticket)


@pytest.mark.parametrize(("body", "words"), [("  ", "Write something"), ("pwd: S3cr3t!x", "secret")])
def test_nothing_and_secrets_are_refused(cast: Any, body: str, words: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        note(cast, cast.lea, ticket, body)
    assert everything() == before
