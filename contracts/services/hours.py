"""Posting to the ledger. The account's row is locked first, so that two who post at once can't overdraw."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.services import record
from common.errors import Refused
from contracts import hours as rule
from contracts.models import Contract, HoursAccount, HoursEntry

Kind = HoursEntry.Kind


def _locked_account(contract: Contract) -> HoursAccount:
    """The account, made on first use, locked until COMMIT."""
    mine = {"organization_id": contract.organization_id, "contract": contract}
    HoursAccount.objects.bulk_create([HoursAccount(**mine)], ignore_conflicts=True)
    return HoursAccount.objects.select_for_update(no_key=True).get(**mine)


def _post(
    account: HoursAccount, kind: str, minutes: int, *, actor: User | None, worked_on: date, now: datetime,
    cause_kind: str, cause_id: int, memo: str = "", reverses: HoursEntry | None = None,
    expires_on: date | None = None,
) -> HoursEntry:  # fmt: skip
    entry = HoursEntry.objects.create(
        organization_id=account.organization_id, account=account, kind=kind, minutes=minutes, worked_on=worked_on,
        posted_at=now, actor_id=actor.pk if actor else None, cause_kind=cause_kind, cause_id=cause_id, memo=memo, reverses=reverses,
        expires_on=expires_on,
    )  # fmt: skip
    account.save(update_fields=["granted_minutes", "consumed_minutes", "usage_minutes"])
    record(
        organization_id=account.organization_id, actor_id=actor.pk if actor else None, verb=f"hours.{kind}",
        subject_kind="contract", subject_id=account.contract_id, at=now, entry_id=entry.pk, minutes=minutes,
    )  # fmt: skip
    return entry


@transaction.atomic
def grant(
    *, actor: User | None, contract: Contract, minutes: int, worked_on: date, memo: str = "",
    expires_on: date | None = None, cause_kind: str = "grant", cause_id: int | None = None, now: datetime,
) -> HoursEntry:  # fmt: skip
    """Add prepaid minutes, a lot (domain §10.1), to be used by `expires_on` if that was agreed; nothing is taken away then.

    `cause` makes a repeated grant a no-op refused by the database; default: a new one.
    """
    if actor is not None:
        permissions.check(actor, "hours.grant", contract.organization_id)
    if minutes <= 0:
        raise Refused(_("Grant a positive number of minutes; a mistake is reversed, not subtracted."))
    if contract.plan == Contract.Plan.ON_DEMAND:
        raise Refused(_("An On Demand contract has no Reserved Hours: its time is posted to usage."))
    if expires_on is not None and expires_on < worked_on:
        raise Refused(_("The last day of these hours lies before the day they are granted: choose a later one."))
    account = _locked_account(contract)
    if cause_id is None:
        cause_id = HoursEntry.objects.filter(organization_id=account.organization_id, account=account).count() + 1
        cause_kind = f"{cause_kind}:{account.pk}"
    account.granted_minutes += minutes
    return _post(
        account, Kind.GRANT, minutes, actor=actor, worked_on=worked_on, now=now, cause_kind=cause_kind, cause_id=cause_id,
        memo=memo, expires_on=expires_on,
    )  # fmt: skip


@transaction.atomic
def consume(
    *,
    actor: User | None,
    contract: Contract,
    minutes: int,
    worked_on: date,
    cause_kind: str,
    cause_id: int,
    now: datetime,
) -> int:
    """Draw billable minutes; returns how many the balance covered. The rest awaits approval: it is the caller's to show.

    Never below zero. On Demand contracts post all to usage. One cause draws once: repeating it is refused by the database.
    """
    if actor is not None:
        permissions.check(actor, "time.log", contract.organization_id)
    account = _locked_account(contract)
    if contract.plan == Contract.Plan.ON_DEMAND:
        kind, covered = Kind.USAGE, minutes
        account.usage_minutes += minutes
    else:
        kind, covered = Kind.CONSUME, rule.cover(minutes, account.balance_minutes).covered
        account.consumed_minutes += covered
    if covered:
        _post(
            account, kind, -covered, actor=actor, worked_on=worked_on, now=now, cause_kind=cause_kind, cause_id=cause_id
        )
    return covered


@transaction.atomic
def reverse(
    *, actor: User | None, contract: Contract, cause_kind: str, cause_id: int, now: datetime
) -> HoursEntry | None:
    """Give back what a cause drew, by a new line; None when it drew nothing. A second reversal is refused by the database."""
    if actor is not None:
        permissions.check(actor, "time.reverse", contract.organization_id)
    account = _locked_account(contract)
    drawn = HoursEntry.objects.filter(
        organization_id=account.organization_id, account=account, cause_kind=cause_kind, cause_id=cause_id,
        kind__in=[Kind.CONSUME, Kind.USAGE],
    ).first()  # fmt: skip
    if drawn is None:
        return None
    if drawn.kind == Kind.USAGE:
        account.usage_minutes += drawn.minutes
    else:
        account.consumed_minutes += drawn.minutes
    return _post(
        account, Kind.REVERSE, -drawn.minutes, actor=actor, worked_on=drawn.worked_on, now=now, cause_kind=cause_kind,
        cause_id=cause_id, reverses=drawn,
    )  # fmt: skip
