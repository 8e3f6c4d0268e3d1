"""The administration speaks the reader's language: no field without a name, no English label and no raw code on a French page."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from common import tenancy
from contracts.guide import LIBRARY
from tests.admin.world import make_world

from .test_translations import ROOT, catalogue, texts

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
OURS = [
    model
    for model in apps.get_models()
    if model._meta.app_config.path.startswith(str(ROOT) + "/") and ".venv" not in model._meta.app_config.path
]
UNSEEN = {"EngineHeartbeat", "EngineMinute", "EngineOutage", "IdempotencyRecord", "TicketCounter"}  # no page shows them
SAME = {"id", "sha256", "digest"}  # a number, and a name that is the same in every language
# What the cast and the seeds happen to call things, which is also a word of the catalogue.
GUIDE = tomllib.loads((LIBRARY / "total-care-guide-2025-03.toml").read_text(encoding="utf-8"))
DATA = {
    "Service lead", "Account manager", "Consultant", "Order", "Critical", "Administrator", GUIDE["title_en"],
    *(one["heading_en"] for one in GUIDE["clause"]),
}  # fmt: skip
CODE = re.compile(r"[a-z]+(?:_[a-z]+)+|[a-z]+(?:\.[a-z_]+)+")
UNREAD = {"script", "style", "textarea", "code", "svg"}
ICONS = re.compile(r"material-symbols")


def named(model: Any) -> list[str]:
    """Fields that Python's name would stand for."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in SAME and not isinstance(field.verbose_name, Promise)
    ]


@pytest.mark.parametrize("model", [one for one in OURS if one.__name__ not in UNSEEN], ids=lambda one: one._meta.label)
def test_every_model_and_every_field_has_its_name(model):
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)
    inherited = {"password", "is_superuser", "last_login"} if model.__name__ == "User" else set()
    assert [name for name in named(model) if name not in inherited] == []


@pytest.mark.parametrize("model", OURS, ids=lambda one: one._meta.label)
def test_every_choice_has_words(model):
    bare = [
        f"{field.name}: {value}"
        for field in model._meta.concrete_fields
        for value, label in field.flatchoices
        if value not in {"", None} and not isinstance(label, Promise) and str(label) == str(value)
    ]
    assert bare == []


class Text(HTMLParser):
    """The words that a page shows or says, one a text node."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name in ("title", "aria-label", "placeholder", "alt"):
            self.look(values.get(name) or "")
        if tag not in {"input", "br", "hr", "meta", "link", "img", "use", "path", "col"}:
            self.open.append((tag, tag in UNREAD or bool(ICONS.search(values.get("class") or ""))))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(unread for _, unread in self.open):
            self.look(data)

    def look(self, text: str) -> None:
        text = " ".join(text.split()).strip(" :*…")
        if text:
            self.found.add(text)


@cache
def english() -> frozenset[str]:
    """What the catalogue says otherwise in French, as it stands and with a capital."""
    said = {
        english
        for (_, english, _), entry in catalogue().items()
        if all(text.casefold() != english.casefold() for text in texts(entry)) and "%" not in english
    }
    french = {text.casefold() for entry in catalogue().values() for text in texts(entry)}
    only = {text.strip(" :*…") for text in said if text.casefold() not in french}
    return frozenset(only | {str(capfirst(text)) for text in only})


def shown(answer: Any) -> set[str]:
    page = Text()
    page.feed(answer.text)
    page.close()
    return page.found


@pytest.fixture
def administrator(client: Any, cast: Any) -> Any:
    """Ada, who reads French, and a world to look at."""
    make_world(cast)
    cast.ada.language = "fr"
    cast.ada.save()
    client.force_login(cast.ada)
    return client


def pages(model: Any) -> list[str]:
    """The addresses of a model's pages, those of its buttons too."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    with tenancy.everyone():
        row = model._default_manager.order_by("pk").last()
    page = admin.site._registry[model]
    listed = [*getattr(page, "actions_detail", ()), *getattr(page, "actions_list", ())]
    buttons = [name for one in listed for name in (one["items"] if isinstance(one, dict) else [one])]
    found = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=zzzz"]
    for what in ("add", "change", *buttons):
        if "export" in what or what == "see_year":  # a file; a page of the portal
            continue
        for args in ([], [row.pk] if row else []):
            try:
                found.append(reverse(f"{name}_{what}", args=args))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_french_page_shows_no_english_label_and_no_raw_code(administrator, model):
    walked = 0
    for url in pages(model):
        answer = administrator.get(url, follow=True)
        if answer.status_code in {403, 404}:
            continue
        if not answer.request["PATH_INFO"].startswith("/admin/"):
            continue  # it leads out, to a page that has its own tests
        walked += 1
        found = shown(answer)
        assert found, url
        assert sorted((found & english()) - DATA) == [], url
        assert sorted(text for text in found if CODE.fullmatch(text)) == [], url
    assert walked >= 2


@pytest.mark.django_db
def test_the_front_page_speaks_french_and_names_every_model(administrator):
    answer = administrator.get(reverse("admin:index"))
    found = shown(answer)
    assert sorted((found & english()) - DATA) == []
    for model in REGISTERED:
        assert reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") in answer.text
    assert "Autres" not in found  # nothing stands outside the groups
