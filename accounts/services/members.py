"""A client's own people: what each may do, what requesters see, and the end of a membership."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import departures, permissions
from accounts.models import Invitation, Membership, Organization, Team, User
from accounts.roles import ClientRole
from audit.services import record
from common.errors import Refused
from notifications.services import withdraw


@transaction.atomic
def join(*, actor: User, organization: Organization, person: User, role: str, now: datetime) -> Membership:
    """Make a person a member of a client, without an invitation: an administrator's act."""
    permissions.check(actor, "people.manage", organization.pk)
    check_role(role)
    if person.is_valiantys:
        raise Refused(_("People of Valiantys are assigned to a client; they don't belong to it."))
    if Membership.objects.filter(organization=organization, user=person).exists():
        raise Refused(_("This person already belongs to %(client)s.") % {"client": organization})
    membership = Membership.objects.create(organization=organization, user=person, role=role)
    remember(actor, organization, person, "person.joined", now, role=role)
    return membership


@transaction.atomic
def set_role(*, actor: User, membership: Membership, role: str, now: datetime) -> Membership:
    """Change what a person may do for a client. Nobody changes his or her own, and one administrator always stays."""
    permissions.check(actor, "member.manage", membership.organization_id)
    check_role(role)
    organization, mine = _locked(membership)
    if mine.role == role:
        return mine
    if mine.user_id == actor.pk:
        raise Refused(_("You can’t change your own role: ask another administrator of %(client)s.") % _of(organization))
    if role != ClientRole.CLIENT_ADMIN:
        _keep_an_administrator(organization, mine)
    before, mine.role = mine.role, role
    mine.save(update_fields=["role"])
    remember(actor, organization, mine.user, "person.role_changed", now, before=before, role=role)
    return mine


@transaction.atomic
def set_team(*, actor: User, membership: Membership, team: Team | None, now: datetime) -> Membership:
    """Put a person into a team of the same client, or into none."""
    permissions.check(actor, "member.manage", membership.organization_id)
    if team is not None and team.organization_id != membership.organization_id:
        raise Http404
    organization, mine = _locked(membership)
    if mine.team_id == (team and team.pk):
        return mine
    before, mine.team = mine.team_id, team
    mine.save(update_fields=["team"])
    remember(actor, organization, mine.user, "person.team_changed", now, before=before, team=team and team.pk)
    return mine


@transaction.atomic
def edit_member(*, actor: User, membership: Membership, role: str, team: Team | None, now: datetime) -> Membership:
    """Role and team together: both or neither."""
    set_team(actor=actor, membership=membership, team=team, now=now)
    return set_role(actor=actor, membership=membership, role=role, now=now)


@transaction.atomic
def set_visibility(*, actor: User, organization: Organization, sees: str, now: datetime) -> Organization:
    """Which requests a client's requesters see from now on: their own, their team's, or all."""
    permissions.check(actor, "member.manage", organization.pk)
    if sees not in Organization.Visibility.values:
        raise Refused(_("Choose what requesters see: their own requests, their team’s, or all."))
    locked = lock(organization.pk)
    if locked.requesters_see == sees:
        return locked
    before, locked.requesters_see = locked.requesters_see, sees
    locked.save(update_fields=["requesters_see"])
    record(
        organization_id=locked.pk, verb="organization.visibility_changed", subject_kind="organization",
        subject_id=locked.pk, actor_id=actor.pk, at=now, before=before, after=sees,
    )  # fmt: skip
    return locked


@transaction.atomic
def leave(*, actor: User, membership: Membership, now: datetime) -> None:
    """End a membership: the person keeps the account and loses this client.

    With it end the API tokens for this client, the invitations that the person sent or was sent, mails not yet gone,
    and, for whoever belongs to no client any more, the sessions.
    """
    permissions.check(actor, "member.manage", membership.organization_id)
    organization, mine = _locked(membership)
    person = mine.user
    if person.pk == actor.pk:
        raise Refused(_("You can’t remove yourself: ask another administrator of %(client)s.") % _of(organization))
    _keep_an_administrator(organization, mine)
    invitations = Invitation.objects.filter(organization=organization)
    for pk in (
        invitations.filter(Q(invited_by=person) | Q(email__iexact=person.email), accepted_at__isnull=True)
        .order_by("id")
        .values_list("pk", flat=True)
    ):
        invitations.filter(pk=pk).delete()
        record(
            organization_id=organization.pk, verb="person.uninvited", subject_kind="organization",
            subject_id=organization.pk, actor_id=actor.pk, at=now, invitation=pk,
        )  # fmt: skip
    invitations.filter(membership=mine).update(membership=None)
    role, _deleted = mine.role, mine.delete()
    remember(actor, organization, person, "person.left", now, role=role)
    departures.follow(actor=actor, organization=organization, person=person, now=now)
    withdraw(organization_id=organization.pk, recipient_id=person.pk)
    if not User.objects.get(pk=person.pk).roles:  # of any other client, though the actor may not see which
        for session in UserSession.objects.filter(user=person):
            session.end()


def lock(organization_id: int) -> Organization:
    """The client's row until COMMIT: whoever changes its people waits here. Rows that refer to it can still be written."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def check_role(role: str) -> None:
    """One of a client's roles, or Refused."""
    if role not in ClientRole.values:
        raise Refused(_("Choose one of the roles."))


def remember(actor: User, organization: Organization, person: User, verb: str, now: datetime, **data: Any) -> None:
    """An event about a person at a client."""
    record(
        organization_id=organization.pk, verb=verb, subject_kind="person", subject_id=person.pk,
        actor_id=actor.pk, at=now, **data,
    )  # fmt: skip


def _locked(membership: Membership) -> tuple[Organization, Membership]:
    """The client, then the membership as it is now; Http404 once it has ended."""
    organization = lock(membership.organization_id)
    found = Membership.objects.select_related("user").filter(organization=organization, pk=membership.pk).first()
    if found is None:
        raise Http404
    return organization, found


def _keep_an_administrator(organization: Organization, leaving: Membership) -> None:
    """Refused when this is the last administrator of the client who can still sign in."""
    if leaving.role != ClientRole.CLIENT_ADMIN:
        return
    others = Membership.objects.filter(
        organization=organization, role=ClientRole.CLIENT_ADMIN, user__is_active=True
    ).exclude(pk=leaving.pk)
    if not others.exists():
        raise Refused(
            _("%(person)s is the last administrator of %(client)s: make someone else an administrator first.")
            % {"person": leaving.user, "client": organization}
        )


def _of(organization: Organization) -> dict[str, Organization]:
    return {"client": organization}
