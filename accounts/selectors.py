"""What the people pages ask."""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404

from . import permissions
from .models import Invitation, Membership, Organization, User


def organizations_to_manage(person: User) -> list[Organization]:
    """The clients whose people this person may invite, by name."""
    rows = Organization.objects.visible_to(person).order_by("name", "id")
    return [organization for organization in rows if permissions.may(person, "people.invite", organization.pk)]


def organization_to_manage(person: User, key: str) -> Organization:
    """The client with this key; Http404 for outsiders, PermissionDenied for insiders without the right."""
    organization = Organization.objects.visible_to(person).filter(key=key).first()
    if organization is None:
        raise Http404
    permissions.check(person, "people.invite", organization.pk)
    return organization


def members(person: User, organization: Organization) -> QuerySet[Membership]:
    """A client's own people, with their roles, by name."""
    rows = Membership.objects.visible_to(person).filter(organization=organization)
    return rows.select_related("user").order_by("user__name", "id")


def open_invitations(person: User, organization: Organization, now: datetime) -> QuerySet[Invitation]:
    """Invitations nobody has taken up, newest first; `is_expired` says which no longer open."""
    rows = Invitation.objects.visible_to(person).filter(organization=organization, accepted_at__isnull=True)
    expired = ExpressionWrapper(Q(expires_at__lte=now), output_field=BooleanField())
    return rows.annotate(is_expired=expired).select_related("invited_by").order_by("-created_at", "-id")
