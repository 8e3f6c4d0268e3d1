"""The life of a contract (domain §1.5)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience, Event
from audit.services import record
from common.errors import Refused
from contracts import life_notices as notices
from contracts import readiness
from contracts.models import Contract, OnboardingWait
from contracts.selectors import day_of

logger = logging.getLogger(__name__)
Status = Contract.Status
GOING_ON = (Status.ACTIVE, Status.SUSPENDED)
ONE_AT_A_TIME = "contracts_contract_one_at_a_time"


def locked(contract: Contract, allowed: set[str]) -> Contract:
    """The contract until COMMIT; Refused in words when it is in no state for what is asked."""
    found = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if found.status not in allowed:
        raise Refused(
            _("This contract is %(status)s: that can't be done now.") % {"status": found.get_status_display()}
        )
    return found


def remember(actor: User | None, contract: Contract, verb: str, now: datetime, **data: object) -> Event:
    """An event of the contract that both sides read."""
    return record(
        organization_id=contract.organization_id, actor_id=actor.pk if actor else None, verb=verb, subject_kind="contract",
        subject_id=contract.pk, audience=Audience.CLIENT, at=now, **data,
    )  # fmt: skip


def check_dates(contract: Contract) -> None:
    """Refused when its dates are out of order, or another contract of the client's plan goes on meanwhile."""
    starts, ends, renews = contract.starts_on, contract.ends_on, contract.renews_on
    if ends is not None and ends < starts:
        raise Refused(_("A contract can't end before it starts."))
    if renews is not None and (renews < starts or (ends is not None and renews > ends)):
        raise Refused(_("A contract renews between its first and its last day."))
    if contract.status not in GOING_ON:
        return
    others = Contract.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts), organization_id=contract.organization_id, plan=contract.plan,
        status__in=GOING_ON,
    ).exclude(pk=contract.pk)  # fmt: skip
    other = (others.filter(starts_on__lte=ends) if ends else others).order_by("starts_on", "id").first()
    if other is not None:
        raise Refused(
            _("%(reference)s, of the same plan, runs on some of these days: end it first, or choose other dates.")
            % {"reference": other.reference}
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two who write at once: the second one's contract overlaps what nobody saw a moment before, and PostgreSQL says so."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if ONE_AT_A_TIME not in str(error):
            raise
        raise Refused(
            _("Another contract of this plan runs on some of these days: end that one first, or choose other dates.")
        ) from error


def _move(
    actor: User | None, contract: Contract, status: str, allowed: set[str], now: datetime, reason: str = ""
) -> Contract:
    if actor is not None:
        permissions.check(actor, "contract.edit", contract.organization_id)
    moved = locked(contract, allowed)
    if status == Status.ACTIVE and (missing := readiness.missing(moved)):
        raise Refused(_("The contract can't go live yet. Missing: %(what)s.") % {"what": ", ".join(missing)})
    moved.status = status
    if status == Status.ENDED:
        moved.ends_on = max(moved.starts_on, min(moved.ends_on or date.max, day_of(now)))
        moved.renews_on, moved.ended_reason = None, reason.strip()
    check_dates(moved)
    with one_at_a_time():
        moved.save(update_fields=["status", "ends_on", "renews_on", "ended_reason"])
    event = remember(actor, moved, f"contract.{status}", now)
    if status == Status.ENDED:
        notices.ended(contract=moved, event=event, now=now)
    return moved


@transaction.atomic
def activate(*, actor: User | None, contract: Contract, now: datetime) -> Contract:
    """Go live, or resume; refused with the list of what is missing, or when another contract of the plan runs."""
    return _move(actor, contract, Status.ACTIVE, {Status.DRAFT, Status.ONBOARDING, Status.SUSPENDED}, now)


@transaction.atomic
def suspend(*, actor: User | None, contract: Contract, now: datetime) -> Contract:
    """Tickets can be read and answered, none opened, no clock starts."""
    return _move(actor, contract, Status.SUSPENDED, {Status.ACTIVE}, now)


@transaction.atomic
def end(*, actor: User | None, contract: Contract, reason: str = "", now: datetime) -> Contract:
    """Read-only from now on, today its last day: time worked until then can still be logged. It renews no more.

    One whose onboarding falls through ends too, with a reason: nobody is waited for any longer. Refused without it.
    """
    found = locked(contract, {Status.ONBOARDING, *GOING_ON})
    if found.status == Status.ONBOARDING:
        if not reason.strip():
            raise Refused(_("Say why the onboarding ends here: both sides read it."))
        mine = {"organization_id": found.organization_id, "activity__plan__contract": found}
        OnboardingWait.objects.filter(**mine, ended_at__isnull=True).update(ended_at=now)
    return _move(actor, contract, Status.ENDED, {Status.ONBOARDING, *GOING_ON}, now, reason)


def end_due(*, now: datetime) -> int:
    """End the contracts whose last day has passed; returns how many. Safe to run twice, late, or twice at once (domain §1.5)."""
    due = Contract.objects.filter(status__in=GOING_ON, ends_on__lt=day_of(now), organization__is_historical=False)
    ended = 0
    for contract in due.select_related("organization").order_by("ends_on", "id"):
        try:
            end(actor=None, contract=contract, now=now)
        except Refused:  # another sweep was faster
            continue
        except Exception:  # it steps aside, and the next sweep finds it again
            logger.exception("the sweep can't end contract %s", contract.pk)
            continue
        ended += 1
    return ended
