"""The people pages, with bad input and good: what is typed stays, what is forged changes nothing, what was done is read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Team, User
from common import tenancy
from tests.accounts.people import join, membership, role_of, second_administrator
from tests.accounts.test_invitations import invite
from tests.tickets.acting import everything, opened


@pytest.fixture
def carl(client, cast):
    client.force_login(cast.carl)
    return client


def member_url(cast, person, client="northwind"):
    return reverse("accounts:member", args=["NW", membership(cast, person, client).pk])


def test_a_role_is_changed_and_the_change_is_read_on_the_page(carl, cast):
    page = carl.post(member_url(cast, cast.ann), {"role": "approver"}, follow=True)
    assert role_of(cast, cast.ann) == "approver"
    assert "Carl Berg gave Ann Walker the role Approver" in page.text


def test_a_forged_role_is_refused_with_what_to_do(carl, cast):
    before = everything()
    answer = carl.post(member_url(cast, cast.ann), {"role": "administrator"})
    assert answer.status_code == 422
    assert "Choose one of the roles." in answer.text
    assert (everything(), role_of(cast, cast.ann)) == (before, "requester")


def test_the_own_role_is_refused_whatever_is_posted(carl, cast):
    second_administrator(cast)
    answer = carl.post(member_url(cast, cast.carl), {"role": "requester"})
    assert answer.status_code == 422
    assert "your own role" in answer.text
    assert role_of(cast, cast.carl) == "client_admin"


def test_one_puts_oneself_into_a_team(carl, cast):
    with tenancy.everyone():
        team = Team.objects.create(organization=cast.northwind, name="Finance")
    assert carl.post(member_url(cast, cast.carl), {"role": "client_admin", "team": team.pk}).status_code == 302
    assert membership(cast, cast.carl).team == team


@pytest.mark.parametrize("route", ["accounts:member", "portal:remove_member"])
def test_somebody_of_another_client_is_not_found_and_nothing_is_written(carl, cast, route):
    theirs, before = membership(cast, cast.bob, "globex"), everything()
    for key in ("NW", "GLX"):
        url = reverse(route, args=[key, theirs.pk])
        assert carl.get(url).status_code == 404
        assert carl.post(url, {"role": "requester"}).status_code == 404
    assert everything() == before


def test_a_team_with_somebody_of_another_client_is_not_found_and_nothing_is_written(carl, cast):
    theirs, mine, before = membership(cast, cast.bob, "globex"), membership(cast, cast.ann), everything()
    answer = carl.post(reverse("accounts:new_team", args=["NW"]), {"name": "Both", "members": [mine.pk, theirs.pk]})
    assert answer.status_code == 404
    with tenancy.everyone():
        foreign = Team.objects.create(organization=cast.globex, name="Theirs")
    assert carl.post(member_url(cast, cast.ann), {"role": "approver", "team": foreign.pk}).status_code == 404
    assert carl.get(reverse("accounts:team", args=["NW", foreign.pk])).status_code == 404
    with tenancy.everyone():
        foreign.delete()
    assert (everything(), role_of(cast, cast.ann)) == (before, "requester")


def test_a_refused_team_keeps_what_was_typed(carl, cast):
    with tenancy.everyone():
        Team.objects.create(organization=cast.northwind, name="Finance")
    mine = membership(cast, cast.ann)
    answer = carl.post(reverse("accounts:new_team", args=["NW"]), {"name": "finance", "members": [mine.pk]})
    assert answer.status_code == 422
    assert "choose another name" in answer.text
    assert 'value="finance"' in answer.text
    assert f'value="{mine.pk}"' in answer.text
    assert "checked" in answer.text


def test_a_team_is_made_edited_and_dissolved(carl, cast):
    mine = membership(cast, cast.ann)
    page = carl.post(reverse("accounts:new_team", args=["NW"]), {"name": "Finance", "members": [mine.pk]}, follow=True)
    assert "Carl Berg made the team Finance" in page.text
    with tenancy.everyone():
        url = reverse("accounts:team", args=["NW", Team.objects.get().pk])
    assert carl.post(url, {"name": "Money"}, follow=True).text.count("Money") >= 2
    assert membership(cast, cast.ann).team is None
    page = carl.post(url, {"remove": "1"}, follow=True)
    assert "dissolved a team" in page.text


def test_removal_is_asked_about_first_and_names_what_ends(carl, cast):
    ticket = opened(cast)
    dora = second_administrator(cast)
    invite(cast, actor=dora, email="friend@example.com")
    page = carl.get(reverse("portal:remove_member", args=["NW", membership(cast, cast.ann).pk]))
    assert ticket.reference in page.text
    page = carl.get(reverse("portal:remove_member", args=["NW", membership(cast, dora).pk]))
    assert "friend@example.com" in page.text
    assert role_of(cast, dora) == "client_admin"  # asking removes nobody
    page = carl.post(reverse("portal:remove_member", args=["NW", membership(cast, dora).pk]), follow=True)
    assert "Dora Diaz no longer belongs to Northwind" in page.text
    assert role_of(cast, dora) is None


def test_the_last_administrator_is_refused_on_the_page_too(client, cast):
    client.force_login(cast.ada)
    url = reverse("portal:remove_member", args=["NW", membership(cast, cast.carl).pk])
    answer = client.post(url)
    assert answer.status_code == 422
    assert "last administrator of Northwind" in answer.text


def test_who_only_invites_sees_no_way_to_change_people(client, cast):
    client.force_login(cast.max)
    page = client.get(reverse("accounts:people", args=["NW"]))
    assert "Invite someone" in page.text
    assert "Remove" not in page.text
    for route, args in (
        ("accounts:member", [membership(cast, cast.ann).pk]),
        ("portal:visibility", []),
        ("accounts:new_team", []),
    ):
        assert client.get(reverse(route, args=["NW", *args])).status_code == 403


def test_an_expired_session_leads_back_to_the_form_where_the_draft_waits(client, cast):
    for url, draft in (
        (reverse("accounts:invite", args=["NW"]), "invite:NW"),
        (reverse("accounts:new_team", args=["NW"]), "team:NW:new"),
        (reverse("accounts:profile"), "profile"),
    ):
        client.logout()
        sent = client.post(url, {"name": "Typed"})
        assert sent.url == f"/accounts/login/?next={url}"
        client.force_login(cast.carl)
        assert f'data-draft="{draft}"' in client.get(url).text


def test_after_signing_in_again_a_button_that_was_pressed_leads_to_the_list(client, cast):
    invitation, before = invite(cast), None
    client.force_login(cast.carl)
    before = everything()
    for route in ("accounts:revoke", "accounts:resend"):
        assert client.get(reverse(route, args=["NW", invitation.pk])).url == "/people/NW/"
    assert everything() == before


def test_the_page_asks_as_much_for_many_people_as_for_few(carl, cast):
    def count():
        with CaptureQueriesContext(connection) as asked:
            assert carl.get("/people/NW/").status_code == 200
        return len(asked)

    def more(number):
        with tenancy.everyone():
            person = User.objects.create_user(f"n{number}@example.com", None, name=f"N{number}")
            team = Team.objects.create(organization=cast.northwind, name=f"Team {number}")
            Membership.objects.create(organization=cast.northwind, user=person, role="requester", team=team)
        invite(cast, email=f"i{number}@example.com")

    more(0)
    few = count()
    for number in range(1, 12):
        more(number)
    assert count() == few
    assert few <= 20


def test_people_of_several_clients_are_told_apart(carl, cast):
    join(cast, cast.carl, "client_admin", client="globex")
    page = carl.get("/people/", follow=True)
    assert "Northwind" in page.text
    assert "Globex" in page.text
