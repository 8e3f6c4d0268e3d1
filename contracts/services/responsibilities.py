"""The register of what a client provides (domain §7): staff write its lines, the client says how far they are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Organization, User
from audit.services import record
from common import secrets
from common.errors import Refused
from contracts.models import Responsibility

TITLE_LENGTH, NAME_LENGTH, TEXT_LENGTH = 200, 150, 20_000
FIELDS = ("head", "title", "description", "owner", "owner_name", "due_on", "state", "evidence")


@transaction.atomic
def add_responsibility(
    *, actor: User, organization: Organization, head: str, title: str, now: datetime, description: str = "",
    owner: User | None = None, owner_name: str = "", due_on: date | None = None, state: str = Responsibility.State.OPEN,
    evidence: str = "",
) -> Responsibility:  # fmt: skip
    """Write a line of a client's register. A day that has passed is taken, and the line is overdue at once.

    Refused: no title, an unknown head or state, an owner from elsewhere, two owners, a secret in a text.
    """
    permissions.check(actor, "responsibility.edit", organization.pk)
    item = Responsibility(organization=organization, created_at=now, changed_at=now)
    _set(
        item, head=head, title=title, description=description, owner=owner, owner_name=owner_name, due_on=due_on,
        state=state, evidence=evidence,
    )  # fmt: skip
    item.save()
    _remember(actor, item, "responsibility.added", now, state=item.state)
    return item


@transaction.atomic
def edit_responsibility(*, actor: User, responsibility_id: int, now: datetime, **fields: Any) -> Responsibility:
    """Change any field of a line; those that aren't named stay. Nothing is written when nothing is different."""
    item = locked(actor, responsibility_id)
    permissions.check(actor, "responsibility.edit", item.organization_id)
    return _change(actor, item, fields, now)


@transaction.atomic
def settle_responsibility(
    *, actor: User, responsibility_id: int, state: str, evidence: str, now: datetime
) -> Responsibility:
    """Say how far it is and what shows it: what the client's deciders do themselves."""
    item = locked(actor, responsibility_id)
    permissions.check(actor, "responsibility.settle", item.organization_id)
    return _change(actor, item, {"state": state, "evidence": evidence}, now)


def locked(actor: User, responsibility_id: int) -> Responsibility:
    """The line, until COMMIT, if this person sees it; else Http404. Rows that refer to it can still be written."""
    found = Responsibility.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    item = found.select_related("organization", "owner").filter(pk=responsibility_id).first()
    if item is None:
        raise Http404
    return item


def _change(actor: User, item: Responsibility, fields: dict[str, Any], now: datetime) -> Responsibility:
    before = {name: getattr(item, name) for name in FIELDS}
    _set(item, **fields)
    changed = [name for name in FIELDS if getattr(item, name) != before[name]]
    if not changed:
        return item
    item.changed_at = now
    item.save()
    others = [name for name in changed if name != "state"]
    if others:
        _remember(actor, item, "responsibility.edited", now, fields=others)
    if "state" in changed:
        _remember(actor, item, "responsibility.state_changed", now, before=str(before["state"]), after=item.state)
    return item


def _set(item: Responsibility, **fields: Any) -> None:
    """Take the fields over, or refuse them; nothing is written here."""
    for name, value in fields.items():
        setattr(item, name, value.strip() if isinstance(value, str) else value)
    if not item.title:
        raise Refused(_("Give it a title: what is to be provided?"))
    for text, most in ((item.title, TITLE_LENGTH), (item.owner_name, NAME_LENGTH)):
        if len(text) > most:
            raise Refused(_("Keep “%(start)s…” under %(count)d characters.") % {"start": text[:40], "count": most})
    if max(len(item.description), len(item.evidence)) > TEXT_LENGTH:
        raise Refused(_("Keep each text under %(count)d characters.") % {"count": TEXT_LENGTH})
    if item.head not in Responsibility.Head.values:
        raise Refused(_("Choose one of the seven heads of the register."))
    if item.state not in Responsibility.State.values:
        raise Refused(_("Choose one of the states: open, in progress, done, not applicable."))
    if item.owner is not None and item.owner_name:
        raise Refused(_("Name one owner: a person of the client, or somebody without an account."))
    if fields.get("owner") is not None and item.owner_id not in _people(item):
        raise Refused(_("%(who)s doesn't belong to this client.") % {"who": item.owner})
    if found := secrets.recognise("\n".join((item.title, item.description, item.owner_name, item.evidence))):
        raise Refused(secrets.warning(found))


def _people(item: Responsibility) -> set[int]:
    return set(item.organization.memberships.values_list("user_id", flat=True))


def _remember(actor: User, item: Responsibility, verb: str, now: datetime, **data: Any) -> None:
    record(
        organization_id=item.organization_id, actor_id=actor.pk, verb=verb, subject_kind="responsibility",
        subject_id=item.pk, at=now, **data,
    )  # fmt: skip
