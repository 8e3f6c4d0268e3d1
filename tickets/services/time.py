"""Time worked on a ticket, and what it draws from the contract's Reserved Hours (domain §10)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Membership, User
from accounts.roles import ClientRole
from audit.services import record
from common.errors import Refused
from contracts import hours
from contracts import services as contracts
from contracts.selectors import contract_for_work, effective_terms
from tickets import notices
from tickets.models import WorkLog
from tickets.scoping import takes_time

from .conversation import locked

CAUSE = "work_log"
SUMMARY_LENGTH = 200


@transaction.atomic
def log_time(*, actor: User, ticket_id: int, minutes: int, summary: str, worked_on: date, now: datetime) -> WorkLog:
    """Log minutes worked on a day. They always save; what the hours can't cover awaits an approver, never lost. Only a ticket
    that was decided to be out of scope takes none (domain §4).

    Billable minutes are the actual ones rounded up to the contract's increment, once, and draw on the contract live on
    the day worked.
    """
    ticket = locked(actor, ticket_id, even_ended=True)
    permissions.check(actor, "time.log", ticket.organization_id)
    if not takes_time(ticket.scope):
        raise Refused(
            _(
                "This request is out of scope, so no time is drawn from Reserved Hours: decide first that it is in scope."
            )
        )
    if not 0 < minutes <= 24 * 60:
        raise Refused(_("Log between one minute and a day."))
    if worked_on > timezone.localtime(now).date():
        raise Refused(_("That day hasn't come yet."))
    if not summary.strip():
        raise Refused(_("Say what the time was for: the client reads it."))
    if len(summary.strip()) > SUMMARY_LENGTH:
        raise Refused(_("Say what the time was for in %(count)s characters.") % {"count": SUMMARY_LENGTH})
    contract = contract_for_work(ticket.contract, worked_on)
    increment = int(effective_terms(contract, worked_on)["hours.increment"].value)
    billable = hours.billable(minutes, increment)
    log = WorkLog.objects.create(
        organization_id=ticket.organization_id, ticket=ticket, contract=contract, author=actor, worked_on=worked_on, actual_minutes=minutes,
        billable_minutes=billable, covered_minutes=0, summary=summary.strip(), at=now,
    )  # fmt: skip
    log.covered_minutes = contracts.consume(
        actor=actor,
        contract=contract,
        minutes=billable,
        worked_on=worked_on,
        cause_kind=CAUSE,
        cause_id=log.pk,
        now=now,
    )
    if log.covered_minutes:
        log.save(update_fields=["covered_minutes"])
    ticket.active_at = now
    ticket.save(update_fields=["active_at"])
    event = record(
        organization_id=ticket.organization_id, actor_id=actor.pk, verb="time.logged", subject_kind="ticket",
        subject_id=ticket.pk, at=now, work_log_id=log.pk, contract_id=contract.pk, actual=minutes, billable=billable,
        covered=log.covered_minutes,
    )  # fmt: skip
    if log.awaiting_minutes:
        notices.tell(
            ticket=ticket, event=event, people=_approvers(ticket.organization_id), template="time_awaiting_approval",
            now=now, minutes=log.awaiting_minutes, summary=log.summary,
        )  # fmt: skip
    return log


def _approvers(organization_id: int) -> list[User]:
    members = Membership.objects.filter(organization_id=organization_id, role=ClientRole.APPROVER).select_related(
        "user"
    )
    return [member.user for member in members.order_by("id")]


@transaction.atomic
def reverse_time(*, actor: User, work_log_id: int, now: datetime) -> WorkLog:
    """Take an entry back: the ledger gets a reversing line, the entry stays to be seen as reversed."""
    log = WorkLog.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=work_log_id).first()
    if log is None:
        raise Http404
    permissions.check(actor, "time.reverse", log.organization_id)
    if log.reversed_at is not None:
        raise Refused(_("This entry is already reversed."))
    contracts.reverse(actor=actor, contract=log.contract, cause_kind=CAUSE, cause_id=log.pk, now=now)
    log.reversed_at = now
    log.save(update_fields=["reversed_at"])
    record(
        organization_id=log.organization_id, actor_id=actor.pk, verb="time.reversed", subject_kind="ticket",
        subject_id=log.ticket_id, at=now, work_log_id=log.pk,
    )  # fmt: skip
    return log
