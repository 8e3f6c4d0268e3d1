"""The standard documents as they are delivered: the service guide of 1 March 2025. Installing again changes nothing that is there."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parent / "library"
PUBLISHED = "published"


def install(apps: Any = None) -> None:
    """Add each delivered edition that is missing, and publish it as of its date. A migration passes its historical models."""
    if apps is None:
        from django.apps import apps
    for file in sorted(LIBRARY.glob("*.toml")):
        _install(apps, tomllib.loads(file.read_text(encoding="utf-8")))


def _install(apps: Any, delivered: dict[str, Any]) -> None:
    model = {name: apps.get_model("contracts", f"Standard{name}") for name in ("Document", "Edition", "Clause", "Term")}
    titles = {name: delivered[name] for name in ("kind", "title_fr", "title_en")}
    document, _made = model["Document"].objects.get_or_create(slug=delivered["slug"], defaults=titles)
    facts = {name: delivered[name] for name in ("dated_on", "language", "changes_fr", "changes_en")}
    edition, made = model["Edition"].objects.get_or_create(document=document, label=delivered["label"], defaults=facts)
    if not made:
        return
    for position, one in enumerate(delivered["clause"], start=1):
        clause = model["Clause"].objects.create(
            edition=edition, position=position, number=one["number"], restated=one.get("restated", False),
            **{name: one[name].strip() for name in ("heading_fr", "heading_en", "text_fr", "text_en")},
        )  # fmt: skip
        for key, value in one.get("terms", {}).items():
            model["Term"].objects.create(clause=clause, key=key, value=value)
    edition.status = PUBLISHED
    edition.published_at = datetime.combine(delivered["dated_on"], datetime.min.time(), UTC)
    edition.save(update_fields=["status", "published_at"])
