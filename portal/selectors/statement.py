"""A contract's hours as a statement of account, for the client and for whoever looks after it: the same pieces for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import User
from contracts.lots import Lot, Period, lots, period
from contracts.models import Contract
from contracts.selectors import day_of, posting
from portal import charts
from tickets.models import Category, WorkLog

from .hours import Hours, hours_of
from .ledger import Filters, Ledger


@dataclass(frozen=True)
class Share:
    """A part of what was worked: of a category or a person. `key` narrows the ledger to it."""

    name: str  # empty: of no category
    key: str | int
    minutes: int
    entries: int
    percent: int


@dataclass(frozen=True)
class Burn:
    """The burn-down of the current period: two drawings of one thing, and the table behind them."""

    period: Period
    wide: charts.BurnDown
    narrow: charts.BurnDown
    table: list[charts.Row]


def statement(user: User, contract: Contract, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The context of a contract's hours, for who may see them. Eight queries, however many lines."""
    today = day_of(now)
    hours = hours_of(user, [contract], now)[contract.pk]
    ledger = Ledger(user, contract)
    postings = [posting(one) for one in reversed(ledger.entries) if not ledger.of_usage(one)]
    current = period(postings, today=today, ends_on=contract.ends_on or contract.renews_on)
    since = today - timedelta(days=charts.SPARK_BACK) if current is None else current.first
    catalogue = list(Category.objects.all())
    categories, people = _shares(ledger, since, catalogue)
    return {
        "contract": contract,
        "hours": hours,
        "on_demand": hours.on_demand,
        "today": today,
        "this_month": sum(m for day, m in hours.worked.items() if day.replace(day=1) == today.replace(day=1)),
        "burn": None if current is None or hours.on_demand else _burn(hours, ledger, current, today),
        "lots": [] if hours.on_demand else lots_to_show(lots(postings), today),
        "since": since,
        "by_category": categories,
        "by_person": people,
        "awaiting": _awaiting(user, contract),
        **ledger.page(Filters.of(asked), asked.get("page")),
        "months": ledger.months,
        "categories": catalogue,
        "workers": list({one.author_id: one.author for one in ledger.works}.items()),
    }


def lots_to_show(found: list[Lot], today: date) -> list[Lot]:
    """Those that hold hours, in the order of their use; and those used up that are not yet over."""
    return [one for one in found if one.left or not one.is_over(today)]


def _burn(hours: Hours, ledger: Ledger, current: Period, today: date) -> Burn | None:
    if hours.forecast is None:
        return None
    changes: dict[date, int] = {}
    for one in ledger.entries:
        if not ledger.of_usage(one):
            changes[one.worked_on] = changes.get(one.worked_on, 0) + one.minutes
    left = charts.left_by_day(hours.free, today, current.first, changes)
    wide, narrow = (
        charts.burn_down(plane, current, today, left, hours.forecast, hours.is_open)
        for plane in (charts.WIDE, charts.NARROW)
    )
    return Burn(current, wide, narrow, charts.table(current, today, left, hours.forecast, hours.is_open))


def _shares(ledger: Ledger, since: date, catalogue: Sequence[Category]) -> tuple[list[Share], list[Share]]:
    """What the work since a day was for, and who did it, largest first."""
    names = {one.slug: one.name for one in catalogue}
    categories: dict[Any, list[int]] = {}
    people: dict[Any, list[int]] = {}
    for one in ledger.works:
        if one.covered and one.worked_on >= since and not one.is_reversed:
            categories.setdefault((names.get(one.category, ""), one.category), []).append(one.covered)
            people.setdefault((one.author, one.author_id), []).append(one.covered)
    return _ranked(categories), _ranked(people)


def _ranked(parts: dict[Any, list[int]]) -> list[Share]:
    whole = sum(sum(one) for one in parts.values())
    shares = [
        Share(name, key, sum(minutes), len(minutes), round(100 * sum(minutes) / whole))
        for (name, key), minutes in parts.items()
    ]
    return sorted(shares, key=lambda one: (-one.minutes, one.name))


def _awaiting(user: User, contract: Contract) -> list[WorkLog]:
    logs = WorkLog.objects.visible_to(user).filter(
        contract=contract, reversed_at__isnull=True, billable_minutes__gt=F("covered_minutes")
    )
    return list(logs.select_related("author", "ticket__organization").order_by("-worked_on", "-id")[:20])
