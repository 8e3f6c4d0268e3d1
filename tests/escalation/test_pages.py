"""The two forms, over HTTP, and what the ticket page reads."""

from datetime import timedelta

import pytest

from common import tenancy
from escalation import selectors, services
from escalation.models import Escalation

pytestmark = pytest.mark.django_db
WORDS = {"reason": "Still down for forty people."}


@pytest.fixture
def sign_in(client):
    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def escalated(cast, open_ticket):
    """A ticket of Léa's, called to level 1 by Ann."""
    ticket = open_ticket(assignee=cast.lea)
    with tenancy.user(cast.ann):
        services.persist(actor=cast.ann, ticket_id=ticket.pk, reason="Still down.", now=cast.now)
        return Escalation.objects.select_related("ticket__organization").get()


def test_a_client_calls_in_the_next_level(cast, open_ticket, sign_in):
    ticket = open_ticket(assignee=cast.lea)
    url = f"/escalations/{ticket.reference}/persist/"
    page = sign_in(cast.ann).get(url)
    assert page.status_code == 200
    assert "Nadia Benali" in page.content.decode()
    done = sign_in(cast.ann).post(url, WORDS)
    assert (done.status_code, done.url) == (302, f"/tickets/{ticket.reference}/")
    with tenancy.everyone():
        assert Escalation.objects.get().level == 1


def test_a_refused_form_comes_back_with_its_text(cast, open_ticket, sign_in):
    ticket = open_ticket()
    url = f"/escalations/{ticket.reference}/persist/"
    assert sign_in(cast.ann).post(url, {"reason": " "}).status_code == 422
    secret = "The password is: password=Tr0ub4dor&3xyz"
    page = sign_in(cast.ann).post(url, {"reason": secret})
    assert page.status_code == 422
    assert "Tr0ub4dor" in page.content.decode()
    with tenancy.everyone():
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("ann", 200), ("rosa", 200), ("lea", 403), ("ada", 403), ("bob", 404), ("julien", 404)]
)
def test_who_may_say_that_it_persists(cast, open_ticket, sign_in, who, status):
    ticket = open_ticket()
    url = f"/escalations/{ticket.reference}/persist/"
    assert sign_in(getattr(cast, who)).get(url).status_code == status
    if status != 200:
        assert sign_in(getattr(cast, who)).post(url, WORDS).status_code == status


def test_somebody_of_the_level_takes_it(cast, escalated, sign_in):
    url = f"/escalations/{escalated.pk}/acknowledge/"
    assert sign_in(cast.lea).get(url).status_code == 200
    assert sign_in(cast.lea).post(url, {"update_by": "2020-01-01T10:00"}).status_code == 422
    assert sign_in(cast.lea).post(url, {"update_by": "soon"}).status_code == 422
    done = sign_in(cast.lea).post(url, {"update_by": "2099-01-01T10:00"})
    assert (done.status_code, done.url) == (302, f"/tickets/{escalated.ticket.reference}/")
    with tenancy.user(cast.ann):
        view = selectors.ladder_for(escalated.ticket)
    assert [(rung.name, rung.state, rung.acknowledged) for rung in view.levels] == [
        ("Léa Fontaine", "current", True), ("Nadia Benali", "next", False), ("Max Keller", "next", False),
    ]  # fmt: skip
    assert (view.acknowledged_by, view.update_by.year, view.levels[0].step.reason) == (cast.lea, 2099, "Still down.")


@pytest.mark.parametrize(
    ("who", "status"), [("nadia", 302), ("ada", 302), ("max", 403), ("ann", 403), ("bob", 404), ("julien", 404)]
)
def test_who_may_take_it(cast, escalated, sign_in, who, status):
    url = f"/escalations/{escalated.pk}/acknowledge/"
    page = sign_in(getattr(cast, who)).get(url)
    assert page.status_code == (200 if status == 302 else status), "nobody sees a form that can only be refused"
    assert sign_in(getattr(cast, who)).post(url, {"update_by": "2099-01-01T10:00"}).status_code == status


def test_a_namesake_of_the_level_does_not_take_it(cast, escalated, sign_in):
    with tenancy.everyone():
        cast.max.name = cast.lea.name
        cast.max.save()
    assert sign_in(cast.max).get(f"/escalations/{escalated.pk}/acknowledge/").status_code == 403
    page = sign_in(cast.max).get(f"/tickets/{escalated.ticket.reference}/").content.decode()
    assert "/acknowledge/" not in page
    assert "/acknowledge/" in sign_in(cast.lea).get(f"/tickets/{escalated.ticket.reference}/").content.decode()


def test_strangers_sign_in_first(client, escalated):
    for path in (f"/escalations/{escalated.ticket.reference}/persist/", f"/escalations/{escalated.pk}/acknowledge/"):
        assert client.get(path).url.startswith("/accounts/login/")


def test_each_sees_the_open_escalations_of_tickets_he_or_she_sees(cast, escalated):
    def seen(person):
        with tenancy.user(person):
            return [one.pk for one in selectors.open_escalations(person)]

    for person in (cast.ann, cast.rosa, cast.lea, cast.max, cast.nadia):
        assert seen(person) == [escalated.pk]
    for person in (cast.bob, cast.julien):
        assert seen(person) == []
    with tenancy.everyone():
        escalated.ticket.confidential = True
        escalated.ticket.save()
        cast.carl.memberships.update(role="requester")
    assert seen(cast.carl) == []
    with tenancy.everyone():
        Escalation.objects.update(closed_at=cast.now + timedelta(hours=1), next_at=None)
    assert seen(cast.ann) == []


def test_a_ladder_without_escalation_waits(cast, open_ticket):
    ticket = open_ticket()
    with tenancy.user(cast.ann):
        view = selectors.ladder_for(ticket)
    assert [(rung.name, rung.state) for rung in view.levels] == [
        ("nobody for now", "next"), ("Nadia Benali", "next"), ("Max Keller", "next"),
    ]  # fmt: skip
    assert (view.escalation, view.acknowledged_by, view.update_by) == (None, None, None)
