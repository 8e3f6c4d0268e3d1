"""The second step of sign-in: codes of an app, recovery codes, and who must have one."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client: Client, who: str) -> Any:
    return client.post(LOGIN, {"login": f"{who}@example.com", "password": PASSWORD})


def code(secret: str) -> str:
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def activate(client: Client) -> str:
    person = get_user(client)
    EmailAddress.objects.create(
        user=person, email=person.email, verified=True, primary=True
    )  # as an invitation makes it
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302  # the password is asked for again
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    return secret


def test_a_code_is_asked_for_once_an_app_is_set_up(cast: Any, client: Client) -> None:
    sign_in(client, "lea")
    activate(client)
    client.post("/accounts/logout/")
    asked = sign_in(client, "lea")
    assert asked.url == "/accounts/2fa/authenticate/"
    assert client.get("/queue/").status_code == 302  # the password alone opens nothing
    assert client.post(asked.url, {"code": "000000"}).status_code == 200
    page = client.get("/accounts/2fa/authenticate/")
    assert page.status_code == 200


def test_what_makes_codes_is_not_in_the_database_in_clear(cast: Any, client: Client) -> None:
    sign_in(client, "lea")
    secret = activate(client)
    stored = Authenticator.objects.get(user=cast.lea, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert totp.TOTP(stored).validate_code(code(secret)) in {True, False}  # readable by us: a used code may be refused


def test_recovery_codes_come_with_it(cast: Any, client: Client) -> None:
    sign_in(client, "lea")
    activate(client)
    assert Authenticator.objects.filter(user=cast.lea, type=Authenticator.Type.RECOVERY_CODES).exists()
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200


@pytest.mark.parametrize(("who", "stopped"), [("lea", True), ("nadia", True), ("ada", True), ("ann", False)])
def test_where_the_setting_asks_it_our_people_go_no_further_without(
    cast: Any, client: Client, monkeypatch: pytest.MonkeyPatch, who: str, stopped: bool
) -> None:
    monkeypatch.setattr(settings, "STAFF_SECOND_STEP", True)
    sign_in(client, who)
    answer = client.get("/tickets/")
    assert (answer.status_code == 302 and answer.url == "/accounts/2fa/") is stopped
    assert client.get("/accounts/2fa/").status_code == 200


def test_with_a_second_step_they_do(cast: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "STAFF_SECOND_STEP", True)
    sign_in(client, "lea")
    activate(client)
    assert client.get("/queue/").status_code == 200


def test_one_sees_ones_sessions_and_nobody_elses(cast: Any, client: Client) -> None:
    sign_in(client, "lea")
    other = Client(headers={"user-agent": "Elsewhere/1.0"})
    sign_in(other, "bob")
    page = client.get("/accounts/sessions/")
    assert page.status_code == 200
    assert "Elsewhere" not in page.text
