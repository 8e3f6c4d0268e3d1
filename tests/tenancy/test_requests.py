"""The request's transaction, through HTTP; those marked transaction=True commit for real."""

import pytest

from common import tenancy
from tickets.models import Ticket

pytestmark = pytest.mark.urls("tests.tenancy.urls")
real = pytest.mark.django_db(transaction=True)


@real
@pytest.mark.parametrize(("status", "kept"), [(200, True), (302, True), (404, True), (500, False), (599, False)])
def test_a_failed_request_leaves_nothing_and_a_refused_one_what_it_wrote(client, cast, open_ticket, status, kept):
    open_ticket(cast.ann)
    client.force_login(cast.ann)
    client.raise_request_exception = False
    client.get(f"/rename/{status}/")
    with tenancy.user(cast.ann):
        assert Ticket.objects.filter(subject="renamed").exists() is kept


@real
def test_a_request_touches_only_what_is_in_its_scope(client, cast, open_ticket):
    open_ticket(cast.ann), open_ticket(cast.bob)
    client.force_login(cast.ann)
    client.get("/rename/200/")
    client.logout()
    client.get("/rename/200/")
    with tenancy.everyone():
        assert [t.requester_id for t in Ticket.objects.filter(subject="renamed")] == [cast.ann.pk]


@real
def test_a_streamed_body_is_written_under_the_scope(client, cast, open_ticket):
    open_ticket(cast.ann, "Ours"), open_ticket(cast.bob, "Theirs")
    client.force_login(cast.ann)
    assert client.get("/export/").getvalue() == b"Ours\n"
    client.logout()
    assert client.get("/export/").getvalue() == b""
    assert not Ticket.objects.exists()


@real
def test_the_connection_is_nobodys_after_each_request(client, cast, open_ticket):
    open_ticket(cast.ann)
    for person in (cast.ann, cast.ada):
        client.force_login(person)
        client.get("/rename/404/")
        assert tenancy.current() == tenancy.NOBODY
        assert not Ticket.objects.exists()
