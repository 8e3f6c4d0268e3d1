"""Hand-made addresses of the queue: what can't be followed is said, and nothing falls over."""

from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import Assignment
from common import tenancy
from tests.tickets.acting import opened

pytestmark = pytest.mark.django_db
HEAD = "Part of this address could not be followed"


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def references(page: Any) -> list[str]:
    return [row.ticket.reference for group in page.context["groups"] for row in group.rows]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("view=nonsense", "there is no view “nonsense”"),
        ("priority=urgent", "there is no priority “urgent”"),
        ("client=ACME", "you serve no client “ACME”"),
        ("client=%F0%9F%98%80", "you serve no client “😀”"),
        ("page=minus", "there is no page “minus”"),
        ("page=0", "there is no page “0”"),
        ("page=9", "there is no page “9”"),
        ("page=99999999999999999999", "there is no page “99999999999999999999”"),
        ("colour=blue&sort=age", "unknown names: colour, sort"),
        ("q=" + "x" * 10_000, "of the words, all after the first 100 characters"),
        ("view=" + "v" * 10_000, "there is no view “" + "v" * 29 + "…”"),
        ("client=" + "C" * 10_000, "you serve no client “" + "C" * 29 + "…”"),
        ("x" * 10_000, "unknown names: " + "x" * 29 + "…"),
        ("view=%3Cscript%3E", "there is no view “&lt;script&gt;”"),
        ("view=%00%0A%ED%A0%80", "there is no view “"),
    ],
)
def test_what_is_left_out_is_said(cast: Any, get: Any, query: str, said: str) -> None:
    opened(cast)
    page = get(cast.lea, f"/queue/?{query}")
    assert HEAD in page.text
    assert said in page.text
    if not query.startswith("q="):
        assert references(page) == ["NW-1"]


@pytest.mark.parametrize(
    "query",
    ["", "view=&client=&priority=&q=&page=", "view=mine&page=1", "client=nw", "q=%25_%5C", "q=%00", "q=a'%20OR%201=1--",
     "q=NW-999999999999", "q=-1", "q=%F0%9F%98%80", "q=" + quote("a " * 50)],
)  # fmt: skip
def test_what_can_be_followed_is_not_complained_about(cast: Any, get: Any, query: str) -> None:
    opened(cast)
    assert HEAD not in get(cast.lea, f"/queue/?{query}").text


def test_another_clients_key_is_as_unknown_as_any(cast: Any, get: Any) -> None:
    with tenancy.everyone():
        Assignment.objects.create(organization=cast.globex, user=cast.julien)
    opened(cast)
    mine = opened(cast, client="globex")
    real, none = get(cast.julien, "/queue/?client=NW"), get(cast.julien, "/queue/?client=ZZ")
    assert references(real) == references(none) == [mine.reference]
    assert "you serve no client “NW”" in real.text
    assert "you serve no client “ZZ”" in none.text
    assert "Northwind" not in real.text


def test_a_historical_clients_queue_can_be_asked_for(cast: Any, get: Any) -> None:
    ticket = opened(cast, client="globex")
    with tenancy.everyone():
        type(cast.globex).objects.filter(pk=cast.globex.pk).update(is_historical=True)
    page = get(cast.lea, "/queue/?client=GLX")
    assert references(page) == [ticket.reference]
    assert HEAD not in page.text


def test_the_rows_that_come_again_ask_for_what_was_understood(cast: Any, get: Any) -> None:
    opened(cast)
    page = get(cast.lea, "/queue/?view=mine&client=NW&colour=blue&page=4")
    assert 'hx-get="/queue/?view=mine&amp;client=NW"' in page.text
    fragment = get(cast.lea, "/queue/?client=GLX&colour=blue", **{"hx-request": "true"})
    assert HEAD not in fragment.text
    assert 'hx-get="/queue/?client=GLX"' in fragment.text
