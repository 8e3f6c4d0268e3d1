"""Clients, who belongs to them and who serves them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Assignment, Invitation, Membership, Organization, User
from accounts.roles import ClientRole
from audit.services import record
from common.errors import Refused


@transaction.atomic
def edit_organization(*, actor: User, organization: Organization, changed: list[str], now: datetime) -> Organization:
    """Save a client's own fields, a new client included. The event names the fields, never their values."""
    permissions.check_staff(actor, "people.manage")
    verb = "organization.created" if organization.pk is None else "organization.edited"
    organization.save()
    record(
        organization_id=organization.pk, verb=verb, subject_kind="organization", subject_id=organization.pk,
        actor_id=actor.pk, at=now, fields=sorted(changed),
    )  # fmt: skip
    return organization


@transaction.atomic
def join(*, actor: User, organization: Organization, person: User, role: str, now: datetime) -> Membership:
    """Make a person a member of a client, without an invitation: an administrator's act."""
    permissions.check(actor, "people.manage", organization.pk)
    _check_role(role)
    if person.is_valiantys:
        raise Refused(_("People of Valiantys are assigned to a client; they don't belong to it."))
    if Membership.objects.filter(organization=organization, user=person).exists():
        raise Refused(_("This person already belongs to %(client)s.") % {"client": organization})
    membership = Membership.objects.create(organization=organization, user=person, role=role)
    _remember(actor, organization, person, "person.joined", now, role=role)
    return membership


@transaction.atomic
def set_role(*, actor: User, membership: Membership, role: str, now: datetime) -> Membership:
    """Change what a person may do for a client."""
    permissions.check(actor, "people.manage", membership.organization_id)
    _check_role(role)
    membership.role = role
    membership.save(update_fields=["role"])
    _remember(actor, membership.organization, membership.user, "person.role_changed", now, role=role)
    return membership


@transaction.atomic
def leave(*, actor: User, membership: Membership, now: datetime) -> None:
    """End a membership: the person keeps the account and loses this client."""
    permissions.check(actor, "people.manage", membership.organization_id)
    Invitation.objects.filter(organization_id=membership.organization_id, membership=membership).update(membership=None)
    organization, person = membership.organization, membership.user
    membership.delete()
    _remember(actor, organization, person, "person.left", now)


@transaction.atomic
def assign(*, actor: User, organization: Organization, person: User, now: datetime) -> Assignment:
    """Let a consultant or account manager serve a client."""
    permissions.check(actor, "people.manage", organization.pk)
    if not person.is_valiantys:
        raise Refused(_("Only people of Valiantys can be assigned to a client."))
    if Assignment.objects.filter(organization=organization, user=person).exists():
        raise Refused(_("%(person)s already serves %(client)s.") % {"person": person, "client": organization})
    assignment = Assignment.objects.create(organization=organization, user=person)
    _remember(actor, organization, person, "person.assigned", now)
    return assignment


@transaction.atomic
def unassign(*, actor: User, assignment: Assignment, now: datetime) -> None:
    """End an assignment; tickets that the person holds stay with him or her until reassigned."""
    permissions.check(actor, "people.manage", assignment.organization_id)
    organization, person = assignment.organization, assignment.user
    assignment.delete()
    _remember(actor, organization, person, "person.unassigned", now)


def _check_role(role: str) -> None:
    if role not in ClientRole.values:
        raise Refused(_("Choose one of the roles."))


def _remember(actor: User, organization: Organization, person: User, verb: str, now: datetime, **data: str) -> None:
    record(
        organization_id=organization.pk, verb=verb, subject_kind="person", subject_id=person.pk,
        actor_id=actor.pk, at=now, **data,
    )  # fmt: skip
