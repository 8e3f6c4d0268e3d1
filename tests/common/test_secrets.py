"""Secrets are recognised by their shapes; people may talk about passwords."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.secrets import recognise, warning

# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE": "a private key",
    "-----BEGIN " + "PRIVATE KEY-----": "a private key",
    "use ATATT3" + "xFfGF0abcdefghijklmnop-_=12": "an Atlassian API token",
    "AKIA" + "IOSFODNN7EXAMPLE": "an access key",
    "key=ASIA" + "IOSFODNN7EXAMPLE;": "an access key",
    "ghp_" + "a1B2" * 9: "an access key",
    "curl -H 'Authorization: Bearer " + "abc.def-ghi_jkl'": "a bearer token",
    "authorization:basic dXNlcjpwYXNzd29yZA==": "a bearer token",
    "Password: hunter2hunter": "a password",
    "my password = correct-h0rse": "a password",
    "PWD:S3cr3t!": "a password",
    "mot de passe : Été2026!": "a password",
    "mdp=azerty123": "a password",
    "user: ann\npasswd: PleaseLetMeIn\nthanks": "a password",
}
PROSE = [
    "I forgot my password, can you reset it?",
    "The password policy asks for 12 characters.",
    "Password: please reset it for Rosa.",
    "Mot de passe : oublié depuis hier",
    "Mot de passe: réinitialisation demandée",
    "The field “Password: required” can't be translated.",
    "password: ********",
    "Password: <your password>",
    "Nobody may see the mot de passe.",
    "The authorization: see the attached matrix.",
    "Our private key is on the server, in /etc/ssl.",
    "Ticket AKIA-12 blocks the release.",
    "",
]


@pytest.mark.parametrize(("text", "name"), SECRETS.items())
def test_a_secret_is_recognised(text: str, name: str) -> None:
    assert recognise(text) == name


@pytest.mark.parametrize("text", PROSE)
def test_prose_passes(text: str) -> None:
    assert recognise(text) is None


@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_it_is_recognised_wherever_it_stands(before: str, after: str) -> None:
    assert recognise(f"{before}\n" + "-----BEGIN PRIVATE " + f"KEY-----\n{after}") == "a private key"


def test_the_warning_says_what_was_found_and_what_to_do() -> None:
    with translation.override("en"):
        words = warning("a password")
    assert "a password" in words
    assert "Remove it" in words
