"""What requesters see, changed by their administrator: proved on every way to a ticket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Organization, User
from common import tenancy
from tests.accounts.people import again, happened, join, membership
from tests.api.conftest import token_of
from tests.tickets.acting import act, opened, told
from tickets import services as tickets
from tickets.models import Attachment

SECRET = "Salaries of the third floor"


@pytest.fixture
def zoe(cast: Any) -> User:
    """A second requester of Northwind, who asked for nothing."""
    with tenancy.everyone():
        zoe = User.objects.create_user("zoe@example.com", None, name="Zoe Hart")
    join(cast, zoe, "requester")
    return again(zoe)


@pytest.fixture
def ticket(cast: Any) -> Any:
    """Ann's, with a file."""
    return opened(cast, subject=SECRET, files=[SimpleUploadedFile("pay.txt", SECRET.encode())])


def let(cast: Any, sees: str) -> None:
    act(cast.carl, services.set_visibility, organization=cast.northwind, sees=sees, now=cast.now)


def together(cast: Any, *people: User) -> None:
    members = [membership(cast, one) for one in people]
    act(cast.carl, services.create_team, organization=cast.northwind, name="Pay", members=members, now=cast.now)


def ways(ticket: Any, person: User) -> dict[str, bool]:
    """Each way to a ticket, and whether it shows it; a way that fails otherwise than by hiding it fails here."""
    browser = Client()
    browser.force_login(person)
    headers = {"Authorization": f"Bearer {token_of(again(person))}"}
    with tenancy.everyone():
        file = Attachment.objects.get(message__ticket=ticket)
    path, one = f"/tickets/{ticket.reference}/", f"/api/v1/tickets/{ticket.reference}/"
    pages = {
        "page": path,
        "reply": reverse("tickets:reply", args=[ticket.reference]),  # a GET leads to the page, for who sees it
        "file": reverse("tickets:attachment", args=[ticket.reference, file.pk]),
        "api by session": one,
    }
    found = {}
    for name, url in pages.items():
        status = browser.get(url).status_code
        assert status in {200, 302, 404}, (name, status)
        found[name] = status != 404
    for name, url in {"api by token": one, "messages by token": f"{one}messages/"}.items():
        status = browser.get(url, headers=headers).status_code
        assert status in {200, 404}, (name, status)
        found[name] = status == 200
    listed = json.loads(browser.get("/api/v1/tickets/", headers=headers).content)["results"]
    found["api list"] = SECRET in str(listed)
    for name, url in {"list": "/tickets/?show=all", "search": "/search/?q=salaries", "home": "/"}.items():
        found[name] = SECRET in browser.get(url).text
    answer = browser.post(pages["reply"], {"body": "Me too", "audience": "client"})
    assert answer.status_code in {302, 404}
    found["replying"] = answer.status_code == 302
    return found


def test_all_shows_a_colleagues_ticket_everywhere(cast, ticket, zoe):
    assert set(ways(ticket, zoe).values()) == {True}


def test_own_hides_it_everywhere_from_a_requester_and_from_nobody_else(cast, ticket, zoe):
    let(cast, "own")
    assert set(ways(ticket, zoe).values()) == {False}
    for other in (cast.ann, cast.rosa, cast.carl):
        assert set(ways(ticket, again(other)).values()) == {True}
    assert happened("organization.visibility_changed") == [
        ("organization.visibility_changed", {"before": "all", "after": "own"})
    ]


def test_it_holds_for_a_session_that_was_open_before(cast, ticket, zoe, client):
    client.force_login(zoe)
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 200
    let(cast, "own")
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 404


def test_team_shows_the_team_s_and_hides_the_rest(cast, ticket, zoe):
    let(cast, "team")
    assert set(ways(ticket, zoe).values()) == {False}  # in no team: only one's own
    together(cast, cast.ann, zoe)
    assert set(ways(ticket, zoe).values()) == {True}
    act(cast.carl, services.set_team, membership=membership(cast, cast.ann), team=None, now=cast.now)
    assert set(ways(ticket, zoe).values()) == {False}


