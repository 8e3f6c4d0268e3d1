"""Several tickets at once, through the services of the single one, in one transaction, and the way back.

What can't be done to a ticket leaves it as it was and is named with its reason; the others go through: thirty requests shall
not wait for the one that somebody closed meanwhile. An id that the actor doesn't see, or a role that may not, stops it all.
Nothing done in bulk is a first response. Closing is the client's word, or time's (tickets/workflow.py): what staff can do to
many is to resolve them, where a person has answered each before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from tickets.models import Ticket

from .handling import assign, prioritize
from .status import reopen, resolve

LIMIT = 100  # tickets in one action
FIELDS = {"assign": "assignee_id", "prioritize": "priority", "resolve": "status"}  # what an action changes


@dataclass(frozen=True)
class Change:
    """A ticket that was changed: what its field held before, and what it holds now."""

    ticket_id: int
    before: Any
    after: Any


@dataclass(frozen=True)
class Outcome:
    """What was done, and what was refused: each ticket with the reason."""

    changes: list[Change] = field(default_factory=list)
    refused: list[tuple[Ticket, str]] = field(default_factory=list)


@transaction.atomic
def assign_many(*, actor: User, ticket_ids: Sequence[int], assignee: User | None, now: datetime) -> Outcome:
    """Give tickets to someone, or to nobody; whoever doesn't serve a ticket's client doesn't get that one."""

    def give(ticket: Ticket) -> Ticket:
        permissions.check(actor, "ticket.assign", ticket.organization_id)
        if ticket.assignee_id == (assignee and assignee.pk):
            raise Refused(_("%(who)s has it already.") % {"who": assignee} if assignee else _("Nobody has it."))
        return assign(actor=actor, ticket_id=ticket.pk, assignee=assignee, now=now)

    return _each(actor, ticket_ids, "assign", give)


@transaction.atomic
def prioritize_many(*, actor: User, ticket_ids: Sequence[int], priority: str, reason: str, now: datetime) -> Outcome:
    """Correct priorities, with one reason that each client reads (domain §5.7)."""
    return _each(
        actor, ticket_ids, "prioritize",
        lambda ticket: prioritize(actor=actor, ticket_id=ticket.pk, priority=priority, reason=reason, now=now),
    )  # fmt: skip


@transaction.atomic
def resolve_many(*, actor: User, ticket_ids: Sequence[int], answer: str = "", now: datetime) -> Outcome:
    """Resolve what a person has answered before; `answer`, a last word to each client, answers nothing by itself."""
    return _each(
        actor, ticket_ids, "resolve",
        lambda ticket: resolve(actor=actor, ticket_id=ticket.pk, answer=answer, now=now, bulk=True),
    )  # fmt: skip


@transaction.atomic
def undo_many(*, actor: User, action: str, changes: Sequence[Change], now: datetime) -> Outcome:
    """Take a bulk action back, ticket by ticket, where nobody has changed the same since.

    It is a new act with its own events, and clients read why: a log isn't rewritten. A resolved ticket goes back to work.
    """
    by_ticket = {one.ticket_id: one for one in changes}
    people = User.objects.in_bulk([one.before for one in changes if action == "assign" and one.before])

    def back(ticket: Ticket) -> Ticket:
        change = by_ticket[ticket.pk]
        if getattr(ticket, FIELDS[action]) != change.after:
            raise Refused(_("Somebody has changed it since."))
        known: dict[str, Any] = {"actor": actor, "ticket_id": ticket.pk, "now": now}
        if action == "assign":
            return assign(**known, assignee=people.get(change.before))
        with translation.override(ticket.requester.language or settings.LANGUAGE_CODE):
            withdrawn = _("This correction is withdrawn: the priority is what it was before.")
            reopened = _("We called this resolved by mistake. The work goes on.")
        if action == "prioritize":
            return prioritize(**known, priority=change.before, reason=withdrawn)
        return reopen(**known, reason=reopened, bulk=True)

    return _each(actor, list(by_ticket), action, back)


def check_number(ticket_ids: Iterable[int]) -> list[int]:
    """The ids, each once; Refused when there is none, or more than one action may hold."""
    chosen = list(dict.fromkeys(ticket_ids))
    if not chosen:
        raise Refused(_("Choose at least one request."))
    if len(chosen) > LIMIT:
        raise Refused(
            ngettext(
                "One action holds %(limit)d request at most. Choose fewer.",
                "One action holds %(limit)d requests at most. Choose fewer.",
                LIMIT,
            )
            % {"limit": LIMIT}
        )
    return chosen


def _each(actor: User, ticket_ids: Sequence[int], action: str, act: Callable[[Ticket], Ticket]) -> Outcome:
    outcome = Outcome()
    for ticket in locked_in_order(actor, check_number(ticket_ids)):
        before = getattr(ticket, FIELDS[action])
        try:
            done = act(ticket)
        except Refused as refused:  # the service's own savepoint has taken back what it had begun
            outcome.refused.append((ticket, str(refused)))
        else:
            outcome.changes.append(Change(ticket.pk, before, getattr(done, FIELDS[action])))
    return outcome


def locked_in_order(actor: User, ticket_ids: list[int]) -> list[Ticket]:
    """All of them until COMMIT, always in one order, so that two who overlap wait for each other; else Http404."""
    visible = Ticket.objects.visible_to(actor).filter(pk__in=ticket_ids).order_by("pk")
    tickets = list(
        visible.select_for_update(of=("self",), no_key=True).select_related("organization", "contract", "requester")
    )
    if len(tickets) != len(ticket_ids):
        raise Http404
    return tickets
