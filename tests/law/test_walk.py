"""Every address × every person. What each one meets is in walk.txt; whoever is refused, or outside, moves nothing and hears nothing.

`REWRITE=1 script/test tests/law/test_walk.py -n 0` writes walk.txt again: read its difference before you commit it.
A cell is a status, `login` for the way to the sign-in page, and a star where rows changed.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .routes import ROUTES
from .walking import DEVELOPMENT, OURS, OUTSIDE, Walker, wrong
from .world import PEOPLE

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).parent / "walk.txt"
WIDTH = 7
FOR_ALL = {"admin:login", "admin:logout", "admin:jsi18n"}  # a way to sign in or out, and words for scripts


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    """Thousands of refusals are no news; what logs may hold is in test_canaries.py."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def expected() -> dict[str, dict[str, str]]:
    """walk.txt: "GET portal:home" → person → cell."""
    if not TABLE.exists():
        return {}
    head, *lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    people = head.split()
    return {
        f"{method} {name}": dict(zip(people, cells, strict=True))
        for method, name, *cells in (line.split() for line in lines)
    }


def rewrite(who: str, found: dict[str, str]) -> None:
    """This person's column, with rows for what is new and without those that are gone."""
    table = expected()
    rows = sorted(
        (f"{method} {name}" for name in ROUTES for method in ("GET", "POST")), key=lambda row: row.split()[::-1]
    )
    wide = max(len(row) for row in rows) + 2
    lines = [f"# {name}: {what}" for name, what in PEOPLE.items()]
    lines.append(" " * wide + "".join(name.ljust(WIDTH) for name in PEOPLE).rstrip())
    for row in rows:
        cells = table.get(row, {}) | ({who: found[row]} if row in found else {})
        lines.append(row.ljust(wide) + "".join(cells.get(name, "?").ljust(WIDTH) for name in PEOPLE).rstrip())
    TABLE.write_text("\n".join(lines) + "\n")


def mounted() -> list[str]:
    return [name for name in ROUTES if name in OURS]


def test_every_address_is_listed():
    assert [name for name in OURS if name not in ROUTES] == []


def test_the_list_holds_no_ghost():
    assert sorted(set(ROUTES) - set(OURS) - DEVELOPMENT) == []


def test_the_table_has_a_line_for_every_address():
    assert sorted(expected()) == sorted(f"{method} {name}" for name in ROUTES for method in ("GET", "POST"))


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_meets_what_the_table_says(walker: Walker, who: str):
    found: dict[str, str] = {}
    problems = []
    for name in mounted():
        for method, seen in walker.both(who, name).items():
            found[f"{method} {name}"] = seen.cell
            problems += [f"{method} {name} {what}" for what in wrong(who, name, seen)]
    assert problems == []
    if os.environ.get("REWRITE"):
        rewrite(who, found)
    table = expected()
    assert {
        row: f"{cell}, expected {table.get(row, {}).get(who)}"
        for row, cell in found.items()
        if cell != table.get(row, {}).get(who)
    } == {}


@pytest.mark.parametrize("who", OUTSIDE)
def test_the_table_lets_no_outsider_in(who):
    """Held apart from what is measured: nobody gets past this by writing walk.txt again."""
    table = expected()
    for name, route in ROUTES.items():
        if name not in OURS:
            continue
        for method in ("GET", "POST"):
            cell = table[f"{method} {name}"][who]
            if route.kind in {"object", "own", "staff"} and who in {"anon", "ivan", "zoe"}:
                assert cell in {"login", "404", "405"}, (method, name)
            elif route.kind == "object":
                assert cell in {"404", "405"} or cell == "login", (method, name)
            elif route.kind == "staff" and who in {"eve", "bob", "gina", "hugo"}:
                assert cell in {"403", "404", "405"}, (method, name)
            elif route.kind == "api" and who in {"anon", "ivan", "zoe"}:
                assert cell == "401", (method, name)
            elif route.kind == "api" and ROUTES[name].args.__name__ != "<lambda>":
                assert cell in {"404", "405"}, (method, name)


@pytest.mark.parametrize("who", OUTSIDE)
def test_ids_of_northwinds_open_and_move_nothing_wherever_they_are_put(walker: Walker, who: str):
    """In filters, in bodies and bulk fields, in half of an address; and by methods that hardly any address knows."""
    problems = []
    for name in mounted():
        if ROUTES[name].kind == "open" and who != "bob":  # the same for everybody, and about nobody's things
            continue
        if who not in {"anon", "ivan", "eve", "zoe"}:  # who has no side of one's own asked the same in the walk above
            for how, seen in walker.crossed(who, name):
                problems += [f"{how} {what}" for what in wrong(who, name, seen)]
        if who in {"anon", "bob", "julien"}:
            for how, seen in walker.unusual(who, name):
                problems += [f"{how} {name} {what}" for what in wrong(who, name, seen)]
                if ROUTES[name].kind != "open" and not seen.refused and seen.changed:
                    problems.append(f"{how} {name} answers {seen.cell}")
    assert problems == []


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "ada"])
def test_the_administration_is_for_administrators(walker: Walker, who: str):
    problems = []
    for name, url in walker.admin.items():
        for method in ("GET", "POST"):
            seen = walker.ask(who, method, url)
            problems += [f"{method} {name} {what}" for what in wrong(who, name, seen)]
            if name not in FOR_ALL and not seen.refused:
                problems.append(f"{method} {name} answers {seen.cell}")
    assert problems == []
