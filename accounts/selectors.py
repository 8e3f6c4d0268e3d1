"""What the people pages ask."""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.http import Http404

from . import permissions
from .models import Assignment, Invitation, Membership, Organization, Team, User
from .roles import StaffRole

BY_ASSIGNMENT = (StaffRole.CONSULTANT, StaffRole.ACCOUNT_MANAGER)  # the others serve every client by role


def organizations_to_manage(person: User) -> list[Organization]:
    """The clients whose people this person may invite, by name."""
    rows = Organization.objects.visible_to(person).order_by("name", "id")
    return [organization for organization in rows if permissions.may(person, "people.invite", organization.pk)]


def organization_to_manage(person: User, key: str, action: str = "people.invite") -> Organization:
    """The client with this key; Http404 for outsiders, PermissionDenied for insiders without the right."""
    organization = Organization.objects.visible_to(person).filter(key=key).first()
    if organization is None:
        raise Http404
    permissions.check(person, action, organization.pk)
    return organization


def members(person: User, organization: Organization) -> QuerySet[Membership]:
    """A client's own people, with their roles and teams, by name."""
    rows = Membership.objects.visible_to(person).filter(organization=organization)
    return rows.select_related("user", "team").order_by("user__name", "id")


def member(person: User, organization: Organization, pk: int) -> Membership:
    """One of them; Http404 for anybody else's."""
    found: Membership | None = members(person, organization).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def teams(person: User, organization: Organization) -> QuerySet[Team]:
    """A client's teams by name, each with its `size`."""
    rows = Team.objects.visible_to(person).filter(organization=organization)
    return rows.annotate(size=Count("memberships")).order_by("name", "id")


def team(person: User, organization: Organization, pk: int) -> Team:
    """One of them; Http404 for anybody else's."""
    found: Team | None = teams(person, organization).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def open_invitations(person: User, organization: Organization, now: datetime) -> QuerySet[Invitation]:
    """Invitations nobody has taken up, newest first; `is_expired` says which no longer open."""
    rows = Invitation.objects.visible_to(person).filter(organization=organization, accepted_at__isnull=True)
    expired = ExpressionWrapper(Q(expires_at__lte=now), output_field=BooleanField())
    return rows.annotate(is_expired=expired).select_related("invited_by").order_by("-created_at", "-id")


def assignments(person: User, organization: Organization) -> QuerySet[Assignment]:
    """Who serves a client, consultants first, by name."""
    rows = Assignment.objects.visible_to(person).filter(organization=organization)
    return rows.select_related("user").order_by("-user__staff_role", "user__name", "id")


def assignment(person: User, organization: Organization, pk: int) -> Assignment:
    """One of them; Http404 for another client's."""
    found: Assignment | None = assignments(person, organization).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def free_to_serve(organization: Organization) -> QuerySet[User]:
    """People of Valiantys who could be assigned to a client, and aren't."""
    people = User.objects.filter(staff_role__in=BY_ASSIGNMENT, is_active=True, is_automatic=False)
    return people.exclude(assignments__organization=organization).order_by("name", "id")
