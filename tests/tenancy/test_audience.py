"""What is internal never reaches a client's scope, not even by raw SQL."""

import pytest
from django.db import ProgrammingError, connection, transaction

from audit.models import Audience, Event
from audit.services import record
from common import tenancy
from tickets import services
from tickets.models import Message, WorkLog

REFUSED = "row-level security"


def raw(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@pytest.fixture
def noted(cast, open_ticket):
    """A ticket with an internal note and an internal event."""
    ticket = open_ticket(cast.ann)
    with tenancy.user(cast.lea):
        services.note(actor=cast.lea, ticket_id=ticket.pk, body="The client must not read this.", now=cast.now)
        record(
            organization_id=cast.northwind.pk, verb="x.internal", subject_kind="ticket", subject_id=ticket.pk,
            at=cast.now, audience=Audience.INTERNAL,
        )  # fmt: skip
        WorkLog.objects.create(
            organization=cast.northwind, ticket=ticket, contract=cast.northwind_contract, author=cast.lea,
            audience=Audience.INTERNAL, worked_on=cast.now.date(), actual_minutes=5, billable_minutes=0,
            covered_minutes=0, summary="inside", at=cast.now,
        )  # fmt: skip
        assert Message.objects.filter(audience="internal").count() == 1
    return ticket


@pytest.mark.parametrize("person", ["ann", "rosa", "carl"])
def test_a_client_reads_nothing_internal(cast, noted, person):
    with tenancy.user(getattr(cast, person)):
        for table in ("tickets_message", "audit_event", "tickets_worklog"):
            assert raw(f"SELECT count(*) FROM {table} WHERE audience <> 'client'") == [(0,)], table
        assert raw("SELECT count(*) FROM tickets_message WHERE body LIKE '%%must not read%%'") == [(0,)]
        assert not noted.messages.filter(audience="internal").exists()
        assert Event.objects.filter(subject_id=noted.pk).exists()


def test_a_client_writes_nothing_internal(cast, noted):
    with tenancy.user(cast.ann):
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            raw(
                "INSERT INTO tickets_message (organization_id, ticket_id, author_id, audience, channel, body, at)"
                " VALUES (%s, %s, %s, 'internal', 'portal', 'x', now())",
                cast.northwind.pk, noted.pk, cast.ann.pk,
            )  # fmt: skip
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            raw("UPDATE tickets_message SET audience = 'internal'")
        assert raw("UPDATE tickets_message SET audience = 'client' WHERE audience = 'internal'") == 0
        assert raw("DELETE FROM tickets_message WHERE audience = 'internal'") == 0
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            record(
                organization_id=cast.northwind.pk, verb="x", subject_kind="x", subject_id=1, at=cast.now,
                audience=Audience.INTERNAL,
            )  # fmt: skip


def test_our_people_read_both(cast, noted):
    with tenancy.user(cast.lea):
        assert set(noted.messages.values_list("audience", flat=True)) == {"client", "internal"}
        assert Event.objects.filter(verb="x.internal").exists()
