"""When we fail, a program still gets a problem, whatever it asked for and wherever it broke."""

import json
import logging

import pytest
from django.db import OperationalError
from django.test import Client

from common import tenancy
from tests.tickets.acting import opened
from tickets.models import Ticket

from .conftest import token_of

SECRET = "the row that broke it"


def broken(*_: object, **__: object) -> None:
    raise RuntimeError(SECRET)


@pytest.fixture
def ask(cast):
    """GET as Ann's machine; answers that we failed are answers."""
    client, headers = Client(raise_request_exception=False), {"Authorization": f"Bearer {token_of(cast.ann)}"}
    return lambda path, **more: client.get(path, headers=headers | more)


def check(answer, status, kind):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    said = json.loads(answer.content)
    assert (said["type"], said["status"]) == (f"urn:totalcare:problem:{kind}", status)
    assert said["title"]
    assert said["detail"]
    assert SECRET not in answer.text
    assert answer["X-Request-ID"]
    return said


def test_a_view_that_breaks_says_so_as_a_problem(ask, monkeypatch, caplog):
    monkeypatch.setattr(Ticket.objects.none().__class__, "visible_to", broken)
    with caplog.at_level(logging.ERROR):
        check(ask("/api/v1/tickets/"), 500, "internal")
    assert SECRET in caplog.text  # the log has what the answer hasn't


def test_in_the_persons_language(cast, ask, monkeypatch):
    cast.ann.language = "fr"
    cast.ann.save()
    monkeypatch.setattr(Ticket.objects.none().__class__, "visible_to", broken)
    assert check(ask("/api/v1/tickets/"), 500, "internal")["title"] == "Une erreur de notre part"


def test_so_does_a_database_that_is_away_before_any_view(ask, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise OperationalError(SECRET)

    monkeypatch.setattr(tenancy, "declare", away)
    check(ask("/api/v1/tickets/"), 500, "internal")


def test_what_was_written_before_is_gone(cast, ask, monkeypatch):
    ticket = opened(cast)

    def renamed(*_: object, **__: object) -> None:
        Ticket.objects.update(subject="half done")
        raise RuntimeError(SECRET)

    monkeypatch.setattr("tickets.api.tickets.ticket_list", renamed)
    check(ask("/api/v1/tickets/"), 500, "internal")
    with tenancy.everyone():
        assert Ticket.objects.get(pk=ticket.pk).subject != "half done"


@pytest.mark.parametrize("path", ["/api/", "/api/v0/tickets/", "/api/v2/"])
def test_addresses_outside_of_any_version_are_problems_too(db, path):
    check(Client().get(path), 404, "not-found")


def test_a_host_that_is_not_ours_too(db):
    check(Client().get("/api/v1/tickets/", headers={"Host": "elsewhere.example"}), 400, "invalid")


def test_people_still_get_a_page(cast, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(cast.ann)
    monkeypatch.setattr(Ticket.objects.none().__class__, "visible_to", broken)
    page = client.get("/")
    assert page.status_code == 500
    assert page["Content-Type"].startswith("text/html")
    assert SECRET not in page.text
