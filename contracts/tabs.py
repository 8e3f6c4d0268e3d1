"""The tabs of a contract's admin page. Upper floors register theirs, as they do with readiness checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Contract

Read = Callable[[Any, Contract], dict[str, Any]]


@dataclass(frozen=True)
class Tab:
    """One tab: `key` is its anchor, `position` its place from the left, `read` gives its template's `tab.data`."""

    key: str
    title: Any  # lazily translated
    position: int
    template: str
    read: Read


TABS: dict[str, Tab] = {}


def register(key: str, title: Any, *, position: int, template: str) -> Callable[[Read], Read]:
    """Add the tab whose data the decorated function reads: `read(request, contract)`."""

    def add(read: Read) -> Read:
        TABS[key] = Tab(key, title, position, template, read)
        return read

    return add


def shown(request: Any, contract: Contract) -> list[dict[str, Any]]:
    """The tabs in their order, each with its data, for the page's template."""
    return [
        {"key": tab.key, "title": tab.title, "template": tab.template, "data": tab.read(request, contract)}
        for tab in sorted(TABS.values(), key=lambda tab: tab.position)
    ]
