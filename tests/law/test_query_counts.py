"""A page asks the database as often for many rows as for few, never more than twenty times, and no more than it did.

tests/query_counts.json holds what each page asked. `REWRITE=1 script/test tests/law/test_query_counts.py -n 0` writes it
again: a number that grew wants a reason in the commit.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import ClientRole
from accounts.services import invite
from common import tenancy
from contracts import agreement
from contracts.models import Contract
from contracts.services import grant
from integrations.services import create_token
from tests.contracts.writing import bound
from tests.tickets.acting import act, opened
from tickets import services

from .routes import ROUTES
from .walking import OURS, Walker
from .world import foreseen, put_back

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).parents[1] / "query_counts.json"
MOST = 20
READERS = ("ann", "rosa", "carl", "lea", "max", "nadia")
# Not questions: inside the tests' transaction, what begins and ends one in production is a savepoint and a scope put back.
FRAMES = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|EXECUTE \w+ \('none',")
MANY = 6


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def pages() -> list[str]:
    return [name for name, route in ROUTES.items() if name in OURS and route.kind != "open"]


def counted(walker: Walker, who: str) -> dict[str, int]:
    """Page → how many statements its GET took, for the pages that this person gets."""
    found = {}
    for name in pages():
        client = Client()
        client.cookies.load(walker.world.cookies[who])
        url = reverse(name, args=ROUTES[name].args(walker.world))
        agreement._remembered.cache_clear()  # as the first time after a publication
        with put_back(), CaptureQueriesContext(connection) as asked:
            answer = client.get(url)
        if answer.status_code == 200:
            found[name] = sum(not FRAMES.match(one["sql"]) for one in asked)
    return found


def multiply(world: SimpleNamespace) -> None:
    """More of everything that a list may show, for both clients."""
    cast, now = world.cast, world.now
    for client, one in (("northwind", world), ("globex", world.mirror)):
        mine: dict[str, Any] = {"organization": one.organization}
        admin = cast.carl if client == "northwind" else cast.hugo
        for number in range(MANY):
            ticket = opened(cast, client=client, files=[SimpleUploadedFile(f"{number}.txt", b"A")])
            for about in (ticket, one.ticket):
                said = {"ticket_id": about.pk, "now": now}
                act(cast.lea, services.note, body="Between us", files=[SimpleUploadedFile("n.txt", b"N")], **said)
                act(one.requester, services.reply, body="Any news?", files=[SimpleUploadedFile("r.txt", b"R")], **said)
                act(cast.lea, services.log_time, minutes=5, summary="Work", worked_on=now.date(), **said)
            with tenancy.everyone():
                person = User.objects.create_user(f"{client}{number}@example.com", None, name=f"Person {number}")
                Membership.objects.create(**mine, user=person, role=ClientRole.REQUESTER)
                more = Contract.objects.create(
                    **mine, reference=f"More {number}", status="ended", starts_on=date(2025, 1, 1), calendar=cast.paris
                )
            bound(
                one.contract, {"slo.first_response.low": str(900 + number)}, number=str(number),
                effective_on=date(2026, 2, number + 1),
            )  # fmt: skip
            assert more.pk
            act(admin, invite, email=f"new{number}@{client}.example", name="New", role="requester", now=now, **mine)
            act(one.requester, create_token, name=f"Token {number}", days=30, now=now, **mine)
            act(cast.max, grant, contract=one.contract, minutes=60, worked_on=now.date(), memo="More", now=now)
    foreseen(cast, {"northwind": world, "globex": world.mirror}, now)  # the agreement is another one now


@pytest.mark.parametrize("who", READERS)
def test_a_page_asks_no_more_for_many_rows_nor_than_it_did(walker: Walker, who: str):
    few = counted(walker, who)
    multiply(walker.world)
    many = counted(walker, who)
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}
    if os.environ.get("REWRITE"):
        baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
        baseline[who] = dict(sorted(many.items()))
        BASELINE.write_text(json.dumps({one: baseline[one] for one in READERS if one in baseline}, indent=1) + "\n")
    assert {name: count for name, count in many.items() if count > MOST} == {}
    held = json.loads(BASELINE.read_text())[who]
    assert {name: (count, held.get(name)) for name, count in many.items() if count > held.get(name, -1)} == {}
    assert sorted(set(held) - set(many)) == []  # no ghost
