"""Standard documents become part of a contract by a copy: text, terms and PDFs (domain §1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts.models import AgreementDocument, Contract, StandardEdition

from . import documents
from .files import copy_files


@transaction.atomic
def incorporate(
    *, actor: User | None, contract: Contract, edition: StandardEdition, effective_on: date,
    dispositions: Mapping[int, str] | None = None, now: datetime,
) -> AgreementDocument:  # fmt: skip
    """Make an edition of a standard document part of a contract: its text and terms are copied and bind at once (domain §1.2)."""
    if actor is not None:
        permissions.check(actor, "contract.edit", contract.organization_id)
    if edition.status != StandardEdition.Status.PUBLISHED:
        raise Refused(_("“%(title)s” is still a draft: publish it first.") % {"title": edition})
    standard, french = edition.document, edition.language == "fr"
    document = documents.write(
        actor=actor, contract=contract, kind=standard.kind, title=standard.title(edition.language), edition=edition.label,
        effective_on=effective_on, language=edition.language, series=standard.slug, now=now,
        clauses=[
            documents.Wording(
                one.number, one.text_fr if french else one.text_en, one.text_en if french else one.text_fr,
                {term.key: term.value for term in one.terms.all()},
            )
            for one in edition.clauses.prefetch_related("terms")
        ],
    )  # fmt: skip
    document.standard_edition = edition
    document.save(update_fields=["standard_edition"])
    copy_files(edition, document, now)
    return documents.publish(actor=actor, document=document, dispositions=dispositions, now=now)
