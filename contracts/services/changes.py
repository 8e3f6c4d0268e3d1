"""Asking for a change, and declining one (domain §6). Nothing here binds anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Event
from audit.services import record
from common.errors import Refused
from contracts import notices
from contracts.amendment import Side
from contracts.models import ChangeRequest, Contract, Proposal

from .refusals import remembered


def ask(
    *, actor: User, contract: Contract, what: str, why: str, effects: dict[str, str] | None = None,
    ticket_reference: str = "", now: datetime,
) -> ChangeRequest:  # fmt: skip
    """Ask for a change of a contract; anyone on either side may. `effects` by the names of ChangeRequest.EFFECTS.

    Refused, and remembered as refused: no words for what or why, an ended contract. The other side's signatories are told.
    """
    permissions.check(actor, "change.ask", contract.organization_id)
    with remembered(actor, contract, "ask", now):
        return _ask(actor, contract, what, why, effects or {}, ticket_reference, now)


def _ask(
    actor: User, contract: Contract, what: str, why: str, effects: dict[str, str], ticket_reference: str, now: datetime
) -> ChangeRequest:
    refuse_ended(contract)
    change = ChangeRequest(
        organization_id=contract.organization_id, contract=contract, what=what.strip(), why=why.strip(), asked_by=actor,
        asked_at=now, ticket_reference=ticket_reference,
        **{name: text.strip() for name, text in effects.items() if name in ChangeRequest.EFFECTS},
    )  # fmt: skip
    try:
        change.full_clean()
    except ValidationError as error:
        raise Refused(_("Say in a line what should change, and why.")) from error
    change.save()
    event = remember(change, "change.asked", actor, now)
    told = Side.CLIENT if actor.is_valiantys else Side.HOUSE
    notices.tell(
        change=change, event=event, people=notices.signing(change, now, told), template="change_asked", now=now,
        by=str(actor), reason=change.why[:4000],
    )  # fmt: skip
    return change


@transaction.atomic
def decline(*, actor: User, change: ChangeRequest, reason: str, now: datetime) -> ChangeRequest:
    """Say no to a request, with a reason that whoever asked is told. A text that is open for signature is withdrawn instead."""
    permissions.check(actor, "change.draft", change.organization_id)
    change = locked(change)
    if change.status == ChangeRequest.Status.DECLINED:
        raise Refused(_("This change was declined already."))
    if alive(change) is not None:
        raise Refused(_("There is an amendment for this change: withdraw that first."))
    if not reason.strip():
        raise Refused(_("Say why: whoever asked reads it."))
    change.status, change.declined_reason = ChangeRequest.Status.DECLINED, reason.strip()
    change.save(update_fields=["status", "declined_reason"])
    event = remember(change, "change.declined", actor, now)
    notices.tell(
        change=change, event=event, people=[change.asked_by], template="change_declined", now=now, by=str(actor),
        reason=change.declined_reason[:4000],
    )  # fmt: skip
    return change


def locked(change: ChangeRequest) -> ChangeRequest:
    """The request, locked with its contract until COMMIT."""
    Contract.objects.select_for_update(no_key=True).get(pk=change.contract_id)
    rows = ChangeRequest.objects.select_related("contract", "organization", "asked_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=change.pk)


def alive(change: ChangeRequest) -> Proposal | None:
    """The one proposal of a change that is not over."""
    over = [Proposal.Status.REJECTED, Proposal.Status.WITHDRAWN, Proposal.Status.EXPIRED]
    return (
        Proposal.objects.filter(organization_id=change.organization_id, change=change).exclude(status__in=over).first()
    )


def refuse_ended(contract: Contract) -> None:
    """An ended contract is not changed any more."""
    if contract.status == Contract.Status.ENDED:
        raise Refused(
            _("This contract has ended and is not changed any more. A new contract takes new terms."), code="ended"
        )


def remember(change: ChangeRequest, verb: str, actor: User | None, now: datetime, **data: Any) -> Event:
    """An event on the contract's log, for both sides."""
    return record(
        organization_id=change.organization_id, actor_id=actor.pk if actor else None, verb=verb, subject_kind="contract",
        subject_id=change.contract_id, at=now, change_id=change.pk, **data,
    )  # fmt: skip
