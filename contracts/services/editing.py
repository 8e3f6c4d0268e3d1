"""Editing a contract and what it is made of: an administrator's act, remembered by the names of the fields."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from contracts.models import AgreementDocument, Clause, ClauseTerm, Contract, Proposal

from . import files, proposals
from .contract import check_dates, one_at_a_time

Part = Contract | AgreementDocument | Clause | ClauseTerm


def contract_of(part: Part) -> Contract:
    """The contract that a document, a clause or a term belongs to."""
    if isinstance(part, ClauseTerm):
        part = part.clause
    if isinstance(part, Clause):
        part = part.document
    return part.contract if isinstance(part, AgreementDocument) else part


def document_of(part: Part) -> AgreementDocument | None:
    """The document that a clause or a term belongs to; None for a contract's own fields."""
    if isinstance(part, ClauseTerm):
        if part.clause_id is None:
            return None  # an empty row of a form
        part = part.clause
    if isinstance(part, Clause):
        return part.document if part.document_id else None
    return part if isinstance(part, AgreementDocument) else None


def is_open(part: Part) -> bool:
    """Whether it may still be edited: a contract's own fields, and what belongs to a draft."""
    document = document_of(part)
    if document is None or document.pk is None:
        return True
    status = AgreementDocument.objects.filter(pk=document.pk).values_list("status", flat=True).first()
    return status == AgreementDocument.Status.DRAFT


def _refuse_published(part: Part) -> None:
    if not is_open(part):
        raise Refused(
            _("“%(title)s” is published and never changes: amend it, or publish a new edition.")
            % {"title": document_of(part)}
        )


def _void_approvals(actor: User, part: Part, now: datetime) -> None:
    """Any edit of a text ends the approvals that it was given (domain §6)."""
    document = document_of(part)
    if document is not None and document.pk is not None:
        proposals.text_changes(actor=actor, document=document, now=now)


def _is_of_a_change(document: AgreementDocument) -> bool:
    mine = Proposal.objects.filter(organization_id=document.organization_id, document_id=document.pk)
    return document.pk is not None and mine.exists()


@transaction.atomic
def edit(*, actor: User, part: Part, fields: list[str], now: datetime) -> Part:
    """Save a contract, a document, a clause or a term, new or changed. Promises made from now on follow it.

    Refused: a term that the registry refuses, in the registry's words; dates of a contract that are out of order or taken.
    """
    permissions.check(actor, "contract.edit", part.organization_id)
    _void_approvals(actor, part, now)
    _refuse_published(part)
    if isinstance(part, AgreementDocument) and part.amends_id is None and _is_of_a_change(part):
        raise Refused(_("This draft belongs to a change of the contract: it stays an amendment."))
    try:
        part.clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    created = part.pk is None
    if isinstance(part, Contract):
        check_dates(part)
        with one_at_a_time():
            part.save()
    else:
        part.save()
    _remember(actor, part, now, change="added" if created else "changed", fields=sorted(fields))
    return part


@transaction.atomic
def remove(*, actor: User, part: Part, now: datetime) -> None:
    """Take a document, a clause or a term out of a contract."""
    permissions.check(actor, "contract.edit", part.organization_id)
    _void_approvals(actor, part, now)
    _refuse_published(part)
    if isinstance(part, AgreementDocument) and _is_of_a_change(part):
        raise Refused(
            _(
                "This draft belongs to a change of the contract: withdraw that amendment in the portal. Its text is kept."
            )
        )
    _remember(actor, part, now, change="removed", fields=[])
    if isinstance(part, AgreementDocument):
        files.forget_files(part)
    part.delete()


def _remember(actor: User, part: Part, now: datetime, *, change: str, fields: list[str]) -> None:
    record(
        organization_id=part.organization_id, actor_id=actor.pk, verb="contract.edited", subject_kind="contract",
        subject_id=contract_of(part).pk, audience=Audience.INTERNAL, at=now, part=part._meta.model_name or "",
        part_id=part.pk, change=change, fields=fields,
    )  # fmt: skip
