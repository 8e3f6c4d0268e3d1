"""One's own tokens, on their page."""

from __future__ import annotations

import re

from django.urls import reverse

from common import tenancy
from integrations.models import ApiToken

from .conftest import Machine, token_of

PAGE = "/integrations/tokens/"


def test_the_profile_leads_there(cast, client):
    client.force_login(cast.ann)
    assert f'href="{PAGE}"' in client.get(reverse("accounts:profile")).content.decode()


def test_a_new_token_is_shown_once_and_works(cast, client):
    client.force_login(cast.ann)
    page = client.post(PAGE, {"name": "Monitoring", "organization": cast.northwind.pk, "days": "90"})
    (secret,) = re.findall(r"<code>(tc_[^<]+)</code>", page.content.decode())
    assert "no-store" in page["Cache-Control"]
    Machine(secret).get("tickets/")
    again = client.get(PAGE).content.decode()
    assert "Monitoring" in again
    assert secret not in again


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast, client):
    client.force_login(cast.ann)
    page = client.post(PAGE, {"name": "Monitoring", "organization": cast.globex.pk, "days": "90"})
    assert page.status_code == 422
    assert 'value="Monitoring"' in page.content.decode()
    with tenancy.everyone():
        assert not ApiToken.objects.exists()


def test_people_of_valiantys_may_take_all_their_clients(cast, client):
    client.force_login(cast.lea)
    page = client.post(PAGE, {"name": "Dashboard", "organization": "", "days": "30"})
    assert "Every client I serve" in page.content.decode()
    assert page.status_code == 200


def test_revoking_ends_it(cast, client):
    secret = token_of(cast.ann)
    with tenancy.everyone():
        pk = ApiToken.objects.get().pk
    client.force_login(cast.bob)
    assert client.post(f"{PAGE}{pk}/revoke/").status_code == 404
    Machine(secret).get("tickets/")
    client.force_login(cast.ann)
    assert client.post(f"{PAGE}{pk}/revoke/", follow=True).status_code == 200
    Machine(secret).get("tickets/", 401)
    assert '<th scope="row">A machine</th>' not in client.get(PAGE).content.decode()
