"""What the queue's address asks for, and what of it can't be followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Organization
from tickets.scoping import OUTSIDE, Scope
from tickets.words import PRIORITY, SCOPE

from .words import VIEWS

LONGEST = 100  # characters of the words
NAMES = {"view": "view", "words": "q", "client": "client", "priority": "priority", "scope": "scope"}
DOUBTED = (Scope.LOOKS_EXCLUDED, *OUTSIDE)  # what one looks for: the rest is the whole queue
KNOWN = {*NAMES.values(), "page"}


@dataclass(frozen=True)
class Filters:
    """What the address asks for. What it can't mean is left out and named in `ignored`, so that a hand-made one still answers."""

    view: str = "urgent"
    words: str = ""
    client: str = ""
    priority: str = ""
    scope: str = ""
    page: int = 1
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """Of a page's query; whether the client is one of the reader's is for `among` to say."""
        said = {name: query.get(name, "").replace("\0", "").strip() for name in KNOWN}
        view, priority, number, words = said["view"], said["priority"], said["page"], said["q"]
        client, scope = said["client"].upper(), said["scope"]
        counted = number.isascii() and number.isdigit() and len(number) < 10 and int(number) > 0
        wrong = {
            _("there is no view “%s”"): view if view not in {"", *VIEWS} else "",
            _("there is no priority “%s”"): priority if priority not in {"", *PRIORITY} else "",
            _("there is no scope “%s” to look for"): scope if scope not in {"", *DOUBTED} else "",
            _("you serve no client “%s”"): client if not (client.isascii() and client.isalnum()) else "",
            _("there is no page “%s”"): number if not counted else "",
        }
        ignored = [sentence % _short(value) for sentence, value in wrong.items() if value]
        if len(words) > LONGEST:
            ignored.append(_("of the words, all after the first %s characters") % LONGEST)
        if unknown := sorted(_short(name) for name in query if name not in KNOWN):
            ignored.append(_("unknown names: %s") % ", ".join(unknown[:5]))
        return cls(
            view if view in VIEWS else "urgent", words[:LONGEST].strip(),
            client if client.isascii() and client.isalnum() else "",
            priority if priority in PRIORITY else "", scope if scope in DOUBTED else "", int(number) if counted else 1, tuple(ignored),
        )  # fmt: skip

    @classmethod
    def at(cls, address: str) -> Filters:
        """Of an address that a form has carried along."""
        return cls.of(QueryDict(address.lstrip("?")[:2_000]))

    def among(self, clients: list[Organization]) -> Filters:
        """Without a client that is none of the reader's; an unknown one and another's are the same thing."""
        if not self.client or any(one.key == self.client for one in clients):
            return self
        sentence = _("you serve no client “%s”") % _short(self.client)
        return replace(self, client="", ignored=(*self.ignored, sentence))

    def on_page(self, number: int) -> Filters:
        """With the page that is shown in place of the one that was asked for."""
        if number == self.page:
            return self
        return replace(self, page=number, ignored=(*self.ignored, _("there is no page “%s”") % self.page))

    @property
    def whole(self) -> bool:
        """Whether all open work is asked for."""
        return self.view == "urgent" and not self.narrowed

    @property
    def narrowed(self) -> bool:
        """Whether more than the view decides what is shown."""
        return bool(self.words or self.client or self.priority or self.scope)

    @property
    def address(self) -> str:
        """The query of the address that asks for this."""
        said = {name: getattr(self, field) for field, name in NAMES.items()}
        if said["view"] == "urgent":
            del said["view"]
        if self.page > 1:
            said["page"] = self.page
        return f"?{urlencode({name: value for name, value in said.items() if value})}"

    @property
    def bare(self) -> str:
        """The address of the whole view."""
        return Filters(view=self.view).address

    def chips(self, clients: list[Organization]) -> list[dict[str, Any]]:
        """The filters in force, each with the address without it."""
        first, chips = replace(self, page=1), []
        if self.client:
            name = next((one.name for one in clients if one.key == self.client), self.client)
            chips.append({"label": _("Client"), "value": name, "remove_url": replace(first, client="").address})
        if self.priority:
            words = str(PRIORITY[self.priority])  # type: ignore[index]
            chips.append({"label": _("Priority"), "value": words, "remove_url": replace(first, priority="").address})
        if self.scope:
            words = str(SCOPE[Scope(self.scope)])
            chips.append({"label": _("Scope"), "value": words, "remove_url": replace(first, scope="").address})
        if self.words:
            chips.append({"label": _("Words"), "value": self.words, "remove_url": replace(first, words="").address})
        return chips

    def choices(self, clients: list[Organization]) -> list[dict[str, Any]]:
        """What one may narrow by."""
        return [
            {
                "name": "client",
                "label": _("Client"),
                "options": [
                    {"value": one.key, "label": one.name, "selected": one.key == self.client} for one in clients
                ],
            },
            {
                "name": "priority",
                "label": _("Priority"),
                "options": [
                    {"value": one.value, "label": words, "selected": one == self.priority}
                    for one, words in PRIORITY.items()
                ],
            },
            {
                "name": "scope",
                "label": _("Scope"),
                "options": [
                    {"value": one.value, "label": SCOPE[one], "selected": one == self.scope} for one in DOUBTED
                ],
            },
        ]


def _short(value: object) -> str:
    """As much of a hand-made value as a sentence can bear."""
    text = "".join(character for character in str(value) if character.isprintable())
    return text if len(text) <= 30 else f"{text[:29]}…"
