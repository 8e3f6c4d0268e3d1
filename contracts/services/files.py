"""PDFs of drafts, kept and taken away again; once the edition is published, or the amendment signed, they are as fixed as its words."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common import files, pdf, sniffing
from common.errors import Refused
from contracts.models import AgreementDocument, DocumentFile, Proposal, StandardEdition, StandardFile

from . import documents, library, proposals

Upload: TypeAlias = "UploadedFile[Any]"


@transaction.atomic
def attach_file(
    *, actor: User, document: AgreementDocument, language: str, file: Upload, now: datetime
) -> DocumentFile:
    """Keep a PDF with a draft, instead of the one that it has in this language. Approvals given to an amendment are void.

    Refused: what is published, a file that is no whole and open PDF, or too large.
    """
    document = _changing(actor, document, now)
    _refuse_unfit(file)
    mine = {"organization_id": document.organization_id, "document": document, "language": language}
    _take_away(DocumentFile.objects.filter(**mine))
    stored = files.keep(str(document.organization_id), file)
    kept = DocumentFile.objects.create(
        **mine, name=stored.name, size=stored.size, sha256=stored.sha256, key=stored.key, at=now
    )
    _remember(actor, document, kept, "added", now)
    return kept


@transaction.atomic
def remove_file(*, actor: User, document: AgreementDocument, language: str, now: datetime) -> None:
    """Take the PDF in this language away from a draft. Approvals given to an amendment are void."""
    document = _changing(actor, document, now)
    mine = DocumentFile.objects.filter(
        organization_id=document.organization_id, document=document, language=language
    ).first()
    if mine is None:
        raise Refused(_("There is no PDF in this language: it was removed already."))
    _remember(actor, document, mine, "removed", now)
    _take_away(DocumentFile.objects.filter(organization_id=document.organization_id, pk=mine.pk))


def forget_files(document: AgreementDocument) -> None:
    """The files of a draft that is removed leave the store with it. Whoever calls has asked for permission."""
    _take_away(DocumentFile.objects.filter(organization_id=document.organization_id, document=document))


def copy_files(edition: StandardEdition, document: AgreementDocument, now: datetime) -> None:
    """The PDFs of a standard edition come with its incorporation: the same files, for both are fixed for ever."""
    DocumentFile.objects.bulk_create(
        DocumentFile(
            organization_id=document.organization_id, document=document, language=one.language, name=one.name,
            size=one.size, sha256=one.sha256, key=one.key, at=now,
        )
        for one in edition.files.all()
    )  # fmt: skip


@transaction.atomic
def attach_standard_file(
    *, actor: User, edition: StandardEdition, language: str, file: Upload, now: datetime
) -> StandardFile:
    """Keep a PDF with a draft of a standard edition, instead of the one that it has in this language."""
    permissions.check_staff(actor, "contract.edit")
    edition = library.locked(edition)
    _refuse_unfit(file)
    _take_away(StandardFile.objects.filter(edition=edition, language=language))
    stored = files.keep("standard", file)
    return StandardFile.objects.create(
        edition=edition, language=language, name=stored.name, size=stored.size, sha256=stored.sha256, key=stored.key,
        at=now,
    )  # fmt: skip


@transaction.atomic
def remove_standard_file(*, actor: User, edition: StandardEdition, language: str) -> None:
    """Take the PDF in this language away from a draft of a standard edition."""
    permissions.check_staff(actor, "contract.edit")
    _take_away(StandardFile.objects.filter(edition=library.locked(edition), language=language))


def _changing(actor: User, document: AgreementDocument, now: datetime) -> AgreementDocument:
    """The draft, locked, its approvals void; who drafts amendments may change an amendment's files too."""
    of_a_change = Proposal.objects.filter(organization_id=document.organization_id, document_id=document.pk).exists()
    permissions.check(actor, "change.draft" if of_a_change else "contract.edit", document.organization_id)
    proposals.text_changes(actor=actor, document=document, now=now)
    return documents.locked(document)


def _refuse_unfit(file: Upload) -> None:
    if found := files.problems([file]):
        raise Refused(" ".join(found))
    if found_in := pdf.problem(file, sniffing.tidy(file.name or "")):
        raise Refused(found_in)


def _take_away(rows: Any) -> None:
    """Delete the rows now, and what they name once that is committed."""
    keys = list(rows.values_list("key", flat=True))
    rows.delete()
    for key in keys:
        transaction.on_commit(partial(files.store().delete, key), robust=True)


def _remember(actor: User, document: AgreementDocument, kept: DocumentFile, change: str, now: datetime) -> None:
    record(
        organization_id=document.organization_id, actor_id=actor.pk, verb="contract.edited", subject_kind="contract",
        subject_id=document.contract_id, audience=Audience.INTERNAL, at=now, part="documentfile", part_id=kept.pk,
        document_id=document.pk, change=change, fields=[kept.language], sha256=kept.sha256,
    )  # fmt: skip
