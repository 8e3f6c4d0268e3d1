"""The people pages through HTTP."""

import pytest
from django.urls import reverse

from accounts.models import Invitation, User
from common import tenancy
from tests.accounts.test_invitations import SECRET, invite, token_of


def accept_url(invitation):
    return reverse("accounts:accept", args=[token_of(invitation)])


def test_a_clients_administrator_invites_and_withdraws(client, cast):
    client.force_login(cast.carl)
    page = client.get(reverse("accounts:people_index"), follow=True)
    assert "Ann Walker" in page.text
    assert "Bob Martin" not in page.text
    form = {"email": "zoe@northwind.example", "name": "Zoe Hart", "role": "requester"}
    page = client.post(reverse("accounts:invite", args=["NW"]), form, follow=True)
    assert "zoe@northwind.example" in page.text
    with tenancy.user(cast.carl):
        invitation = Invitation.objects.get()
    page = client.post(reverse("accounts:revoke", args=["NW", invitation.pk]), follow=True)
    assert "zoe@northwind.example" not in page.text


def test_a_refused_invitation_keeps_what_was_typed(client, cast):
    client.force_login(cast.carl)
    form = {"email": "ann@example.com", "name": "Ann again", "role": "requester"}
    page = client.post(reverse("accounts:invite", args=["NW"]), form)
    assert page.status_code == 422
    assert "already belongs" in page.text
    assert "Ann again" in page.text


@pytest.mark.parametrize(
    ("person", "status"), [("ann", 403), ("bob", 404), ("julien", 404), ("lea", 403), ("max", 200)]
)
def test_who_sees_the_people_of_a_client(client, cast, person, status):
    client.force_login(getattr(cast, person))
    assert client.get(reverse("accounts:people", args=["NW"])).status_code == status


def test_someone_with_several_clients_chooses(client, cast):
    client.force_login(cast.max)
    page = client.get(reverse("accounts:people_index"))
    assert "Northwind" in page.text
    assert "Globex" in page.text


def test_a_newcomer_accepts_and_is_signed_in(client, cast):
    url = accept_url(invite(cast))
    page = client.get(url)
    assert "zoe@northwind.example" in page.text
    assert "Zoe Hart" in page.text
    assert client.post(url, {"name": "Zoe Hart", "password": "short"}).status_code == 422
    answer = client.post(url, {"name": "Zoe H.", "password": SECRET})
    assert answer.status_code == 302
    person = User.objects.get(email="zoe@northwind.example")
    assert client.session["_auth_user_id"] == str(person.pk)
    client.logout()
    again = client.get(url)
    assert again.status_code == 410
    assert "used already" in again.text


def test_someone_else_is_told_so_and_may_sign_out(client, cast):
    client.force_login(cast.bob)
    page = client.get(accept_url(invite(cast)))
    assert "You are signed in as bob@example.com" in page.text
    assert reverse("account_logout") in page.text


def test_a_person_with_an_account_signs_in_comes_back_and_joins(client, cast):
    url = accept_url(invite(cast, email="bob@example.com"))
    assert f"{reverse('account_login')}?next=" in client.get(url).text
    client.force_login(cast.bob)
    assert client.post(url).status_code == 302
    with tenancy.user(User.objects.get(pk=cast.bob.pk)):
        assert Invitation.objects.filter(organization=cast.northwind, accepted_by=cast.bob).exists()


def test_a_forged_link_is_a_clear_page(client, db):
    page = client.get(reverse("accounts:accept", args=["forged"]))
    assert page.status_code == 404
    assert "not valid" in page.text
