"""What was sent is no draft any more: its key goes to the browser until a script there has heard it."""

from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from common.drafts import COOKIE, KEPT, DraftStorage


def told(said: list[str], *, cookie: str = "", user: Any = None) -> str | None:
    """The cookie of an answer whose view said something with these tags."""
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie
    request.user = user or User(pk=7)
    request.session = {}
    storage, response = DraftStorage(request), HttpResponse()
    for tags in said:
        storage.add(messages.SUCCESS, "Sent.", tags)
    storage.update(response)
    return response.cookies[COOKIE].value if COOKIE in response.cookies else None


@pytest.mark.parametrize(
    ("said", "cookie", "wanted"),
    [
        (["draft:ticket:new"], "", "7~ticket:new"),
        (["undo:k3y draft:bulk:assign"], "", "7~bulk:assign"),
        (["draft:ticket:42#client", "draft:profile"], "", "7~ticket:42#client|7~profile"),
        (["draft:profile"], "7~ticket:new", "7~ticket:new|7~profile"),
        (["draft:profile"], "7~profile", "7~profile"),
        (["draft:profile"], "3~profile", "3~profile|7~profile"),  # somebody else's, at the same desk
        (["undo:k3y", ""], "7~ticket:new", None),
    ],
)
def test_the_keys_of_sent_drafts_wait_for_the_script(said: list[str], cookie: str, wanted: str | None) -> None:
    assert told(said, cookie=cookie) == wanted


def test_a_browser_without_scripts_collects_no_more_than_the_last_ones() -> None:
    held = told(["draft:profile"], cookie="|".join(f"7~ticket:{n}" for n in range(100)))
    assert held is not None
    assert held.split("|") == [*(f"7~ticket:{n}" for n in range(101 - KEPT, 100)), "7~profile"]


def test_nobody_has_no_drafts() -> None:
    assert told(["draft:profile"], user=AnonymousUser()) is None


@pytest.mark.django_db
def test_a_form_that_was_saved_tells_its_key(cast: Any, client: Client) -> None:
    client.force_login(cast.ann)
    answer = client.post(
        "/people/profile/", {"name": "Ann", "language": "fr", "time_zone": "Europe/Paris", "theme": "system"}
    )
    assert answer.status_code == 302
    cookie = answer.cookies[COOKIE]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == (f"{cast.ann.pk}~profile", "Lax", "")
