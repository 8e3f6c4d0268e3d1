"""What both sides are asked to sign, read from its rows: the exact text, who may sign it, and what it would do."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from accounts.models import User
from accounts.permissions import ACTIONS, allows
from accounts.roles import ClientRole, StaffRole
from contracts.agreement import agreement_of
from contracts.amendment import AmendmentText, ClauseText, FileText, Outcome, Side, outcomes, with_draft
from contracts.models import AgreementDocument, Clause, Contract, DocumentFile, Proposal
from contracts.precedence import Agreement, Conflict, Edition, Setting
from contracts.redline import Standing

NAMED = {Side.CLIENT: "change.client_signatories", Side.HOUSE: "change.house_signatories"}


def clauses_of(document: AgreementDocument) -> list[Clause]:
    """A document's clauses in their order, each with its terms."""
    mine = Clause.objects.filter(organization_id=document.organization_id, document=document)
    return list(mine.select_related("document").prefetch_related("terms"))


def files_of(document: AgreementDocument) -> list[DocumentFile]:
    """A document's PDFs, by language."""
    return list(DocumentFile.objects.filter(organization_id=document.organization_id, document=document))


def _amended(document: AgreementDocument) -> AgreementDocument:
    if document.amends is None:
        raise ValueError(f"{document} amends nothing, so it is no amendment")  # the database holds that it does
    return document.amends


def text_of(
    proposal: Proposal, clauses: list[Clause] | None = None, files: list[DocumentFile] | None = None
) -> AmendmentText:
    """The exact text of a proposal that was proposed at least once; of a draft, as it would be."""
    document = proposal.document
    amended = _amended(document)
    return AmendmentText(
        client=document.organization_id, contract=document.contract_id, amends=amended.pk, amends_title=amended.title,
        amends_edition=amended.edition, title=document.title, edition=document.edition, language=document.language,
        not_before=proposal.not_before or document.effective_on,
        clauses=tuple(
            ClauseText(one.number, one.text, one.translation, tuple((term.key, term.value) for term in one.terms.all()))
            for one in (clauses_of(document) if clauses is None else clauses)
        ),
        files=tuple(FileText(one.language, one.sha256) for one in (files_of(document) if files is None else files)),
    )  # fmt: skip


def signatories(contract: Contract, side: str, on: date, agreement: Agreement | None = None) -> list[User]:
    """Who may sign for a side today: those whom the contract's terms name and who are still there, by name.

    Where it names nobody: the client's approvers and administrators; our account managers who serve it and our administrators.
    `agreement` spares a question to whoever has read it already, here and below.
    """
    named = names_of_signatories(contract, side, on, agreement)
    people = User.objects.filter(is_active=True, is_automatic=False)
    mine = contract.organization_id
    if side == Side.CLIENT:
        roles = [role for role in ClientRole.values if named or role in ACTIONS["change.sign"]]
        found = people.filter(staff_role="", memberships__organization_id=mine, memberships__role__in=roles)
    else:
        roles = [role for role in StaffRole.values if named or role in ACTIONS["change.sign"]]
        serves = Q(assignments__organization_id=mine) | Q(staff_role__in=[StaffRole.LEAD, StaffRole.ADMINISTRATOR])
        found = people.filter(serves, staff_role__in=roles)
    if named:
        found = found.filter(email__in=named)
    return list(found.distinct().order_by("name", "pk"))


def is_signatory(person: User, contract: Contract, on: date) -> bool:
    """Whether this person may sign for his or her side: `signatories` without a question about everybody else."""
    role = person.role_in(contract.organization_id)
    if role is None or not person.is_active:
        return False
    named = names_of_signatories(contract, Side.HOUSE if person.is_valiantys else Side.CLIENT, on)
    return person.email in named if named else allows(role, "change.sign")


def names_of_signatories(contract: Contract, side: str, on: date, agreement: Agreement | None = None) -> list[str]:
    """The addresses that the terms in force name for a side; none where anybody of the right role may sign."""
    people = str((agreement or agreement_of(contract)).on(on)[NAMED[Side(side)]].settled or "")
    return people.split(", ") if people else []


def first_day(proposal: Proposal, today: date) -> date:
    """The day from which it would hold if the last signature came today."""
    return max(proposal.not_before or proposal.document.effective_on, today)


def outcomes_of(
    proposal: Proposal, clauses: list[Clause], today: date, agreement: Agreement | None = None
) -> list[Outcome]:
    """What each of its terms would do, and what would still beat it."""
    edition, settings = _as_edition(proposal, clauses, today)
    return outcomes(agreement or agreement_of(proposal.document.contract), edition, settings)


def conflict_of(proposal: Proposal, clauses: list[Clause], today: date) -> Conflict | None:
    """The first term that its signature would leave without a value."""
    edition, settings = _as_edition(proposal, clauses, today)
    agreement = agreement_of(proposal.document.contract)
    known = {one.key for one in agreement.conflicts(today)}
    return next(
        (one for one in with_draft(agreement, edition, settings).conflicts(today) if one.key not in known), None
    )


def signed_agreement(proposal: Proposal, today: date) -> Agreement:
    """The contract's agreement as it would be if the last signature came today."""
    edition, settings = _as_edition(proposal, clauses_of(proposal.document), today)
    return with_draft(agreement_of(proposal.document.contract), edition, settings)


def _as_edition(proposal: Proposal, clauses: list[Clause], today: date) -> tuple[Edition, tuple[Setting, ...]]:
    document = proposal.document
    amended = _amended(document)
    edition = Edition(
        document.pk, document.title, document.kind, document.edition, first_day(proposal, today), amended.series, amended.kind
    )  # fmt: skip
    settings = (
        Setting(term.key, term.value, one.pk, one.number, edition) for one in clauses for term in one.terms.all()
    )
    return edition, tuple(settings)


def standing_clauses(proposal: Proposal) -> list[Standing]:
    """What the proposal amends as it stands: earlier amendments of the document, the newest first, then the document itself."""
    document = proposal.document
    amended = _amended(document)
    binding = AgreementDocument.objects.binding().filter(
        Q(pk=amended.pk) | Q(amends__series=amended.series), organization_id=document.organization_id,
        contract_id=document.contract_id,
    ).exclude(pk=document.pk)  # fmt: skip
    if proposal.signed_at is not None:
        binding = binding.filter(published_at__lt=proposal.signed_at)
    rows = list(
        Clause.objects.filter(organization_id=document.organization_id, document__in=binding)
        .select_related("document")
        .prefetch_related("terms")
    )
    newest_first = sorted(
        {one.document for one in rows}, key=lambda one: (one.pk == amended.pk, -one.effective_on.toordinal(), -one.pk)
    )
    place = {one.pk: number for number, one in enumerate(newest_first)}
    return [
        Standing(
            one.document.title, one.number, one.text, frozenset(term.key for term in one.terms.all()),
            amends=one.document_id != amended.pk,
        )
        for one in sorted(rows, key=lambda one: (place[one.document_id], one.position, one.number, one.pk))
    ]  # fmt: skip
