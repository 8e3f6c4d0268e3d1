"""Renewals: reminded of in time, and renewed by whoever looks after the client."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts import life_notices as notices
from contracts import renewal as rule
from contracts.models import Contract, RenewalReminder
from contracts.selectors import day_of

from .contract import GOING_ON, check_dates, locked, one_at_a_time, remember


@transaction.atomic
def renew(*, actor: User, contract: Contract, renews_on: date | None, ends_on: date | None, now: datetime) -> Contract:
    """Let a contract go on: its next renewal (None: no more) and its last day (None: until somebody ends it).

    Refused: a contract that isn't live, dates in the past or out of order, a renewal no later than the one that is planned,
    days that another contract of the same plan takes.
    """
    permissions.check(actor, "contract.renew", contract.organization_id)
    found = locked(contract, set(GOING_ON))
    today, before = day_of(now), (found.renews_on, found.ends_on)
    if renews_on is None and ends_on is None:
        raise Refused(_("Say when it renews next, or when it ends."))
    if ends_on is not None and ends_on < today:
        raise Refused(_("The last day has passed: choose today or a later day."))
    if renews_on is not None and renews_on <= max(today, found.renews_on or today):
        raise Refused(_("The next renewal comes after today, and after the one that is planned."))
    found.renews_on, found.ends_on = renews_on, ends_on
    check_dates(found)
    with one_at_a_time():
        found.save(update_fields=["renews_on", "ends_on"])
    event = remember(
        actor, found, "contract.renewed", now, before=_dates(*before), after=_dates(found.renews_on, found.ends_on)
    )
    notices.renewed(contract=found, event=event, now=now)
    return found


@transaction.atomic
def remind_renewals(*, now: datetime, limit: int = 500) -> int:
    """Tell account managers and approvers of renewals 90, 60 and 30 days ahead; returns how many reminders went out.

    Once each: what was sent is a row, unique in the database, written in the same transaction as the mails. Safe to run late,
    twice, or twice at once.
    """
    today = day_of(now)
    sent = 0
    for window in rule.windows(today):
        reminded = RenewalReminder.objects.filter(
            organization_id=OuterRef("organization_id"), contract=OuterRef("pk"), renews_on=OuterRef("renews_on"),
            days=window.days,
        )  # fmt: skip
        coming = Contract.objects.filter(
            ~Exists(reminded), status__in=GOING_ON, organization__is_historical=False,
            renews_on__range=(window.first, window.last),
        )  # fmt: skip
        for contract in coming.select_related("organization").order_by("renews_on", "id")[:limit]:
            sent += _remind(contract, window.days, today, now)
    return sent


def _remind(contract: Contract, days: int, today: date, now: datetime) -> bool:
    """False when another sweep was faster."""
    renews_on: date = contract.renews_on  # type: ignore[assignment]  # within a window
    _reminder, new = RenewalReminder.objects.get_or_create(
        organization_id=contract.organization_id,
        contract=contract,
        renews_on=renews_on,
        days=days,
        defaults={"at": now},
    )
    if new:
        event = remember(None, contract, "contract.renewal_reminded", now, days=days, renews_on=renews_on.isoformat())
        notices.renewal_comes(contract=contract, event=event, today=today, now=now)
    return new


def _dates(renews_on: date | None, ends_on: date | None) -> dict[str, str]:
    return {"renews_on": str(renews_on or ""), "ends_on": str(ends_on or "")}
