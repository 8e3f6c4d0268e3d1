"""The life of a contract (domain §1.5)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from contracts import readiness
from contracts.models import Contract
from contracts.selectors import day_of

Status = Contract.Status


def _move(actor: User | None, contract: Contract, status: str, allowed: set[str], now: datetime) -> Contract:
    if actor is not None:
        permissions.check(actor, "contract.edit", contract.organization_id)
    locked = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if locked.status not in allowed:
        raise Refused(
            _("This contract is %(status)s: that can't be done now.") % {"status": locked.get_status_display()}
        )
    if status == Status.ACTIVE and (missing := readiness.missing(locked)):
        raise Refused(_("The contract can't go live yet. Missing: %(what)s.") % {"what": ", ".join(missing)})
    locked.status = status
    if status == Status.ENDED:
        locked.ends_on = max(locked.starts_on, min(locked.ends_on or date.max, day_of(now)))
    locked.save(update_fields=["status", "ends_on"])
    record(
        organization_id=locked.organization_id, actor_id=actor.pk if actor else None, verb=f"contract.{status}",
        subject_kind="contract", subject_id=locked.pk, audience=Audience.CLIENT, at=now,
    )  # fmt: skip
    return locked


@transaction.atomic
def activate(*, actor: User | None, contract: Contract, now: datetime) -> Contract:
    """Go live, or resume; refused with the list of what is missing."""
    return _move(actor, contract, Status.ACTIVE, {Status.DRAFT, Status.ONBOARDING, Status.SUSPENDED}, now)


@transaction.atomic
def suspend(*, actor: User | None, contract: Contract, now: datetime) -> Contract:
    """Tickets can be read and answered, none opened, no clock starts."""
    return _move(actor, contract, Status.SUSPENDED, {Status.ACTIVE}, now)


@transaction.atomic
def end(*, actor: User | None, contract: Contract, now: datetime) -> Contract:
    """Read-only from now on, today its last day: time worked until then can still be logged."""
    return _move(actor, contract, Status.ENDED, {Status.ACTIVE, Status.SUSPENDED}, now)
