"""The ladder of a contract: who is told at each level, and how long they have (domain §9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organization, User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from contracts.models import Contract
from escalation.models import Escalation, Ladder, LadderLevel, LadderPerson


@transaction.atomic
def save_ladder(*, actor: User, ladder: Ladder, now: datetime) -> Ladder:
    """Give a contract its ladder."""
    permissions.check(actor, "contract.edit", ladder.organization_id)
    ladder.save()
    _remember(actor, ladder, now, fields=["ladder"])
    return ladder


@transaction.atomic
def save_level(
    *, actor: User, level: LadderLevel, people: Iterable[User] | None, fields: list[str], now: datetime
) -> LadderLevel:
    """Save a level, and who is named on it (None leaves them). Escalations that climb from now on follow it."""
    permissions.check(actor, "contract.edit", level.organization_id)
    level.save()
    if people is not None:
        wanted = {person.pk: person for person in people}
        if any(not person.is_valiantys and person.role_in(level.organization_id) is None for person in wanted.values()):
            raise Refused(_("A level names people of Valiantys or of this client."))
        members = LadderPerson.objects.filter(organization_id=level.organization_id, level=level)
        members.exclude(user_id__in=wanted).delete()
        missing = set(wanted) - set(members.values_list("user_id", flat=True))
        LadderPerson.objects.bulk_create(
            LadderPerson(organization_id=level.organization_id, level=level, user_id=pk) for pk in sorted(missing)
        )
    _remember(actor, level.ladder, now, level=level.position, fields=sorted(fields))
    return level


@transaction.atomic
def remove_level(*, actor: User, level: LadderLevel, now: datetime) -> None:
    """Take a level out; the ones above keep their positions."""
    permissions.check(actor, "contract.edit", level.organization_id)
    _remember(actor, level.ladder, now, level=level.position, fields=["removed"])
    level.delete()


@transaction.atomic
def step_down(*, actor: User, organization: Organization, person: User, now: datetime) -> None:
    """Take somebody who departs off every level of the client's ladders; escalations pass a level that is empty then."""
    named = LadderPerson.objects.filter(organization=organization, user=person).select_related("level__ladder")
    for one in named.order_by("id"):
        record(
            organization_id=organization.pk, actor_id=actor.pk, verb="ladder.left", subject_kind="contract",
            subject_id=one.level.ladder.contract_id, at=now, level=one.level.position, person=person.pk,
        )  # fmt: skip
        one.delete()


@transaction.atomic
def withdraw_ladder(*, actor: User, ladder: Ladder, now: datetime) -> None:
    """Take a ladder and its levels away. A live contract keeps its ladder, and so does one whose ladder was climbed."""
    permissions.check(actor, "contract.edit", ladder.organization_id)
    if ladder.contract.status in {Contract.Status.ACTIVE, Contract.Status.SUSPENDED}:
        raise Refused(_("This contract has gone live: it can't be without a ladder. Edit its levels instead."))
    if Escalation.objects.filter(organization_id=ladder.organization_id, ladder=ladder).exists():
        raise Refused(_("Escalations have climbed this ladder: it stays, so that they can be read."))
    _remember(actor, ladder, now, change="removed", fields=["ladder"])
    ladder.delete()


def _remember(actor: User, ladder: Ladder, now: datetime, **data: object) -> None:
    record(
        organization_id=ladder.organization_id, actor_id=actor.pk, verb="contract.edited", subject_kind="contract",
        subject_id=ladder.contract_id, audience=Audience.INTERNAL, at=now, part="ladder", part_id=ladder.pk, **data,
    )  # fmt: skip
