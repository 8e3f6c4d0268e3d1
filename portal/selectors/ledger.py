"""The lines of a contract's ledger: narrowed by month, category or person, in pages, each with the balance after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from accounts.models import User
from contracts.models import Contract, HoursEntry
from contracts.selectors import hours_entries
from tickets.models import WorkLog

LINES = 30
WORK_LOG = "work_log"
NO_CATEGORY = "none"  # in addresses: tickets of no category
Kind = HoursEntry.Kind


@dataclass(frozen=True)
class Filters:
    """What narrows the ledger, as the address says it; what it says wrongly is left out."""

    month: date | None = None
    category: str = ""
    person: int | None = None

    @staticmethod
    def of(asked: Mapping[str, str]) -> Filters:
        """From `?month=2026-11&category=access&person=7`."""
        person, category = asked.get("person", ""), asked.get("category", "")
        return Filters(
            _month(asked.get("month", "")),
            category if re.fullmatch(r"[-\w]{1,50}", category, re.ASCII) else "",
            int(person) if person.isascii() and person.isdigit() and len(person) < 10 else None,
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.month or self.category or self.person)

    @property
    def query(self) -> str:
        """For addresses that keep them."""
        asked = {"month": f"{self.month:%Y-%m}" if self.month else "", "category": self.category, "person": self.person}
        return urlencode({name: value for name, value in asked.items() if value})


class Work(NamedTuple):
    """A time entry in short."""

    pk: int
    author_id: int
    author: str
    category: str  # its slug, or NO_CATEGORY
    worked_on: date
    covered: int
    is_reversed: bool


@dataclass(frozen=True)
class Line:
    """One entry; the balance after it (of usage: the total used after it) where all are shown; what was worked for it."""

    entry: HoursEntry
    balance: int | None = None
    log: WorkLog | None = None
    reversed_by: HoursEntry | None = None
    reverses: HoursEntry | None = None

    @property
    def taken(self) -> int | None:
        """Minutes that left, positive."""
        return -self.entry.minutes if self.entry.minutes < 0 else None

    @property
    def given(self) -> int | None:
        """Minutes that came."""
        return self.entry.minutes if self.entry.minutes >= 0 else None


class Ledger:
    """All entries of a contract, read once, newest first; and what pages ask of them."""

    def __init__(self, user: User, contract: Contract) -> None:
        self.user = user
        self.on_demand = contract.plan == Contract.Plan.ON_DEMAND
        self.contract = contract
        self.entries = hours_entries(contract)
        self._by_id = {one.pk: one for one in self.entries}
        self._reversals = {one.reverses_id: one for one in self.entries if one.reverses_id}

    def of_usage(self, entry: HoursEntry) -> bool:
        """Whether it counts as usage on demand rather than against Reserved Hours."""
        original = self._by_id.get(entry.reverses_id or 0, entry)
        return original.kind == Kind.USAGE

    @property
    def months(self) -> list[date]:
        """The months in which something was worked or granted, newest first."""
        return sorted({one.worked_on.replace(day=1) for one in self.entries}, reverse=True)

    def narrowed(self, filters: Filters) -> list[HoursEntry]:
        """The entries that the filters leave: one query when they ask about work, none otherwise."""
        found: Iterable[HoursEntry] = self.entries
        if filters.month:
            found = [one for one in found if one.worked_on.replace(day=1) == filters.month]
        if filters.category or filters.person:
            ids = self._work(filters)
            found = [one for one in found if one.cause_kind == WORK_LOG and one.cause_id in ids]
        return list(found)

    def page(self, filters: Filters, number: Any) -> dict[str, Any]:
        """A page of lines with their sums: two queries more at most, however many lines."""
        entries = self.narrowed(filters)
        page: Page[Any] = Paginator(entries, LINES).get_page(number)
        shown = list(page.object_list)
        page.object_list = self.lines(shown)
        if not filters.narrow:
            self._balance(page)
        counted = [one.minutes for one in entries if self.of_usage(one) == self.on_demand]
        return {
            "page": page,
            "filters": filters,
            "lines": page.object_list,
            "taken": -sum(one for one in counted if one < 0),
            "given": sum(one for one in counted if one > 0),
            "net": -sum(counted),
            "before": self._before(shown[-1]) if page.has_next() and not filters.narrow else None,
        }

    def lines(self, entries: Sequence[HoursEntry]) -> list[Line]:
        """The entries with the work that caused them and the reversals between them; one query."""
        ids = [one.cause_id for one in entries if one.cause_kind == WORK_LOG]
        logs = WorkLog.objects.visible_to(self.user).filter(pk__in=ids)
        works = {
            one.pk: one
            for one in logs.select_related("author", "ticket__organization", "ticket__request_type__category")
        }
        return [
            Line(
                one, None, works.get(one.cause_id) if one.cause_kind == WORK_LOG else None,
                self._reversals.get(one.pk), self._by_id.get(one.reverses_id or 0),
            )
            for one in entries
        ]  # fmt: skip

    @cached_property
    def works(self) -> list[Work]:
        """Everything worked under the contract, reversed or not; one query."""
        logs = WorkLog.objects.visible_to(self.user).filter(contract=self.contract).order_by("author__name", "id")
        rows = logs.values_list(
            "pk", "author_id", "author__name", "ticket__request_type__category__slug", "worked_on", "covered_minutes",
            "reversed_at",
        )  # fmt: skip
        return [
            Work(pk, author, name, slug or NO_CATEGORY, on, minutes, back is not None)
            for pk, author, name, slug, on, minutes, back in rows
        ]

    def _work(self, filters: Filters) -> set[int]:
        return {
            one.pk
            for one in self.works
            if (not filters.category or one.category == filters.category)
            and (not filters.person or one.author_id == filters.person)
        }

    def _balance(self, page: Page[Any]) -> None:
        """What the account held after each line; of usage, what had been used."""
        lines = list(page.object_list)
        total = self._before(lines[0].entry) + self._counts(lines[0].entry) if lines else 0
        told = []
        for line in lines:
            told.append(Line(line.entry, total, line.log, line.reversed_by, line.reverses))
            total -= self._counts(line.entry)
        page.object_list = told

    def _before(self, entry: HoursEntry) -> int:
        return sum(self._counts(one) for one in self.entries if one.pk < entry.pk)

    def _counts(self, entry: HoursEntry) -> int:
        if self.of_usage(entry) != self.on_demand:
            return 0
        return -entry.minutes if self.on_demand else entry.minutes


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month, not an instant
    except ValueError:
        return None