def test_a_team_matters_only_where_teams_decide(cast, ticket, zoe):
    together(cast, cast.ann, zoe)
    let(cast, "own")
    assert set(ways(ticket, zoe).values()) == {False}


def test_what_is_confidential_stays_so_within_a_team(cast, zoe):
    hidden = opened(cast, subject=SECRET, confidential=True, files=[SimpleUploadedFile("pay.txt", SECRET.encode())])
    let(cast, "team")
    together(cast, cast.ann, zoe)
    assert set(ways(hidden, zoe).values()) == {False}


def test_a_team_mate_elsewhere_is_none_here(cast, ticket, zoe):
    """Zoe and Ann share a team at Globex, where both are too; at Northwind they don't."""
    for person in (cast.ann, zoe):
        join(cast, person, "requester", client="globex")
    with tenancy.everyone():
        Organization.objects.update(requesters_see="team")
    join(cast, cast.carl, "client_admin", client="globex")
    members = [membership(cast, person, "globex") for person in (cast.ann, zoe)]
    act(again(cast.carl), services.create_team, organization=cast.globex, name="G", members=members, now=cast.now)
    browser = Client()
    browser.force_login(zoe)
    assert browser.get(f"/tickets/{ticket.reference}/").status_code == 404


def test_mails_go_to_who_asked_and_to_no_colleague(cast, ticket, zoe):
    for sees in ("all", "own"):
        let(cast, sees)
        act(cast.lea, tickets.reply, ticket_id=ticket.pk, body=SECRET, now=cast.now)
        assert told(ticket, "ticket.replied") == {"ann@example.com": "ticket_replied"}


def test_the_composer_says_who_reads_it(cast, ticket, zoe, client):
    def said():
        client.force_login(cast.lea)
        return client.get(f"/tickets/{ticket.reference}/").text

    assert "3 other people at Northwind" in said()
    let(cast, "own")
    assert "2 other people at Northwind" in said()
    let(cast, "team")
    assert "2 other people at Northwind" in said()
    together(cast, cast.ann, zoe)
    assert "3 other people at Northwind" in said()


def test_the_page_says_whom_it_concerns_and_sets_it(cast, ticket, zoe, client):
    together(cast, cast.ann, zoe)
    opened(cast, actor=cast.rosa)
    client.force_login(cast.carl)
    url = reverse("portal:visibility", args=["NW"])
    page = client.get(url)
    assert [(str(one.membership.user), one.own, one.team, one.all) for one in page.context["preview"].lines] == [
        ("Ann Walker", 1, 1, 2),
        ("Zoe Hart", 0, 1, 2),
    ]
    assert "Carl Berg, Rosa Diaz." in page.text
    assert client.post(url, {"sees": "nobody"}).status_code == 422
    assert client.post(url, {}).status_code == 422
    answer = client.post(url, {"sees": "own"}, follow=True)
    assert "Requesters see their own requests." in answer.text
    assert "Carl Berg set what requesters see: their own requests" in answer.text


def test_the_preview_says_what_each_choice_then_shows(cast, zoe, client):
    """Its figures are those of the requesters' own lists."""
    together(cast, cast.ann, zoe)
    for person, confidential in ((cast.ann, False), (cast.ann, True), (zoe, True), (cast.rosa, False)):
        opened(cast, actor=again(person), confidential=confidential)
    client.force_login(cast.carl)
    lines = client.get(reverse("portal:visibility", args=["NW"])).context["preview"].lines
    for sees in ("own", "team", "all"):
        let(cast, sees)
        for line in lines:
            browser = Client()
            browser.force_login(line.membership.user)
            shown = browser.get("/tickets/").context["page"].paginator.count
            assert getattr(line, sees) == shown, (sees, str(line.membership.user))
