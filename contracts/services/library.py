"""The house's standard documents: drafts are edited, editions published once (domain §1.3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts.models import StandardClause, StandardDocument, StandardEdition, StandardTerm

from .checks import publishable, validate

Part = StandardDocument | StandardEdition | StandardClause | StandardTerm


def edition_of(part: Part) -> StandardEdition | None:
    """The edition that a clause or a term belongs to; None for a document, and for a row of a form that is still empty."""
    if isinstance(part, StandardTerm):
        if part.clause_id is None:
            return None
        part = part.clause
    if isinstance(part, StandardClause):
        return part.edition if part.edition_id else None
    return part if isinstance(part, StandardEdition) else None


def is_open(part: Part) -> bool:
    """Whether it may still be edited: a document's titles, and what belongs to a draft edition."""
    edition = edition_of(part)
    if edition is None or edition.pk is None:
        return True
    status = StandardEdition.objects.filter(pk=edition.pk).values_list("status", flat=True).first()
    return status == StandardEdition.Status.DRAFT


@transaction.atomic
def edit(*, actor: User, part: Part) -> Part:
    """Save a standard document, an edition, a clause or a term, new or changed; Refused once its edition is published."""
    permissions.check_staff(actor, "contract.edit")
    _refuse_published(part)
    validate(part)
    part.save()
    return part


@transaction.atomic
def remove(*, actor: User, part: Part) -> None:
    """Take a clause or a term out of a draft edition."""
    permissions.check_staff(actor, "contract.edit")
    _refuse_published(part)
    part.delete()


@transaction.atomic
def publish(*, actor: User, edition: StandardEdition, now: datetime) -> StandardEdition:
    """Publish an edition, for ever. It binds nobody by itself: a contract incorporates it (domain §1.2)."""
    permissions.check_staff(actor, "contract.edit")
    edition = locked(edition)
    publishable(edition, list(edition.clauses.prefetch_related("terms")))
    edition.status = StandardEdition.Status.PUBLISHED
    edition.published_at, edition.published_by_id = now, actor.pk
    edition.save(update_fields=["status", "published_at", "published_by_id"])
    return edition


def locked(edition: StandardEdition) -> StandardEdition:
    """The draft until COMMIT; Refused when it is published already."""
    found = StandardEdition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    _refuse_published(found)
    return found


def _refuse_published(part: Part) -> None:
    if not is_open(part):
        raise Refused(
            _("“%(title)s” is published and never changes: write a new edition.") % {"title": edition_of(part)}
        )
