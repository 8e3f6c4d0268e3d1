"""The first wall, held by the syntax tree: pages read through `visible_to`, and never write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "audit", "contracts", "escalation", "integrations", "notifications", "portal", "slo", "tickets")
READERS = {"views", "api", "selectors", "forms", "context", "templatetags"}
SHELLS = {"views", "api", "templatetags", "context", "tasks", "forms", "selectors"}
# Data that is the same for every client.
GLOBAL_MODELS = {
    "BusinessCalendar",
    "CalendarChange",
    "CalendarEvent",
    "CalendarFeed",
    "CalendarEdition",
    "Category",
    "RequestType",
    "EngineHeartbeat",
    "EngineMinute",
    "EngineOutage",
    "StandardDocument",
    "StandardEdition",
    "StandardClause",
    "StandardTerm",
    "StandardFile",
    "OnboardingTemplateActivity",
    "Exclusion",
}
# Questions that take rows their caller was allowed to see (or the engine's own), and ask only about those.
ALLOWED: dict[str, set[str]] = {
    "accounts/selectors.py": {"free_to_serve"},  # people of Valiantys: no client's
    "contracts/selectors.py": {
        "contract_for_work", "contract_to_follow", "is_read_only", "hours_of", "hours_entries",
    },
    "portal/selectors/queue/row.py": {"open_escalations", "histories_of", "clocks_of"},
    "portal/selectors/unsettled.py": {"_proposals"},  # the people whose proposals are shown
    "tickets/selectors.py": {"assignable", "assignable_among"},  # people of Valiantys: no client's
}  # fmt: skip
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
    "acreate", "asave", "aupdate", "adelete", "set_password",
}  # fmt: skip
RAW = {"raw", "extra", "cursor", "_default_manager", "_base_manager"}
# `.update(` and `.save(` of things that aren't rows: dicts, forms, sessions, files.
NOT_ROWS = {
    "context",
    "headers",
    "data",
    "params",
    "values",
    "initial",
    "attrs",
    "session",
    "kwargs",
    "fields",
    "query",
    "stream",
}


def files(kinds: set[str]) -> list[Path]:
    """The modules and packages of these names, in every app."""
    found = set()
    for app in APPS:
        for kind in kinds:
            found |= {ROOT / app / f"{kind}.py", *(ROOT / app / kind).rglob("*.py")}
    return sorted(path for path in found if path.exists())


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def enclosing(node: ast.AST, above: dict[ast.AST, ast.AST]) -> str:
    """The function around a node, for the allow-list and for messages."""
    while node in above:
        node = above[node]
        if isinstance(node, ast.FunctionDef):
            return node.name
    return "<module>"


def unscoped(source: str) -> Iterator[tuple[str, int, str]]:
    """(function, line, what) for each read that doesn't begin at visible_to."""
    tree = ast.parse(source)
    above = parents(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr == "objects":
            model = ast.unparse(node.value)
            after = above.get(node)
            scoped = isinstance(after, ast.Attribute) and after.attr in {"visible_to", "none"}
            if not scoped and model.rsplit(".")[-1] not in GLOBAL_MODELS:
                yield enclosing(node, above), node.lineno, f"{model}.objects"
        elif node.attr in RAW and isinstance(above.get(node), (ast.Call, ast.Attribute)):
            yield enclosing(node, above), node.lineno, f".{node.attr}"


def written(source: str) -> Iterator[tuple[int, str]]:
    """(line, call) for each write to a row."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            owner = ast.unparse(node.func.value)
            if owner.rsplit(".")[-1] not in NOT_ROWS and not owner.startswith(("services", "super()")):
                yield node.lineno, f"{owner}.{node.func.attr}("


@pytest.mark.parametrize("path", files(READERS), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_reads_begins_at_visible_to(path):
    name = str(path.relative_to(ROOT))
    found = [
        f"{name}:{line} {what} in {function}"
        for function, line, what in unscoped(path.read_text())
        if function not in ALLOWED.get(name, set())
    ]
    assert found == []


@pytest.mark.parametrize("path", files(SHELLS), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_services_write(path):
    assert [f"{path.relative_to(ROOT)}:{line} {call}" for line, call in written(path.read_text())] == []


def test_the_allow_list_holds_no_ghost():
    for name, functions in ALLOWED.items():
        found = {function for function, _, _ in unscoped((ROOT / name).read_text())}
        assert functions <= found, name


@pytest.mark.parametrize("path", files({"tasks"}), ids=lambda path: str(path.relative_to(ROOT)))
def test_tasks_are_shells_around_services(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = [
                line for line in node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
            assert sum(1 for line in body for inner in ast.walk(line) if isinstance(inner, ast.stmt)) <= 4, node.name


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("def page(r): return Ticket.objects.filter(pk=1)", True),
        ("def page(r): return models.Ticket.objects.all()", True),
        ("def page(r): return Ticket.objects.visible_to(r.user).filter(pk=1)", False),
        ("def page(r): return Category.objects.all()", False),
        ("def page(r): manager = Ticket.objects", True),
        ("def page(r): Ticket._default_manager.all()", True),
        ("def page(r): connection.cursor().execute('SELECT 1')", True),
    ],
)
def test_this_law_sees_what_it_should(source, caught):
    assert bool(list(unscoped(source))) is caught


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("ticket.save()", True),
        ("Ticket.objects.visible_to(u).update(status='x')", True),
        ("form.save()", True),
        ("context.update(a=1)", False),
        ("services.update(actor=me)", False),
        ("self.fields.update({})", False),
    ],
)
def test_this_law_sees_writes(source, caught):
    assert bool(list(written(source))) is caught
