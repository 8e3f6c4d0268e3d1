"""A contract's hours as a statement of account: figures, lines with running sums, what still awaits an approver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Sum

from accounts.models import User
from contracts.models import Contract, HoursEntry
from contracts.selectors import hours_entries, hours_of
from tickets.models import WorkLog

from .home import awaiting_minutes, hours_line

LINES = 200
WORK_LOG = "work_log"
Kind = HoursEntry.Kind


@dataclass(frozen=True)
class Line:
    """One entry with the balance after it (of usage: the total used after it); what was worked, when it came of work."""

    entry: HoursEntry
    balance: int
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


def statement(user: User, contract: Contract, today: date) -> dict[str, Any]:
    """The page's context, for who may see this contract's hours. Seven queries, however many lines."""
    account = hours_of(contract)
    figures = hours_line(contract, account, awaiting_minutes(user, [contract]).get(contract.pk, 0))
    on_demand = contract.plan == Contract.Plan.ON_DEMAND
    entries = hours_entries(contract, LINES)
    lines, before = _lines(user, entries, figures.usage if on_demand else figures.free, on_demand)
    return {
        "contract": contract,
        "hours": figures,
        "on_demand": on_demand,
        "this_month": _used_in(user, contract, today),
        "today": today,
        "lines": lines,
        "taken": sum(one.taken or 0 for one in lines),
        "given": sum(one.given or 0 for one in lines),
        "before": before if len(entries) == LINES else None,
        "awaiting": _awaiting(user, contract),
    }


def _lines(user: User, entries: list[HoursEntry], total: int, on_demand: bool) -> tuple[list[Line], int]:
    """Newest first, each with the sum after it, back from what the account holds now; and what was there before them."""
    logs = _logs(user, [one.cause_id for one in entries if one.cause_kind == WORK_LOG])
    reversals = {one.reverses_id: one for one in entries if one.reverses_id}
    originals = HoursEntry.objects.visible_to(user).in_bulk(list(reversals)) if reversals else {}
    lines = []
    for one in entries:
        original = originals.get(one.reverses_id) if one.reverses_id else None
        counts = (one.kind == Kind.USAGE or (original is not None and original.kind == Kind.USAGE)) == on_demand
        log = logs.get(one.cause_id) if one.cause_kind == WORK_LOG else None
        lines.append(Line(one, total, log, reversals.get(one.pk), original))
        if counts:
            total += one.minutes if on_demand else -one.minutes
    return lines, total


def _logs(user: User, ids: list[int]) -> dict[int, WorkLog]:
    logs = WorkLog.objects.visible_to(user).filter(pk__in=ids).select_related("author", "ticket__organization")
    return {one.pk: one for one in logs}


def _used_in(user: User, contract: Contract, today: date) -> int:
    """Minutes worked this month and drawn or used, less what was taken back."""
    found = HoursEntry.objects.visible_to(user).filter(
        account__contract=contract, worked_on__gte=today.replace(day=1), worked_on__lte=today
    )
    return -(found.exclude(kind=Kind.GRANT).aggregate(minutes=Sum("minutes"))["minutes"] or 0)


def _awaiting(user: User, contract: Contract) -> list[WorkLog]:
    logs = WorkLog.objects.visible_to(user).filter(
        contract=contract, reversed_at__isnull=True, billable_minutes__gt=F("covered_minutes")
    )
    return list(logs.select_related("author", "ticket__organization").order_by("-worked_on", "-id")[:20])
