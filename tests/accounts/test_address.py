"""A change of address: the new one is proved before it counts, the old one is told, and nobody learns who has an account."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.people import happened
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/email/"


@pytest.fixture
def ann(cast: Any, client: Client) -> Client:
    """Ann's browser: the password was given, and given again, a moment ago."""
    for person in (cast.ann, cast.bob):
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    assert client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD}).status_code == 302
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    client.get(ADDRESS)  # shows what signing in had to say
    mail.outbox.clear()
    cache.clear()  # how often one may ask is counted there
    return client


def ask(browser: Client, email: str) -> Any:
    return browser.post(ADDRESS, {"email": email, "action_add": ""}, follow=True)


def link() -> str:
    found = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def addresses(person: User) -> list[tuple[str, bool]]:
    return list(EmailAddress.objects.filter(user=person).order_by("email").values_list("email", "verified"))


def test_nothing_changes_until_the_link_is_followed(ann, cast):
    page = ask(ann, "Ann.Walker@New.example")
    assert "ann.walker@new.example is not confirmed yet." in page.text
    assert [one.to for one in mail.outbox] == [["ann.walker@new.example"]]
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"
    assert Client().post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD}).status_code == 302
    refused = Client().post("/accounts/login/", {"login": "ann.walker@new.example", "password": PASSWORD})
    assert refused.status_code == 200


def test_the_link_changes_it_and_the_old_address_is_told(ann, cast):
    ask(ann, "new@example.com")
    url = link()
    assert "new@example.com" in ann.get(url).text
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"  # looking is not confirming
    ann.post(url)
    assert User.objects.get(pk=cast.ann.pk).email == "new@example.com"
    assert addresses(cast.ann) == [("new@example.com", True)]
    told = mail.outbox[-1]
    assert told.to == ["ann@example.com"]
    assert "new@example.com" in told.body
    assert "reset your password at once" in told.body
    assert Client().post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD}).status_code == 200
    assert Client().post("/accounts/login/", {"login": "new@example.com", "password": PASSWORD}).status_code == 302
    assert happened("person.address_changed") == [("person.address_changed", {})]


def test_a_link_works_once(ann, cast):
    ask(ann, "new@example.com")
    url = link()
    ann.post(url)
    ann.post(ADDRESS, {"email": "third@example.com", "action_add": ""})
    ann.post(link())
    ann.post(url)
    assert User.objects.get(pk=cast.ann.pk).email == "third@example.com"


def test_a_taken_address_looks_like_a_free_one_and_is_never_given(ann, cast):
    free = ask(ann, "free@example.com").text.replace("free@example.com", "X")
    ann.post(ADDRESS, {"email": "free@example.com", "action_remove": ""}, follow=True)
    mail.outbox.clear()
    taken = ask(ann, "bob@example.com").text.replace("bob@example.com", "X")
    plain = [re.sub(r'(value|nonce)="[^"]{20,}"|X-CSRFToken": "[^"]+|\s', "", page) for page in (free, taken)]
    assert plain[0] == plain[1]
    assert [one.to for one in mail.outbox] == [["bob@example.com"]]
    ann.post(link())
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"
    assert User.objects.get(pk=cast.bob.pk).email == "bob@example.com"


def test_an_address_taken_in_the_meantime_is_refused(ann, cast):
    ask(ann, "new@example.com")
    User.objects.create_user("new@example.com", None, name="Somebody else")
    page = ann.post(link(), follow=True)
    assert page.status_code == 200
    assert "another account" in page.text
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"


def test_a_wished_address_resets_no_password(ann, cast):
    """A wrong spelling may be a stranger's: the mail that a stranger can ask for must open nothing."""
    ask(ann, "stranger@example.com")
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "stranger@example.com"})
    assert [one.to for one in mail.outbox] == [["stranger@example.com"]]
    assert "has no account" in mail.outbox[0].body


def test_a_change_is_called_off(ann, cast):
    ask(ann, "new@example.com")
    url = link()
    page = ann.post(ADDRESS, {"email": "new@example.com", "action_remove": ""}, follow=True)
    assert "is not confirmed yet" not in page.text
    ann.post(url)
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"
    assert addresses(cast.ann) == [("ann@example.com", True)]


def test_a_later_wish_replaces_the_earlier(ann, cast):
    ask(ann, "first@example.com")
    first = link()
    ask(ann, "second@example.com")
    ann.post(first)
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"
    ann.post(link())
    assert User.objects.get(pk=cast.ann.pk).email == "second@example.com"


def test_the_password_is_asked_again_when_it_was_long_ago(cast, client):
    EmailAddress.objects.create(user=cast.ann, email=cast.ann.email, verified=True, primary=True)
    client.force_login(cast.ann)
    answer = client.post(ADDRESS, {"email": "new@example.com", "action_add": ""})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert mail.outbox == []
    page = client.post(answer.url, {"password": PASSWORD}, follow=True)
    assert "new@example.com is not confirmed yet." in page.text  # what was typed went through


@pytest.mark.parametrize("email", ["nonsense", "", "ann@example.com"])
def test_what_is_no_new_address_is_refused(ann, cast, email):
    page = ask(ann, email)
    assert 'aria-invalid="true"' in page.text
    assert mail.outbox == []


def test_a_reset_says_the_same_for_known_and_unknown(cast, client):
    EmailAddress.objects.create(user=cast.ann, email=cast.ann.email, verified=True, primary=True)
    pages = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("ann@example.com", "nobody@example.com")
    ]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert [one.to for one in mail.outbox] == [["ann@example.com"], ["nobody@example.com"]]
    assert "has no account" in mail.outbox[1].body


def test_mails_speak_the_language_of_whom_they_are_for(cast, client):
    EmailAddress.objects.create(user=cast.ann, email=cast.ann.email, verified=True, primary=True)
    cast.ann.language = "fr"
    cast.ann.save(update_fields=["language"])
    client.post("/accounts/password/reset/", {"email": "ann@example.com"}, headers={"accept-language": "en"})
    told = mail.outbox[-1]
    assert "mot de passe" in told.subject.lower()
    assert 'lang="fr"' in told.alternatives[0][0]


def test_a_new_password_is_told(ann, cast):
    new = "another long sentence here"
    answer = ann.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert [one.to for one in mail.outbox] == [["ann@example.com"]]
    assert "has been changed" in mail.outbox[0].body
