"""What is asked, what is sent, and what is said when it is wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as Unreachable

from common import tenancy
from tests.tickets.acting import fresh, opened, said
from tickets.models import Ticket

from .conftest import NEW


def new(cast: Any, **more: Any) -> dict[str, Any]:
    return NEW | {"contract": cast.northwind_contract.pk} | more


def count() -> int:
    with tenancy.everyone():
        return Ticket.objects.count()


# Tickets


def test_a_request_opens_with_its_promise(cast, machine):
    ann = machine(cast.ann)
    made = ann.post("tickets/", new(cast, request_type=None or "", external_ref="ERP-7") | {"confidential": True}, 400)
    assert list(made.data["errors"]) == ["request_type"]
    made = ann.post("tickets/", new(cast, external_ref="ERP-7", confidential=True)).data
    assert made["reference"] == "NW-1"
    assert made["channel"] == "api"
    assert made["priority"] == "high"
    assert made["due_at"] == "2026-11-18T11:00:00Z"  # two hours for Premium, told in UTC
    assert ann.get("tickets/NW-1/").data == made
    (clock,) = ann.get("clocks/?ticket=NW-1").data["results"]
    assert (clock["verdict"], clock["due_at"]) == ("running", made["due_at"])
    assert ann.get(f"clocks/{clock['id']}/").data == clock


def test_a_reference_of_the_clients_own_is_used_once(cast, machine):
    ann = machine(cast.ann)
    ann.post("tickets/", new(cast, external_ref="ERP-7"))
    answer = ann.post("tickets/", new(cast, external_ref="ERP-7"), 422)
    assert "ERP-7" in answer.data["detail"]
    assert ann.post("tickets/", new(cast)).data["reference"] == "NW-2"  # no gap


def test_a_reply_from_here_stops_no_clock(cast, things, machine):
    answer = machine(cast.lea).post("tickets/NW-1/messages/", {"body": "We are on it."}).data
    assert (answer["channel"], answer["stops_the_clock"], answer["audience"]) == ("api", False, "client")
    assert fresh(things.ticket).responded_at is None


def test_a_session_is_no_more_than_a_token(cast, things, client):
    client.force_login(cast.lea)
    client.post("/api/v1/tickets/NW-1/messages/", {"body": "Hello"}, content_type="application/json")
    assert said(things.ticket)[-1].is_human_answer is False


def test_a_reply_to_a_closed_ticket_names_the_one_it_opened(cast, things, machine):
    with tenancy.everyone():
        Ticket.objects.filter(pk=things.ticket.pk).update(status="closed")
    assert machine(cast.ann).post("tickets/NW-1/messages/", {"body": "Again."}).data["ticket"] == "NW-2"


def test_notes_reach_nobody_of_the_client(cast, things, machine):
    assert "Between us" in json.dumps(machine(cast.lea).get("tickets/NW-1/messages/").data)
    assert "Between us" not in json.dumps(machine(cast.carl).get("tickets/NW-1/messages/").data)


def test_time_is_rounded_and_covered(cast, things, machine):
    lea = machine(cast.lea)
    entry = lea.post("tickets/NW-1/time/", {"minutes": 20, "summary": "Reading logs"}).data
    assert (entry["worked_on"], entry["billable_minutes"], entry["covered_minutes"]) == ("2026-11-18", 30, 30)
    assert lea.get("tickets/NW-1/time/").data["results"][0] == entry
    answer = lea.post("tickets/NW-1/time/", {"minutes": 20, "summary": "x", "worked_on": "2026-11-19"}, 422)
    assert answer.data["type"] == "urn:totalcare:problem:refused"
    machine(cast.ann).post("tickets/NW-1/time/", {"minutes": 20, "summary": "x"}, 403)


def test_contracts_terms_and_balance(cast, things, machine):
    carl, pk = machine(cast.carl), cast.northwind_contract.pk
    assert [row["reference"] for row in carl.get("contracts/").data["results"]] == ["NW-2026"]
    assert carl.get(f"contracts/{pk}/").data["calendar"] == "Paris 9–18"
    terms = {one["key"]: one for one in carl.get(f"contracts/{pk}/terms/").data["terms"]}
    assert terms["slo.first_response.high"]["value"] == 30
    assert terms["slo.first_response.high"]["clause"]["clause"] == "4.2"
    assert terms["slo.first_response.low"]["clause"] is None
    before = carl.get(f"contracts/{pk}/terms/?on=2025-12-31").data
    assert before["on"] == "2025-12-31"
    assert all(one["clause"] is None for one in before["terms"])
    assert carl.get(f"contracts/{pk}/balance/").data["balance_minutes"] == 570
    machine(cast.ann).get(f"contracts/{pk}/balance/", 403)  # a requester sees no hours, on pages either


def test_escalations(cast, things, machine):
    ann = machine(cast.ann)
    (row,) = ann.get("escalations/?open=true&ticket=NW-1").data["results"]
    detail = ann.get(f"escalations/{row['id']}/").data
    assert detail["steps"][0]["cause"] == "breach"
    assert detail | {"steps": 0} == row | {"steps": 0}
    assert ann.get("escalations/?open=false").data["results"] == []


def test_the_catalogue_is_in_the_persons_language(cast, machine):
    type(cast.ann).objects.filter(pk=cast.ann.pk).update(language="fr")
    ann = machine(cast.ann)
    slug = ann.get("request-types/?limit=1").data["results"][0]["slug"]
    assert ann.post("tickets/", new(cast, request_type=slug)).data["request_type"] == slug
    assert "Corrigez" in ann.post("tickets/", {}, 400).data["detail"]


# Bad input


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"channel": "phone"}, "channel"),  # how it came is not for the sender to say
        ({"priority": "critical"}, "priority"),
        ({"requester": 1}, "requester"),
        ({"body": "x" * 200_000}, "body"),
        ({"body": "nul \0"}, "body"),
        ({"body": "\ud800"}, "body"),
        ({"body": 7}, "body"),
        ({"body": " "}, "body"),
        ({"subject": "x" * 201}, "subject"),
        ({"impact": "galaxy"}, "impact"),
        ({"impact": ["team"]}, "impact"),
        ({"contract": "1"}, "contract"),
        ({"contract": True}, "contract"),
        ({"contract": 10**30}, "contract"),
        ({"contract": -1}, "contract"),
        ({"confidential": "yes"}, "confidential"),
        ({"request_type": "coffee"}, "request_type"),
        ({"\ud800": 1}, "\\ud800"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(cast, machine, wrong, field):
    answer = machine(cast.ann).post("tickets/", new(cast) | wrong, 400)
    assert list(answer.data["errors"]) == [field]
    assert answer.data["errors"][field]
    assert count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a": 1e999}',
        b"9" * 5000,
    ],
)
def test_what_is_no_json_object_is_malformed(cast, machine, body):
    machine(cast.ann).post("tickets/", body, 400)
    assert count() == 0


def test_a_body_that_nobody_should_read_is_too_large(cast, machine):
    for key in ("", "1"):
        answer = machine(cast.ann).post("tickets/", json.dumps(new(cast, body="x" * 3_000_000)).encode(), 413, key=key)
        assert answer.data["type"] == "urn:totalcare:problem:too-large"


def test_only_json_is_read_and_written(cast, machine):
    ann = machine(cast.ann)
    form = ann.client.post("/api/v1/tickets/", new(cast), headers=ann.headers)
    assert form.status_code == 415
    assert ann.get("tickets/", 406, Accept="application/xml").data["type"].endswith("not-acceptable")
    for method in ("delete", "put", "patch", "options", "trace"):
        assert getattr(ann.client, method)("/api/v1/tickets/", headers=ann.headers).status_code == 405


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("status=new' OR 1=1", "status"),
        ("organization__name=x", "organization__name"),
        ("requester__password__startswith=a", "requester__password__startswith"),
        ("status=new&status=closed", "status"),
        ("contract=x", "contract"),
        ("contract=99999999999999999999999", "contract"),
        ("opened_after=yesterday", "opened_after"),
        ("external_ref=%00", "external_ref"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=²", "limit"),
        ("cursor=!", "cursor"),
        ("cursor=é", "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"1; DROP TABLE").decode(), "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"9" * 19).decode(), "cursor"),
        ("format=xml", "format"),
    ],
)
def test_a_hand_made_filter_is_refused(cast, things, machine, query, name):
    answer = machine(cast.ann).get(f"tickets/?{query}", 400)
    assert list(answer.data["errors"]) == [name]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("status=new", 2), ("status=closed", 0), ("priority=high&open=true", 2), ("open=false", 0),
        ("organization=NW", 1), ("organization=XX", 0), ("opened_after=2026-11-18T09:00:00Z", 2),
        ("opened_before=2026-11-18T09:00:00%2B00:00", 0), ("active_after=2026-11-19", 0),
    ],
)  # fmt: skip
def test_filters_narrow(cast, things, machine, query, found):
    assert len(machine(cast.lea).get(f"tickets/?{query}").data["results"]) == found


@pytest.mark.parametrize(
    "path",
    ["", "nothing/", "tickets", "tickets/NW-9/", "tickets/nw-1/", "tickets/NW-%00/", "tickets/NW-1/colour/", "contracts/0/",
     "contracts/999999999999999999/", "contracts/9999999999999999999999/", "clocks/0/", "escalations/0/", "tickets/x\ny/"],
)  # fmt: skip
def test_where_nothing_is_a_problem_says_so(cast, things, machine, path):
    assert machine(cast.ann).get(path, 404).data["type"] == "urn:totalcare:problem:not-found"


def test_pages_follow_each_other_newest_first(cast, machine):
    for number in range(5):
        opened(cast, subject=f"Request {number}")
    ann, seen, path = machine(cast.ann), [], "tickets/?limit=2&status=new"
    while path:
        page = ann.get(path).data
        seen += [row["reference"] for row in page["results"]]
        opened(cast, subject="Later")  # what comes meanwhile moves nothing
        path = (page["next"] or "").removeprefix("http://testserver/api/v1/")
    assert seen == ["NW-5", "NW-4", "NW-3", "NW-2", "NW-1"]


# Sessions and rates


def test_a_session_has_to_prove_that_the_page_is_ours(cast, things):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ann)
    sent = json.dumps({"body": "Forged"})
    answer = client.post("/api/v1/tickets/NW-1/messages/", sent, content_type="application/json")
    assert answer.status_code == 403
    assert "Forged" not in {one.body for one in said(things.ticket)}
    form = client.post("/api/v1/tickets/NW-1/messages/", {"body": "Forged"})
    assert form.status_code == 403


def test_a_token_needs_no_such_proof(cast, things, machine):
    ann = machine(cast.ann)
    ann.client = Client(enforce_csrf_checks=True)
    ann.post("tickets/NW-1/messages/", {"body": "Hello"})


def test_too_many_requests_are_told_to_wait(cast, things, machine, settings):
    settings.API_RATES = {"read": "3/min", "write": "1/min"}
    cache.clear()
    ann, again = machine(cast.ann), machine(cast.ann)
    ann.post("tickets/NW-1/messages/", {"body": "One"})
    again.post("tickets/NW-1/messages/", {"body": "Two"}, 429)  # another token of the same person gives no more
    for _ in range(3):
        ann.get("tickets/")
    assert int(ann.get("tickets/", 429)["Retry-After"]) > 0
    machine(cast.bob).get("tickets/")
    cache.clear()  # may be emptied at any time
    ann.get("tickets/")


def test_without_the_cache_everything_goes_on(cast, things, machine, monkeypatch):
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise Unreachable

    monkeypatch.setattr(cache, "get", gone)
    machine(cast.ann).get("tickets/")
