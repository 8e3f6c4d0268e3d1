"""Single sign-on against a provider on loopback: who may come in by it, and who signs an amendment after it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from common import tenancy
from contracts.models import Proposal
from tests.contracts.changing import approvals, proposed, shown
from totalcare.environment import single_sign_on

from .provider import Provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    made = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(made.settings())
    settings.OIDC_DOMAINS = ["example.com"]
    yield made
    made.stop()


@pytest.fixture
def rosa(cast: Any, provider: Provider) -> Any:
    """Rosa, who signs for Northwind and has nothing but her company's sign-in."""
    cast.rosa.set_unusable_password()
    with tenancy.everyone():
        cast.rosa.save()
    SocialAccount.objects.create(user=cast.rosa, provider="company", uid="rosa-1", extra_data={})
    provider.person = {"sub": "rosa-1", "email": "rosa@example.com", "email_verified": True}
    return cast.rosa


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are looked at, not followed."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def through(client: Client, answer: Any) -> Any:
    """The browser goes to the provider, and comes back with what that says."""
    try:
        urllib.request.build_opener(Stay).open(answer.url)
    except urllib.error.HTTPError as redirect:
        back = urlsplit(redirect.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def sign_in(client: Client) -> Any:
    return through(client, client.post("/accounts/oidc/company/login/?process=login"))


def post(client: Client, proposal: Proposal, name: str = "Rosa Diaz") -> Any:
    return client.post(
        f"/changes/{proposal.change_id}/sign/", {"shown_hash": shown(proposal), "typed_name": name}, REMOTE_ADDR="192.0.2.9"
    )  # fmt: skip


def follow(client: Client, answer: Any) -> Any:
    """To where the portal leads from here, without leaving it."""
    while answer.status_code == 302:
        answer = client.get(answer.url, REMOTE_ADDR="192.0.2.9")
    return answer


class TestSigningIn:
    def test_who_has_an_account_there_comes_in(self, rosa: Any, client: Client) -> None:
        assert 'action="/accounts/oidc/company/login/?process=login"' in client.get("/accounts/login/").text
        assert sign_in(client).url == "/"
        assert client.session["_auth_user_id"] == str(rosa.pk)

    def test_a_verified_address_of_its_domains_finds_its_account(
        self, cast: Any, provider: Provider, client: Client
    ) -> None:
        EmailAddress.objects.create(user=cast.ann, email="ann@example.com", verified=True, primary=True)
        provider.person = {"sub": "ann-1", "email": "ann@example.com", "email_verified": True}
        sign_in(client)
        assert client.session["_auth_user_id"] == str(cast.ann.pk)
        assert SocialAccount.objects.get().user == cast.ann

    @pytest.mark.parametrize(
        ("claims", "domains"),
        [
            ({"email": "ann@example.com", "email_verified": False}, ["example.com"]),
            ({"email": "ann@example.com", "email_verified": True}, ["else.example"]),
            ({"email": "new@example.com", "email_verified": True}, ["example.com"]),
            ({}, ["example.com"]),
        ],
    )
    def test_everybody_else_is_told_to_be_invited(
        self, cast: Any, provider: Provider, client: Client, settings: Any, claims: dict[str, Any], domains: list[str]
    ) -> None:
        settings.OIDC_DOMAINS = domains
        EmailAddress.objects.create(user=cast.ann, email="ann@example.com", verified=True, primary=True)
        provider.person = {"sub": "x", **claims}
        assert "Accounts are opened by invitation" in sign_in(client).text
        assert "_auth_user_id" not in client.session
        assert not SocialAccount.objects.exists()

    def test_without_a_provider_there_is_no_button_and_no_door(self, cast: Any, client: Client) -> None:
        assert "/accounts/oidc/" not in client.get("/accounts/login/").text
        assert client.post("/accounts/oidc/company/login/").status_code == 404


class TestSigningAnAmendment:
    @pytest.fixture
    def proposal(self, cast: Any) -> Proposal:
        return proposed(cast)

    @pytest.fixture
    def signed_in(self, rosa: Any, proposal: Proposal, client: Client) -> Client:
        sign_in(client)
        return client

    def test_the_provider_is_asked_to_ask_again_and_the_signature_stands(
        self, signed_in: Client, provider: Provider, proposal: Proposal
    ) -> None:
        answer = post(signed_in, proposal)
        assert answer.url.startswith(f"{provider.url}/authorize?")
        assert approvals(proposal) == []
        provider.auth_time = time.time()
        page = follow(signed_in, through(signed_in, answer))
        assert {key: provider.asked[-1][key] for key in ("prompt", "max_age")} == {"prompt": "login", "max_age": "0"}
        assert "prompt" not in provider.asked[0]  # the usual sign-in
        assert approvals(proposal) == [("client", "Rosa Diaz", "")]
        assert "You have signed." in page.text

    def test_what_was_typed_wrong_comes_back_after_it(
        self, signed_in: Client, provider: Provider, proposal: Proposal
    ) -> None:
        provider.auth_time = time.time()
        page = follow(signed_in, through(signed_in, post(signed_in, proposal, "Rosa Dias")))
        assert "Type your name as it stands here" in page.text
        assert 'value="Rosa Dias"' in page.text
        assert approvals(proposal) == []
        assert (
            post(signed_in, proposal).url == f"/changes/{proposal.change_id}/"
        )  # minutes have not passed: not asked again

    @pytest.mark.parametrize("ago", [3600, 60, None])
    def test_one_whom_the_provider_let_pass_signs_nothing(
        self, signed_in: Client, provider: Provider, proposal: Proposal, ago: int | None
    ) -> None:
        provider.auth_time = time.time() - ago if ago else None
        page = follow(signed_in, through(signed_in, post(signed_in, proposal)))
        assert "let you pass without asking who you are" in page.text
        assert approvals(proposal) == []
        assert post(signed_in, proposal).url.startswith(provider.url)

    @pytest.mark.parametrize("known", [True, False])
    def test_somebody_else_coming_back_signs_nothing_and_is_not_signed_in(
        self, cast: Any, signed_in: Client, rosa: Any, provider: Provider, proposal: Proposal, known: bool
    ) -> None:
        if known:
            SocialAccount.objects.create(user=cast.carl, provider="company", uid="carl-1", extra_data={})
        provider.person = {"sub": "carl-1", "email": "carl@example.com", "email_verified": True}
        provider.auth_time = time.time()
        page = follow(signed_in, through(signed_in, post(signed_in, proposal)))
        assert "You signed in as somebody else there" in page.text
        assert approvals(proposal) == []
        assert signed_in.session["_auth_user_id"] == str(rosa.pk)
        assert post(signed_in, proposal).url.startswith(provider.url)

    def test_an_answer_is_good_for_one_return_in_one_session(
        self, signed_in: Client, rosa: Any, provider: Provider, proposal: Proposal
    ) -> None:
        provider.auth_time = time.time()
        answer = post(signed_in, proposal)
        stranger = Client()
        stranger.force_login(rosa)
        assert "_auth_user_id" in stranger.session
        through(stranger, answer)  # the state is another session's
        assert post(stranger, proposal).url.startswith(provider.url)
        assert approvals(proposal) == []

    @pytest.mark.parametrize(
        ("error", "words"), [("access_denied", "You didn’t sign in again"), ("server_error", "failed")]
    )
    def test_who_gives_up_there_is_led_back_with_the_reason(
        self, signed_in: Client, provider: Provider, proposal: Proposal, error: str, words: str
    ) -> None:
        provider.error = error
        answer = through(signed_in, post(signed_in, proposal))
        assert answer.url == f"/changes/{proposal.change_id}/sign/"
        assert words in follow(signed_in, answer).text
        assert approvals(proposal) == []

    def test_going_back_without_the_provider_asks_again(
        self, signed_in: Client, provider: Provider, proposal: Proposal
    ) -> None:
        post(signed_in, proposal)
        answer = signed_in.get(f"/people/again/?next=/changes/{proposal.change_id}/sign/", REMOTE_ADDR="192.0.2.9")
        assert answer.url.startswith(provider.url)
        assert approvals(proposal) == []
        assert signed_in.get("/people/again/?next=https://evil.example/").url == "/"

    def test_a_provider_that_does_not_answer_is_said_and_nothing_is_lost(
        self, signed_in: Client, provider: Provider, proposal: Proposal, settings: Any
    ) -> None:
        settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(
            {**provider.settings(), "OIDC_SERVER_URL": "http://127.0.0.1:9"}
        )
        answer = post(signed_in, proposal)
        assert answer.status_code == 422
        assert "doesn’t answer" in answer.text
        assert 'value="Rosa Diaz"' in answer.text
