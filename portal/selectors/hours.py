"""Contracts' hours as every page tells them: what was granted, used and is free, how it went of late, and how long it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, F, Min, OuterRef, Q, Subquery, Sum, Value, When

from accounts.models import User
from contracts.forecast import Forecast, Outlook, forecast
from contracts.models import Contract, HoursAccount, HoursEntry
from contracts.selectors import day_of
from slo.selectors import OpenDay, business_days, weekdays
from tickets.models import WorkLog

LOOKED_BACK = timedelta(days=90)  # what daily sums are read for; the forecast's window lies well within it
SOON = timedelta(days=30)  # a run-out so near asks to be looked at
Kind = HoursEntry.Kind


@dataclass(frozen=True)
class Hours:
    """A contract's hours, in minutes. `worked` and `granted_on` by day, of late; without a forecast where none was asked for."""

    contract: Contract
    granted: int
    used: int
    free: int
    awaiting: int
    usage: int
    forecast: Forecast | None = None
    today: date | None = None
    worked: Mapping[date, int] = field(default_factory=dict)
    granted_on: Mapping[date, int] = field(default_factory=dict)
    is_open: OpenDay = weekdays

    @property
    def on_demand(self) -> bool:
        """Nothing is reserved: what is worked is billed."""
        return self.contract.plan == Contract.Plan.ON_DEMAND

    @property
    def runs_out_soon(self) -> bool:
        """They are gone, or will be within the next weeks at the present pace."""
        if self.on_demand or self.forecast is None or self.today is None or not self.granted:
            return False
        on = self.forecast.on
        return self.forecast.outlook == Outlook.GONE or (on is not None and on <= self.today + SOON)


def hours_of(user: User, contracts: Sequence[Contract], now: datetime) -> dict[int, Hours]:
    """Contract id → its hours with their forecast; three queries, however many contracts."""
    accounts = {one.contract_id: one for one in _accounts(user, contracts)}
    today = day_of(now)
    worked, granted = _by_day(user, contracts, today - LOOKED_BACK)
    open_days = business_days([one.calendar_id for one in contracts], now)
    return {
        one.pk: _told(
            hours_line(one, accounts.get(one.pk), getattr(accounts.get(one.pk), "awaiting", None) or 0), worked.get(one.pk, {}), granted.get(one.pk, {}),
            getattr(accounts.get(one.pk), "began_on", None), today, open_days.get(one.calendar_id or 0, weekdays),
        )
        for one in contracts
    }  # fmt: skip


def hours_line(contract: Contract, account: HoursAccount | None, awaiting: int) -> Hours:
    """One contract's figures; zeros while nothing was ever posted."""
    if account is None:
        return Hours(contract, 0, 0, 0, awaiting, 0)
    granted, used = account.granted_minutes, account.consumed_minutes
    return Hours(contract, granted, used, granted - used, awaiting, account.usage_minutes)


def _accounts(user: User, contracts: Sequence[Contract]) -> list[HoursAccount]:
    """The accounts, each with its first day and the billable minutes of its contract that nothing covers yet."""
    uncovered = WorkLog.objects.visible_to(user).filter(
        organization_id=OuterRef("organization_id"), contract_id=OuterRef("contract_id"), reversed_at__isnull=True,
        billable_minutes__gt=F("covered_minutes"),
    )  # fmt: skip
    sums = uncovered.order_by().values("contract_id").values(minutes=Sum(F("billable_minutes") - F("covered_minutes")))
    found = HoursAccount.objects.visible_to(user).filter(contract__in=contracts)
    return list(found.annotate(began_on=Min("entries__worked_on"), awaiting=Subquery(sums)))


def _by_day(
    user: User, contracts: Sequence[Contract], since: date
) -> tuple[dict[int, dict[date, int]], dict[int, dict[date, int]]]:
    """Contract id → minutes worked, and minutes granted, by day. What was taken back counts against the day it was worked."""
    drawn = Q(kind=Kind.CONSUME) | Q(kind=Kind.REVERSE, reverses__kind=Kind.CONSUME)
    used = Q(kind=Kind.USAGE) | Q(kind=Kind.REVERSE, reverses__kind=Kind.USAGE)
    of = Case(
        When(Q(kind=Kind.GRANT), then=Value("granted")), When(drawn, then=Value("drawn")), When(used, then=Value("used")),
        output_field=CharField(),
    )  # fmt: skip
    rows = (
        HoursEntry.objects.visible_to(user)
        .filter(account__contract__in=contracts, worked_on__gte=since)
        .order_by()
        .values("account__contract_id", "worked_on", of=of)
        .annotate(sum=Sum("minutes"))
    )
    on_demand = {one.pk for one in contracts if one.plan == Contract.Plan.ON_DEMAND}
    worked: dict[int, dict[date, int]] = {}
    granted: dict[int, dict[date, int]] = {}
    for row in rows:
        pk, day = row["account__contract_id"], row["worked_on"]
        if row["of"] == "granted":
            granted.setdefault(pk, {})[day] = row["sum"]
        elif (row["of"] == "used") == (pk in on_demand):
            worked.setdefault(pk, {})[day] = -row["sum"]
    return worked, granted


def _told(
    line: Hours, worked: Mapping[date, int], granted: Mapping[date, int], began_on: date | None, today: date, is_open: OpenDay
) -> Hours:  # fmt: skip
    """The figures with their forecast; without one where nothing is reserved."""
    outlook = None
    if not line.on_demand and line.granted:
        outlook = forecast(free=line.free, worked=worked, began_on=began_on or today, today=today, is_open=is_open)
    return Hours(
        line.contract, line.granted, line.used, line.free, line.awaiting, line.usage, outlook, today, worked, granted, is_open
    )  # fmt: skip
