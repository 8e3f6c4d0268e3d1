"""Whom a client's choice of "who sees what" concerns: each requester, and the open requests that each choice would show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Membership, Organization, User
from accounts.roles import ClientRole
from tickets.models import Ticket

OWN, TEAM, ALL = Organization.Visibility.OWN, Organization.Visibility.TEAM, Organization.Visibility.ALL


@dataclass(frozen=True)
class Line:
    """A requester, and how many open requests he or she would see."""

    membership: Membership
    own: int
    team: int
    all: int


@dataclass(frozen=True)
class Preview:
    """Requesters with what they would see, and the others, who see everything whatever is chosen."""

    lines: list[Line]
    deciding: list[Membership]
    teamless: list[Membership]


def preview(reader: User, organization: Organization) -> Preview:
    """Two queries, however many people and requests. What is confidential is its requester's in every case."""
    members = Membership.objects.visible_to(reader).filter(organization=organization, user__is_active=True)
    people = list(members.select_related("user", "team").order_by("user__name", "id"))
    counted = (
        Ticket.objects.visible_to(reader)
        .open()
        .filter(organization=organization)
        .order_by()
        .values("requester_id")
        .annotate(n=Count("pk"), free=Count("pk", filter=Q(confidential=False)))
    )
    own: dict[int, int] = defaultdict(int)
    free: dict[int, int] = defaultdict(int)
    for row in counted:
        own[row["requester_id"]], free[row["requester_id"]] = row["n"], row["free"]
    requesters = [one for one in people if one.role == ClientRole.REQUESTER]
    lines = []
    for one in requesters:
        secret = own[one.user_id] - free[one.user_id]
        mates = {m.user_id for m in people if m.team_id and m.team_id == one.team_id} | {one.user_id}
        together = sum(free[pk] for pk in mates)
        lines.append(Line(one, own[one.user_id], together + secret, sum(free.values()) + secret))
    return Preview(
        lines,
        [one for one in people if one.role != ClientRole.REQUESTER],
        [one for one in requesters if one.team_id is None],
    )
