"""Who serves which client: assigned, ended, and what hangs on it handed over."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services
from accounts.models import Assignment, Organization
from common import tenancy
from common.errors import Refused
from escalation.models import LadderLevel, LadderPerson
from tests.accounts.people import again, happened
from tests.tickets.acting import act, everything, fresh, opened, told
from tickets import services as tickets


def assignment(cast: Any, person: Any) -> Assignment:
    with tenancy.everyone():
        return Assignment.objects.select_related("organization", "user").get(organization=cast.northwind, user=person)


def held(cast: Any, person: Any) -> Any:
    ticket = opened(cast)
    act(cast.nadia, tickets.assign, ticket_id=ticket.pk, assignee=again(person), now=cast.now)
    return ticket


@pytest.mark.parametrize(
    ("person", "error"),
    [
        ("lea", PermissionDenied),
        ("max", PermissionDenied),
        ("carl", PermissionDenied),
        ("bob", Http404),
        ("julien", Http404),
    ],
)
def test_only_leads_and_administrators_assign(cast, person, error):
    actor, mine, before = getattr(cast, person), assignment(cast, cast.lea), everything()
    with pytest.raises(error):
        act(actor, services.assign, organization=cast.northwind, person=cast.julien, now=cast.now)
    with pytest.raises(error):
        act(actor, tickets.hand_over, assignment=mine, successor=None, now=cast.now)
    assert everything() == before


def test_a_lead_assigns_and_the_person_serves_at_once(cast, client):
    client.force_login(cast.julien)
    assert client.get("/queue/?client=NW").status_code == 200
    ticket = opened(cast)
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 404
    act(cast.nadia, services.assign, organization=cast.northwind, person=cast.julien, now=cast.now)
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 200


@pytest.mark.parametrize(
    ("person", "words"), [("lea", "already serves"), ("nadia", "every client"), ("ann", "Only people of")]
)
def test_who_cannot_be_assigned(cast, person, words):
    with pytest.raises(Refused, match=words):
        act(cast.nadia, services.assign, organization=cast.northwind, person=getattr(cast, person), now=cast.now)


def test_who_leaves_sees_nothing_and_the_successor_has_the_work(cast, client):
    act(cast.nadia, services.assign, organization=cast.northwind, person=cast.julien, now=cast.now)
    first, second = held(cast, cast.lea), held(cast, cast.lea)
    done = act(
        cast.nadia, tickets.hand_over, assignment=assignment(cast, cast.lea), successor=again(cast.julien), now=cast.now
    )
    assert done == 2
    assert {fresh(one).assignee_id for one in (first, second)} == {cast.julien.pk}
    assert told(first, "ticket.assigned") == {"julien@example.com": "ticket_assigned"}
    client.force_login(cast.lea)
    assert client.get(f"/tickets/{first.reference}/").status_code == 404
    assert [verb for verb, _data in happened("person.assigned", "person.unassigned")] == [
        "person.assigned", "person.unassigned",
    ]  # fmt: skip


def test_without_a_successor_the_work_is_the_team_s(cast):
    ticket, theirs = held(cast, cast.lea), opened(cast, client="globex")
    act(cast.nadia, tickets.assign, ticket_id=theirs.pk, assignee=again(cast.lea), now=cast.now)
    act(cast.ada, services.unassign, assignment=assignment(cast, cast.lea), now=cast.now)  # as in the administration
    assert fresh(ticket).assignee_id is None
    assert fresh(theirs).assignee_id == cast.lea.pk  # another client's
    assert happened("ticket.assigned")[-1][1] == {"before": cast.lea.pk, "after": None}


def test_a_successor_who_does_not_serve_the_client_is_refused_and_nothing_changes(cast):
    ticket = held(cast, cast.lea)
    before = everything()
    for successor in (cast.julien, cast.lea):
        with pytest.raises(Refused):
            act(
                cast.nadia, tickets.hand_over, assignment=assignment(cast, cast.lea), successor=again(successor),
                now=cast.now,
            )  # fmt: skip
    assert everything() == before
    assert fresh(ticket).assignee_id == cast.lea.pk


class TestPages:
    @pytest.fixture
    def nadia(self, client: Any, cast: Any) -> Any:
        client.force_login(cast.nadia)
        return client

    @pytest.mark.parametrize(
        ("person", "status"), [("nadia", 200), ("ada", 200), ("lea", 403), ("max", 403), ("carl", 404)]
    )
    def test_who_sees_the_list(self, client, cast, person, status):
        client.force_login(getattr(cast, person))
        assert client.get("/staffing/").status_code == status

    def test_the_list_names_who_serves_and_where_nobody_does(self, nadia, cast):
        with tenancy.everyone():
            Organization.objects.create(name="Initech", key="INI")
        held(cast, cast.lea)
        opened(cast)
        lines = {line.organization.key: line for line in nadia.get("/staffing/").context["page"]}
        assert [str(one) for one in lines["NW"].consultants] == ["Léa Fontaine"]
        assert [str(one) for one in lines["NW"].managers] == ["Max Keller"]
        assert (lines["NW"].open_tickets, lines["NW"].unassigned) == (2, 1)
        assert lines["INI"].consultants == []
        assert [line.organization.key for line in nadia.get("/staffing/?q=globe").context["page"]] == ["GLX"]

    def test_it_asks_as_much_for_many_clients_as_for_few(self, nadia, cast):
        def count():
            with CaptureQueriesContext(connection) as asked:
                assert nadia.get("/staffing/").status_code == 200
            return len(asked)

        few = count()
        with tenancy.everyone():
            for number in range(8):
                made = Organization.objects.create(name=f"Client {number}", key=f"C{number}")
                Assignment.objects.create(organization=made, user=cast.lea)
        assert count() == few <= 20

    def test_somebody_is_assigned_and_the_page_says_since_when_and_by_whom(self, nadia, cast):
        page = nadia.post("/staffing/NW/", {"person": cast.julien.pk}, follow=True)
        assert "Julien Mercier serves Northwind from now on" in page.text
        assert "Nadia Benali assigned Julien Mercier" in page.text
        line = next(one for one in page.context["lines"] if one.assignment.user_id == cast.julien.pk)
        assert line.since is not None

    def test_whoever_can_not_be_chosen_is_refused_and_nothing_is_written(self, nadia, cast):
        before = everything()
        for person in (cast.lea.pk, cast.ann.pk, cast.nadia.pk, 0, "x"):
            assert nadia.post("/staffing/NW/", {"person": person}).status_code == 422
        assert everything() == before

    def test_the_end_names_the_requests_and_the_levels_left_empty(self, nadia, cast):
        ticket = held(cast, cast.lea)
        with tenancy.everyone():
            level = LadderLevel.objects.create(
                organization=cast.northwind, ladder=cast.northwind_ladder, position=4, title="Expert",
                acknowledge_minutes=60,
            )  # fmt: skip
            LadderPerson.objects.create(organization=cast.northwind, level=level, user=cast.lea)
        url = reverse("portal:staffing_end", args=["NW", assignment(cast, cast.lea).pk])
        page = nadia.get(url)
        assert ticket.reference in page.text
        assert "Level 4, Expert, of NW-2026" in page.text
        assert "nobody is left there" in page.text
        page = nadia.post(url, {"successor": cast.nadia.pk}, follow=True)
        assert "1 request went to Nadia Benali" in page.text
        assert "Nobody stands on one level of the escalation ladder." in page.text
        assert fresh(ticket).assignee_id == cast.nadia.pk

    def test_another_clients_assignment_is_not_found(self, nadia, cast):
        with tenancy.everyone():
            theirs = Assignment.objects.get(organization=cast.globex, user=cast.lea)
        before = everything()
        assert nadia.post(reverse("portal:staffing_end", args=["NW", theirs.pk]), {}).status_code == 404
        assert everything() == before

    def test_a_successor_from_elsewhere_is_refused_with_what_to_do(self, nadia, cast):
        held(cast, cast.lea)
        url, before = reverse("portal:staffing_end", args=["NW", assignment(cast, cast.lea).pk]), everything()
        answer = nadia.post(url, {"successor": cast.julien.pk})
        assert answer.status_code == 422
        assert "Choose somebody who serves this client." in answer.text
        assert everything() == before
