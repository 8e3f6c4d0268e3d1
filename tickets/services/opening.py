"""Opening a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organization, User
from audit.services import record
from common import secrets
from common.errors import Refused
from contracts.models import Contract, Exclusion
from contracts.scope import Verdict
from contracts.selectors import day_of, promises
from slo.objectives import FIRST_RESPONSE, RESOLUTION
from tickets import notices
from tickets.doubt import doubt, exclusions
from tickets.models import Message, RequestType, ScopeDecision, Ticket
from tickets.priority import Priority
from tickets.priority import priority as priority_of
from tickets.scoping import Scope

from . import clocks, numbering
from .attaching import Files, attach

SUBJECT_LENGTH = 200
AT_SUBMISSION = (FIRST_RESPONSE, RESOLUTION)
# Shared among those who submit, who would otherwise wait for each other's COMMIT; whoever suspends waits for all of them.
LIVE = "SELECT * FROM contracts_contract WHERE organization_id = %s AND id = %s FOR SHARE"


@transaction.atomic
def open_ticket(
    *,
    actor: User,
    organization: Organization,
    contract: Contract,
    subject: str,
    body: str,
    impact: str,
    urgency: str,
    now: datetime,
    request_type: RequestType | None = None,
    channel: str = Ticket.Channel.PORTAL,
    confidential: bool = False,
    external_ref: str = "",
    requester: User | None = None,
    priority: str | None = None,
    follows: Ticket | None = None,
    files: Files = (),
) -> Ticket:
    """Open a ticket under a live contract: its first message, its clocks, the event and the mails, or nothing at all.

    Priority is the table's unless given. Refused: a contract of another client, not live today, or without a calendar;
    no subject or text; a secret in the text (domain §7); a requester from elsewhere.
    """
    permissions.check(actor, "ticket.open", organization.pk)
    contract = _live(organization, contract, now)
    _check(organization, requester, subject, body)
    chosen = Priority(priority) if priority else priority_of(impact, urgency)
    promised = promises(contract, priority=chosen, channel=channel, at=now)
    started = [
        clocks.start(
            objective, one, contract=contract, organization_id=organization.pk, priority=chosen.value,
            historical=organization.is_historical, at=now, actor_id=actor.pk,
        )
        for objective, one in promised.items()
        if objective in AT_SUBMISSION
    ]  # fmt: skip
    clock, *_others = started
    people = [] if organization.is_historical else notices.team(organization.pk)
    known = {} if organization.is_historical else exclusions()
    looks = doubt(subject, body, request_type, known)
    ticket = Ticket(
        organization=organization, contract=contract, request_type=request_type, requester=requester or actor,
        subject=subject.strip(), impact=impact, urgency=urgency, priority=chosen, channel=channel, confidential=confidential,
        opened_at=now, active_at=now, due_at=clocks.soonest(started), external_ref=external_ref, follows=follows,
        scope=Scope.LOOKS_EXCLUDED if looks.doubts else Scope.UNDECIDED,
    )  # fmt: skip
    # Words that are logged for a client are the client's; a reply is its writer's.
    author = actor if follows else ticket.requester
    message = Message(organization=organization, author=author, channel=channel, body=body, at=now)
    try:
        numbering.write(ticket, [one for one in started if one], message)
    except IntegrityError as error:
        if "tickets_ticket_external" not in str(error):
            raise
        told = _("There is already a request with the reference “%(reference)s”.")
        raise Refused(told % {"reference": external_ref}) from error
    names = attach(message, files, now)
    event = record(
        organization_id=organization.pk, actor_id=actor.pk, verb="ticket.opened", subject_kind="ticket",
        subject_id=ticket.pk, at=now, priority=chosen.value, channel=channel, covered=promised[FIRST_RESPONSE].covered,
        clock_id=clock.pk if clock else None,
    )  # fmt: skip
    if looks.doubts:
        _doubt(ticket, known[looks.key], looks, now)
    due = clock.due_at.isoformat() if clock and clock.due_at else ""
    notices.opened(ticket=ticket, event=event, people=people, now=now, due_at=due, priority=chosen.value, files=names)
    return ticket


def _doubt(ticket: Ticket, exclusion: Exclusion, looks: Verdict, now: datetime) -> None:
    """Remember what made it look out of scope: the catalogue's words, for the consultant who decides."""
    matched = [one.phrase for one in looks.reasons]
    mine: dict[str, Any] = {"organization_id": ticket.organization_id, "at": now}
    decision = ScopeDecision.objects.create(
        **mine, ticket=ticket, scope=Scope.LOOKS_EXCLUDED, exclusion=exclusion, matched=matched
    )
    record(
        **mine, verb="ticket.scope_doubted", subject_kind="ticket", subject_id=ticket.pk, exclusion_id=exclusion.pk,
        decision_id=decision.pk,
    )  # fmt: skip


def _live(organization: Organization, contract: Contract, now: datetime) -> Contract:
    """The contract as it stands, kept so until COMMIT: a suspension comes before a ticket or after it, never between."""
    if contract.organization_id != organization.pk:
        raise Refused(_("That contract belongs to another client."))
    today = day_of(now)
    contract = Contract.objects.raw(LIVE, [organization.pk, contract.pk])[0]
    if contract.status == Contract.Status.ENDED or (contract.ends_on and contract.ends_on < today):
        raise Refused(_("This contract has ended, so no request can be opened under it. Ask your account manager."))
    if contract.status != Contract.Status.ACTIVE or contract.starts_on > today:
        raise Refused(_("This contract is not active, so no request can be opened under it. Ask your account manager."))
    return contract


def _check(organization: Organization, requester: User | None, subject: str, body: str) -> None:
    if requester is not None and requester.role_in(organization.pk) is None:
        raise Refused(_("%(who)s doesn't belong to this client.") % {"who": requester})
    if not subject.strip() or not body.strip():
        raise Refused(_("Write a subject and say what you need."))
    if len(subject.strip()) > SUBJECT_LENGTH:
        raise Refused(_("Keep the subject under %(count)s characters.") % {"count": SUBJECT_LENGTH})
    if found := secrets.recognise(f"{subject}\n{body}"):
        raise Refused(secrets.warning(found))
