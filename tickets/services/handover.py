"""What happens to a client's tickets when the person who has them serves the client no longer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts import services as accounts
from accounts.models import Assignment, Organization, User
from audit.services import record
from common.errors import Refused
from contracts.selectors import is_read_only
from tickets.models import Ticket

from .handling import assign


@transaction.atomic
def hand_over(*, actor: User, assignment: Assignment, successor: User | None, now: datetime) -> int:
    """End an assignment and give its open tickets to somebody who serves the client; how many went there.

    Without a successor, and where the contract has ended, they are nobody's: the team finds them among the unassigned.
    """
    permissions.check(actor, "assignment.manage", assignment.organization_id)
    if successor is not None and successor.pk == assignment.user_id:
        raise Refused(_("%(who)s is leaving this client: choose somebody else.") % {"who": successor})
    given = 0
    if successor is not None:
        held = Ticket.objects.open().filter(organization_id=assignment.organization_id, assignee_id=assignment.user_id)
        for ticket in held.select_related("contract").order_by("id"):
            if not is_read_only(ticket.contract):
                assign(actor=actor, ticket_id=ticket.pk, assignee=successor, now=now)
                given += 1
    accounts.unassign(actor=actor, assignment=assignment, now=now)
    return given


@transaction.atomic
def hand_back(*, actor: User, organization: Organization, person: User, now: datetime) -> int:
    """Take a client's open tickets from somebody who serves it no longer, so that the team sees them; how many there were."""
    held = Ticket.objects.open().filter(organization=organization, assignee=person)
    pks = list(held.select_for_update(of=("self",), no_key=True).order_by("id").values_list("pk", flat=True))
    Ticket.objects.filter(organization=organization, pk__in=pks).update(assignee=None)
    for pk in pks:
        record(
            organization_id=organization.pk, actor_id=actor.pk, verb="ticket.assigned", subject_kind="ticket",
            subject_id=pk, at=now, before=person.pk, after=None,
        )  # fmt: skip
    return len(pks)
