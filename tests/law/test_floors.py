"""Imports and foreign keys point downward only."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey

ROOT = Path(__file__).resolve().parents[2]
LAYERS = next(
    contract["layers"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    if contract["type"] == "layers"
)
HEIGHT = {name: height for height, name in enumerate(reversed(LAYERS))}


def test_imports_keep_the_contracts_of_import_linter():
    run = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-cache"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_app_has_its_floor():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours <= set(HEIGHT)
    assert set(HEIGHT) - ours <= {"totalcare"}


def test_no_foreign_key_points_up():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if HEIGHT.get(field.related_model._meta.app_label, -1) > HEIGHT[model._meta.app_label]
    ]
    assert upward == []


def test_nothing_points_anywhere_by_content_type():
    generic = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        and any(isinstance(field, GenericForeignKey) for field in model._meta.private_fields)
    ]
    assert generic == []


def test_no_app_listens_to_another_ones_signals():
    listeners = [
        str(path.relative_to(ROOT))
        for app in HEIGHT
        for path in (ROOT / app).rglob("*.py")
        if re.search(
            r"@receiver|_(save|delete|in|out|migrate|init|changed)\.connect\(|import .*Signal", path.read_text()
        )
    ]
    assert listeners == []
