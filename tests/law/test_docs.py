"""What exists is written down, and what is written down exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from accounts.permissions import ACTIONS
from accounts.roles import ClientRole, StaffRole
from common.api.problems import KINDS
from contracts.terms import REGISTRY
from totalcare.environment import SECRETS

from .test_api_routes import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts",
    "audit",
    "common",
    "contracts",
    "escalation",
    "integrations",
    "notifications",
    "portal",
    "slo",
    "tickets",
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WORDS = {page: page.read_text(encoding="utf-8") for page in PAGES}
ROLES = [*ClientRole.values, *StaffRole.values]
# Read from the environment, and nobody's to set: the machine's own, or said by one of our processes to another.
NOT_OURS = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", "TEST_DATABASE", "DJANGO_SETTINGS_MODULE"}


def page(name: str) -> str:
    return WORDS[ROOT / name]


# The environment


def variables() -> Iterator[str]:
    """Every name that totalcare/ reads from the environment, and every one that docker-compose.yml takes from .env."""
    for path in (ROOT / "totalcare").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called, given = ast.unparse(node.func), node.args[:1]
            elif isinstance(node, ast.Subscript):
                called, given = ast.unparse(node.value), [node.slice]
            else:
                continue
            if called in {"flag", "os.environ", "os.environ.get", "environ", "environ.get", "env.get", "os.getenv"}:
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value
    yield from SECRETS
    yield from re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("name", sorted(set(variables()) - NOT_OURS))
def test_operations_say_what_a_variable_is_for(name):
    assert f"`{name}`" in page("docs/operations.md")


# Doors and commands


@pytest.mark.parametrize("path", sorted(path.name for path in (ROOT / "script").iterdir()))
def test_every_door_is_described(path):
    assert re.search(rf"`script/{path}\b", page("docs/doors.md"))


@pytest.mark.parametrize(
    "command", sorted(p.stem for app in APPS for p in (ROOT / app).glob("management/commands/[!_]*.py"))
)
def test_every_command_is_described(command):
    assert command in get_commands()
    assert re.search(rf"`[^`]*\b{command}\b[^`]*`", page("docs/doors.md") + page("docs/operations.md"))


def commands() -> Iterator[tuple[str, str]]:
    """(page, command line) for each one in code of a page that people read."""
    for path, text in WORDS.items():
        blocks = re.findall(r"```(?:sh|shell|bash)\n(.*?)```", text, re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        for line in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
            yield str(path.relative_to(ROOT)), line


def test_every_script_that_a_page_names_is_there():
    named = {(name, door) for name, line in commands() for door in re.findall(r"(?<![\w/.-])script/[a-z_]+", line)}
    assert [(name, door) for name, door in sorted(named) if not (ROOT / door).is_file()] == []
    assert len(named) > 10


def test_every_management_command_that_a_page_names_is_there():
    pattern = r"(?:script/manage|manage\.py)(?:\s+)([a-z][a-z_]+)"
    named = {(name, one) for name, line in commands() for one in re.findall(pattern, line)}
    assert [(name, one) for name, one in sorted(named) if one not in get_commands()] == []
    assert len(named) > 3


# The API


@pytest.mark.parametrize("path", sorted({path for path, _method in OPERATIONS}))
def test_every_address_of_the_api_is_described(path):
    spelled = (
        re.escape(path.removeprefix("/api/v1")).replace(r"\{reference\}", "[A-Z]+-[0-9]+").replace(r"\{id\}", "[0-9]+")
    )
    assert re.search(rf"`{spelled}[`?]", page("docs/api.md"))


@pytest.mark.parametrize(("status", "word"), [(status, word) for status, (word, _title) in KINDS.items()])
def test_every_problem_is_described(status, word):
    rows = [row for row in page("docs/api.md").splitlines() if row.startswith("|") and f"`{word}`" in row]
    assert [row for row in rows if str(status) in row.split("|")[1]] != []


# Permissions and events


def matrix() -> dict[str, set[str]]:
    """docs/permissions.md: action → roles that may."""
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in page("docs/permissions.md").splitlines()
        if row.startswith("| ")
    ]
    head, *rest = rows
    assert head[1:] == ROLES
    return {
        row[0].strip("`"): {role for role, cell in zip(ROLES, row[1:], strict=True) if cell == "yes"} for row in rest
    }


def test_permissions_are_what_the_page_says():
    assert matrix() == {action: {str(role) for role in roles} for action, roles in ACTIONS.items()}


def verbs() -> set[str]:
    """Event verbs in the services: dotted words that are neither a permission nor a term. `f"hours.{…}"` gives `hours.`"""
    found: set[str] = set()
    kinds = {one.split(".")[0] for one in recorded()}
    for app in APPS:
        for path in [*(ROOT / app).glob("services.py"), *(ROOT / app / "services").glob("*.py")]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    found |= set(re.findall(r"^[a-z]+\.$", str(node.values[0].value)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= set(re.findall(r"^[a-z]+\.[a-z_]+$", node.value))
                elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("remember", "record")):
                    said = [
                        ast.unparse(one).strip("'") for one in [*node.args, *(named.value for named in node.keywords)]
                    ]
                    kinds |= {one.split(".")[0] for one in said if re.fullmatch(r"[a-z]+\.[a-z_]+", one)}
    return {
        one for one in found - set(ACTIONS) - set(REGISTRY) if one.split(".")[0] in kinds and not one.endswith(".id")
    }


def recorded() -> set[str]:
    """The verbs that docs/events.md describes."""
    return set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", page("docs/events.md"), re.MULTILINE))


def test_every_verb_of_an_event_is_described():
    described = recorded()
    assert [
        one
        for one in sorted(verbs())
        if not any(d == one or (one.endswith(".") and d.startswith(one)) for d in described)
    ] == []


def test_no_verb_is_described_that_nobody_records():
    spelled = verbs()
    prefixes = tuple(one for one in spelled if one.endswith("."))
    assert [one for one in sorted(recorded()) if one not in spelled and not one.startswith(prefixes)] == []


# Links


def anchors(text: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", WORDS[path], flags=re.DOTALL)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if (
            not there.exists()
            or not there.is_relative_to(ROOT)
            or (anchor and anchor not in anchors(there.read_text(encoding="utf-8")))
        ):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(path):
    """`tests/law/routes.py`, `docs/api.md`: paths in code marks, from the root."""
    folders = "|".join([*APPS, "docs", "tests", "script", "bench", "templates", "static", "locale", "totalcare"])
    named = re.findall(rf"`((?:{folders})/[a-z0-9_/.-]+\.[a-z]+)`", WORDS[path])
    assert [one for one in named if not (ROOT / one).exists()] == []
