"""The house keeps its shape."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

import manage

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT)


@pytest.mark.parametrize("app", APPS)
def test_architecture_names_every_app(app):
    assert re.search(rf"\b{app}\b", (ROOT / "docs" / "architecture.md").read_text())


@pytest.mark.parametrize("app", APPS)
def test_every_app_says_what_it_is(app):
    tree = ast.parse((ROOT / app / "apps.py").read_text())
    (config,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    assert ast.get_docstring(config)


def test_there_is_no_drawer_for_odds_and_ends():
    drawers = [
        str(path.relative_to(ROOT))
        for app in [*APPS, "totalcare"]
        for path in (ROOT / app).rglob("*.py")
        if path.stem in {"utils", "helpers", "misc", "mixins"}
    ]
    assert drawers == []


@pytest.mark.parametrize("command", sorted(manage.ROLES))
def test_every_command_with_a_database_role_exists(command):
    assert command in get_commands()


def test_commands_of_ours_that_sweep_say_their_role():
    """A command that enters the engine's scope connects as the worker, or PostgreSQL refuses it."""
    for app in APPS:
        for path in (ROOT / app).glob("management/commands/*.py"):
            if "tenancy.engine()" in path.read_text():
                assert manage.ROLES.get(path.stem) == "worker", path


@pytest.mark.parametrize("app", [app for app in APPS if app != "common"])
def test_services_take_their_arguments_by_name(app):
    """Public functions of services are keyword-only, so that a call reads like a sentence; one alone may go bare."""
    package = ROOT / app / "services"
    files = [*package.glob("*.py"), *[path for path in [ROOT / app / "services.py"] if path.exists()]]
    positional = []
    for path in files:
        for node in ast.parse(path.read_text()).body:
            writes = isinstance(node, ast.FunctionDef) and any(
                "atomic" in ast.unparse(decorator) for decorator in node.decorator_list
            )
            if writes and len(node.args.posonlyargs + node.args.args) > 1:
                positional.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert positional == []
