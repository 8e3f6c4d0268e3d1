"""A client's teams: who works together, for clients whose requesters see their team's requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Membership, Organization, Team, User
from audit.services import record
from common.errors import Refused

from .members import lock, set_team


@transaction.atomic
def create_team(
    *, actor: User, organization: Organization, name: str, members: Iterable[Membership], now: datetime
) -> Team:
    """A new team with its people, who leave the team they were in."""
    permissions.check(actor, "member.manage", organization.pk)
    lock(organization.pk)
    team = Team.objects.create(organization=organization, name=_name(organization.pk, name))
    _remember(actor, team, "team.created", now)
    _fill(actor, team, members, now)
    return team


@transaction.atomic
def edit_team(*, actor: User, team: Team, name: str, members: Iterable[Membership], now: datetime) -> Team:
    """Name a team anew, and say who is in it: these and nobody else."""
    permissions.check(actor, "member.manage", team.organization_id)
    team = _locked(team)
    name = _name(team.organization_id, name, team.pk)
    if name != team.name:
        team.name = name
        team.save(update_fields=["name"])
        _remember(actor, team, "team.renamed", now)
    _fill(actor, team, members, now)
    return team


@transaction.atomic
def remove_team(*, actor: User, team: Team, now: datetime) -> None:
    """Dissolve a team: its people stay at the client, in no team."""
    permissions.check(actor, "member.manage", team.organization_id)
    team = _locked(team)
    _fill(actor, team, [], now)
    _remember(actor, team, "team.removed", now)
    team.delete()


def _fill(actor: User, team: Team, members: Iterable[Membership], now: datetime) -> None:
    wanted = {one.pk: one for one in members}
    if any(one.organization_id != team.organization_id for one in wanted.values()):
        raise Http404
    inside = Membership.objects.filter(organization_id=team.organization_id, team=team)
    for gone in inside.exclude(pk__in=wanted).select_related("organization", "user").order_by("id"):
        set_team(actor=actor, membership=gone, team=None, now=now)
    for pk in sorted(wanted):
        set_team(actor=actor, membership=wanted[pk], team=team, now=now)


def _locked(team: Team) -> Team:
    lock(team.organization_id)
    found = Team.objects.filter(organization_id=team.organization_id, pk=team.pk).first()
    if found is None:
        raise Http404
    return found


def _name(organization_id: int, name: str, pk: int | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Name the team, as “Finance” or “Lyon”."))
    others = Team.objects.filter(organization_id=organization_id, name__iexact=name)
    if (others.exclude(pk=pk) if pk else others).exists():
        raise Refused(_("There is a team called %(name)s already: choose another name.") % {"name": name})
    return name


def _remember(actor: User, team: Team, verb: str, now: datetime) -> None:
    record(
        organization_id=team.organization_id, verb=verb, subject_kind="team", subject_id=team.pk, actor_id=actor.pk,
        at=now,
    )  # fmt: skip
