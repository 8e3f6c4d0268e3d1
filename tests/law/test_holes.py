"""The net is tried on holes cut on purpose: either wall alone holds, and where both are down the walk says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from common.prepared import Prepared

from .canaries import SIDES as CLIENTS
from .routes import ROUTES
from .walking import OURS, Walker, wrong
from .world import put_back, superuser

pytestmark = pytest.mark.django_db
# People of clients: those of Valiantys have the first wall alone, whatever the table says (ADR 2).
OUTSIDERS = ("bob", "gina", "hugo")
TABLES = (
    "accounts_invitation", "accounts_organization", "contracts_agreementdocument", "contracts_clause", "contracts_contract",
    "contracts_hoursentry", "escalation_ladderlevel", "tickets_attachment", "tickets_message", "tickets_ticket",
    "tickets_worklog",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall down: everybody sees all rows that the database gives, and has a role everywhere."""
    for model in apps.get_models():
        for one in type(model._default_manager.none()).__mro__:
            if "visible_to" in vars(one):
                monkeypatch.setattr(one, "visible_to", lambda rows, user: rows.all())
    monkeypatch.setattr(Prepared, "_compiled", property(Prepared._compile))  # nothing is kept of before, nor for after
    role_in = User.role_in
    monkeypatch.setattr(
        User, "role_in", lambda person, pk: role_in(person, pk) or next(iter(person.roles.values()), None)
    )


@contextmanager
def no_policy(*tables: str) -> Iterator[None]:
    """The second wall down, for some tables, until the end of this."""
    with put_back():
        with superuser(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        yield


def walled() -> list[str]:
    """Every table under row security."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')")
        return [name for (name,) in cursor.fetchall()]


def reported(walker: Walker, *people: str, until: str = "") -> list[str]:
    """What the net says, by GET, of things of Northwind's and of lists; no further than a table that it should find."""
    found: list[str] = []
    for who in people:
        for name in (name for name in ROUTES if name in OURS and ROUTES[name].kind != "open"):
            found += [f"{who} {name} {what}" for what in wrong(who, name, walker.got(who, name)) if "sings" in what]
            if until and any(f" {until}." in one for one in found):
                return found
    return found


def test_with_the_filter_down_the_database_holds(walker: Walker, no_filter: Any):
    assert reported(walker, *OUTSIDERS) == []


@pytest.mark.parametrize("table", TABLES)
def test_with_a_policy_down_the_filter_holds(walker: Walker, table: str):
    with no_policy(table):
        assert reported(walker, "gina", "hugo") == []


def test_with_all_policies_down_the_filter_holds(walker: Walker):
    with no_policy(*walled()):
        assert reported(walker, *OUTSIDERS) == []


@pytest.mark.parametrize("table", TABLES)
def test_with_both_down_the_walk_finds_the_leak(walker: Walker, no_filter: Any, table: str):
    with no_policy(*walled()):
        found = reported(walker, "hugo", "gina", until=table)
    assert [one for one in found if f" {table}." in one and "northwind" in one] != []


def test_the_policies_are_back_after_a_hole(walker: Walker):
    before = walled()
    with no_policy(*before):
        assert walled() == []
    assert walled() == before
    assert set(TABLES) < set(before)


def test_rows_moved_through_both_holes_are_reported(walker: Walker, no_filter: Any):
    """The other half of the net: not what is read, but what is written."""
    with no_policy(*walled()):
        seen = walker.both("hugo", "tickets:reply")["POST"]
    assert any("moves rows of Northwind" in what for what in wrong("hugo", "tickets:reply", seen))


def test_there_are_two_clients():
    assert set(CLIENTS) == {"northwind", "globex"}
