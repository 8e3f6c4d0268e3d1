"""Clients, and who serves them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import departures, permissions
from accounts.models import Assignment, Organization, User
from audit.services import record
from common.errors import Refused
from notifications.services import withdraw

from .members import lock, remember


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
def assign(*, actor: User, organization: Organization, person: User, now: datetime) -> Assignment:
    """Let a consultant or account manager serve a client. Leads and administrators serve all as they are."""
    permissions.check(actor, "assignment.manage", organization.pk)
    names = {"person": person, "client": organization}
    if not person.is_valiantys:
        raise Refused(_("Only people of Valiantys can be assigned to a client."))
    if not person.is_active:
        raise Refused(_("The account of %(person)s is closed: choose somebody else.") % names)
    if person.serves_all:
        raise Refused(_("%(person)s serves every client already, by role.") % names)
    lock(organization.pk)
    if Assignment.objects.filter(organization=organization, user=person).exists():
        raise Refused(_("%(person)s already serves %(client)s.") % names)
    assignment = Assignment.objects.create(organization=organization, user=person)
    remember(actor, organization, person, "person.assigned", now)
    return assignment


@transaction.atomic
def unassign(*, actor: User, assignment: Assignment, now: datetime) -> None:
    """End an assignment. Tickets that the person still holds go back to the team, and the client's ladder forgets the name."""
    permissions.check(actor, "assignment.manage", assignment.organization_id)
    organization = lock(assignment.organization_id)
    mine = Assignment.objects.select_related("user").filter(organization=organization, pk=assignment.pk).first()
    if mine is None:
        raise Http404
    person = mine.user
    mine.delete()
    remember(actor, organization, person, "person.unassigned", now)
    if not person.serves_all:
        departures.follow(actor=actor, organization=organization, person=person, now=now)
        withdraw(organization_id=organization.pk, recipient_id=person.pk)
