"""The register over HTTP: read by all, settled by the client's deciders, written by staff, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import tenancy
from contracts import services as contracts
from contracts.models import Responsibility
from tests.portal.acting import join
from tests.tickets.acting import act, everything, fresh, opened
from tickets import services

pytestmark = pytest.mark.django_db
REGISTER = "/responsibilities/NW/"


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def post(client: Any) -> Any:
    def posted(person: Any, url: str, status: int, **data: Any) -> Any:
        client.force_login(person)
        page = client.post(url, data)
        assert page.status_code == status, page.status_code
        page.text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
        return page

    return posted


def add(cast: Any, client: str = "northwind", **more: Any) -> Responsibility:
    arguments = {"head": "access", "title": "An account on the test site", "now": cast.now} | more
    item: Responsibility = act(cast.lea, contracts.add_responsibility, organization=getattr(cast, client), **arguments)
    return item


def sections(page: Any) -> dict[str, list[str]]:
    return {one.head.value: [line.item.title for line in one.lines] for one in page.context["sections"]}


def test_an_empty_register_has_seven_heads_that_teach(cast, get):
    page = get(cast.ann, REGISTER)
    assert list(sections(page)) == [
        "access", "communication", "governance", "environments", "procedures", "interconnection", "onboarding",
    ]  # fmt: skip
    for one in page.context["sections"]:
        assert str(one.teaches) in page.text
    assert "Add a line" not in page.text
    assert "Add a line" in get(cast.lea, REGISTER).text


def test_lines_stand_under_their_head_overdue_first_and_settled_ones_when_asked_for(cast, get):
    today = cast.now.date()
    add(cast, title="Later", due_on=today + timedelta(days=2))
    add(cast, title="Undated")
    add(cast, title="Late", due_on=today - timedelta(days=1))
    add(cast, title="Done", state="done", due_on=today - timedelta(days=9))
    page = get(cast.rosa, REGISTER)
    assert sections(page)["access"] == ["Late", "Later", "Undated"]
    assert (page.context["open"], page.context["late"], page.context["done"]) == (3, 1, 1)
    assert "1 settled line" in page.text
    assert sections(get(cast.rosa, f"{REGISTER}?show=all"))["access"] == ["Late", "Later", "Undated", "Done"]


def test_what_is_due_today_is_not_late(cast, get):
    add(cast, due_on=cast.now.date())
    assert get(cast.rosa, REGISTER).context["late"] == 0


def test_a_decider_settles_it_on_its_page_and_the_history_says_so(cast, post, get):
    item = add(cast)
    page = post(cast.rosa, f"{REGISTER}{item.pk}/", 302, state="done", evidence="See **ticket** 12")
    shown = get(cast.ann, page.url)
    assert "<strong>ticket</strong>" in shown.text
    assert [one["text"] for one in shown.context["history"]] == [
        "State set by Rosa Diaz: done", "Rosa Diaz edited it", "Léa Fontaine added it",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"state": "lost"}, "Choose one of the states"), ({"evidence": "password: hunter2hunter2"}, "Remove it")],
)
def test_what_is_wrong_comes_back_with_what_was_typed(cast, post, wrong, words):
    item = add(cast)
    before = everything()
    sent = {"state": "done", "evidence": "See my note", **wrong}
    page = post(cast.rosa, f"{REGISTER}{item.pk}/", 422, **sent)
    assert words in page.text
    assert sent["evidence"] in page.text
    assert everything() == before


def test_a_requester_reads_and_may_not_settle(cast, post, get):
    item = add(cast, evidence="See the wiki")
    page = get(cast.ann, f"{REGISTER}{item.pk}/")
    assert "See the wiki" in page.text
    assert "<textarea" not in page.text
    before = everything()
    post(cast.ann, f"{REGISTER}{item.pk}/", 403, state="done", evidence="Mine")
    assert everything() == before


def test_staff_add_and_edit_and_a_day_that_has_passed_is_said(cast, post, get):
    yesterday = (cast.now.date() - timedelta(days=1)).isoformat()
    sent = {"head": "governance", "title": "Rules", "owner": cast.carl.pk, "due_on": yesterday, "state": "open"}
    page = post(cast.lea, f"{REGISTER}new/", 302, **sent)
    assert "shows as overdue" in get(cast.lea, page.url).text
    with tenancy.everyone():
        item = Responsibility.objects.get()
    assert (item.owner_id, item.head) == (cast.carl.pk, "governance")
    assert 'value="Rules"' in get(cast.lea, f"{REGISTER}{item.pk}/edit/").text
    post(cast.lea, f"{REGISTER}{item.pk}/edit/", 302, **{**sent, "owner": "", "owner_name": "Legal", "due_on": ""})
    changed = fresh(item)
    assert (changed.whose, changed.due_on) == ("Legal", None)


@pytest.mark.parametrize(
    "wrong",
    [{"head": "weather"}, {"title": ""}, {"title": "x" * 201}, {"owner": "999999"}, {"due_on": "soon"}, {"state": "x"},
     {"owner_name": "Legal"}, {"title": "nul\0"}],
)  # fmt: skip
def test_bad_input_writes_nothing(cast, post, wrong):
    before = everything()
    sent = {"head": "access", "title": "An account", "owner": cast.carl.pk, "state": "open", **wrong}
    post(cast.lea, f"{REGISTER}new/", 422, **sent)
    assert everything() == before


def test_another_clients_person_owns_nothing_here(cast, post):
    before = everything()
    post(cast.lea, f"{REGISTER}new/", 422, head="access", title="An account", owner=cast.bob.pk, state="open")
    assert everything() == before


def test_a_line_is_found_under_its_own_client_only(cast, post, get):
    item = add(cast)
    for path in (f"/responsibilities/GLX/{item.pk}/", f"/responsibilities/GLX/{item.pk}/edit/"):
        get(cast.lea, path, status=404)  # who serves both
        before = everything()
        post(cast.lea, path, 404, state="done", head="access", title="Mine")
        assert everything() == before
    for person in (cast.bob, cast.julien):
        get(person, REGISTER, status=404)
        get(person, f"{REGISTER}{item.pk}/", status=404)


def test_a_confidential_request_that_waits_is_not_named_to_colleagues(cast, get):
    ticket, item = opened(cast, actor=cast.rosa, confidential=True, subject="About Ann"), add(cast)
    act(cast.lea, services.block, ticket_id=ticket.pk, responsibility_id=item.pk, now=cast.now)
    for path in (REGISTER, f"{REGISTER}{item.pk}/"):
        assert "About Ann" in get(cast.rosa, path).text
        theirs = get(cast.ann, path).text
        assert "About Ann" not in theirs
        assert ticket.reference not in theirs
    assert "a request waits for it" in get(cast.ann, f"{REGISTER}{item.pk}/").text


def test_the_index_leads_on_or_lists_with_what_is_open_and_overdue(cast, client, get):
    add(cast, due_on=cast.now.date() - timedelta(days=1))
    client.force_login(cast.ann)
    assert client.get("/responsibilities/").url == REGISTER
    rows = get(cast.lea, "/responsibilities/").context["rows"]
    assert [(row["organization"].key, row["open"], row["late"]) for row in rows] == [("GLX", 0, 0), ("NW", 1, 1)]
    join(cast, cast.ann, "globex", "requester")
    assert len(get(type(cast.ann).objects.get(pk=cast.ann.pk), "/responsibilities/").context["rows"]) == 2


def test_home_shows_what_waits_for_whoever_reads(cast, get):
    yesterday = cast.now.date() - timedelta(days=1)
    add(cast, title="Overdue of Carl", owner=cast.carl, due_on=yesterday)
    add(cast, title="Mine and undated", owner=cast.rosa)
    add(cast, title="Settled of Rosa", owner=cast.rosa, state="done")
    add(cast, title="Another’s and not due")
    seen = {
        who: [line.item.title for line in get(getattr(cast, who), "/").context["responsibilities"]]
        for who in ("rosa", "carl", "ann")
    }
    assert seen == {
        "rosa": ["Overdue of Carl", "Mine and undated"], "carl": ["Overdue of Carl"], "ann": [],
    }  # fmt: skip


@pytest.mark.parametrize("path", [REGISTER, f"{REGISTER}?show=all", "/responsibilities/", "/"])
def test_queries_do_not_grow_with_lines(cast, client, path):
    def more() -> None:
        item = add(cast, owner=cast.rosa, due_on=cast.now.date())
        act(cast.lea, services.block, ticket_id=opened(cast).pk, responsibility_id=item.pk, now=cast.now)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

    client.force_login(cast.lea if path == "/responsibilities/" else cast.rosa)
    more()
    few = count()
    for _ in range(3):
        more()
    assert count() == few
    assert few <= 20
