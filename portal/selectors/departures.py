"""What would happen if somebody belonged to a client, or served it, no longer: shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Invitation, Organization, User
from escalation.models import LadderLevel
from tickets.models import Ticket

SHOWN = 20


@dataclass(frozen=True)
class Consequences:
    """The person's open requests (the newest of `count`), levels of ladders, and invitations that end along."""

    tickets: list[Ticket]
    count: int
    levels: Sequence[LadderLevel]
    invitations: list[Invitation]

    @property
    def more(self) -> int:
        """Open requests that are not listed."""
        return self.count - len(self.tickets)

    @property
    def emptied(self) -> list[LadderLevel]:
        """Levels where nobody would stand any more."""
        return [level for level in self.levels if not level.others and not level.includes_assignee]  # type: ignore[attr-defined]


def of_member(reader: User, organization: Organization, person: User) -> Consequences:
    """When a client's own person goes."""
    theirs = Q(invited_by=person) | Q(email__iexact=person.email)
    invitations = Invitation.objects.visible_to(reader).filter(
        theirs, organization=organization, accepted_at__isnull=True
    )
    return _consequences(reader, organization, person, Q(requester=person), list(invitations.order_by("id")))


def of_assignment(reader: User, organization: Organization, person: User) -> Consequences:
    """When somebody of Valiantys goes."""
    return _consequences(reader, organization, person, Q(assignee=person), [])


def _consequences(
    reader: User, organization: Organization, person: User, whose: Q, invitations: list[Invitation]
) -> Consequences:
    tickets = Ticket.objects.visible_to(reader).open().filter(whose, organization=organization)
    listed = list(tickets.select_related("organization").order_by("-id")[: SHOWN + 1])
    count = len(listed) if len(listed) <= SHOWN else tickets.count()
    levels = LadderLevel.objects.visible_to(reader).filter(organization=organization)
    on = list(levels.filter(members__user=person).values_list("pk", flat=True))
    others = Count("members", filter=Q(members__user__is_active=True) & ~Q(members__user=person))
    named = levels.filter(pk__in=on).select_related("ladder__contract").annotate(others=others)
    ordered = list(named.order_by("ladder__contract__reference", "position"))
    return Consequences(listed[:SHOWN], count, ordered, invitations)
