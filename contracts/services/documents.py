"""Documents: written as drafts, published once, never changed afterwards (domain §1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from contracts import terms
from contracts.agreement import agreement_of
from contracts.models import AgreementDocument, Clause, ClauseTerm, Contract, Disposition, Proposal
from contracts.selectors import day_of
from slo.models import BusinessCalendar

from .checks import publishable, validate

Kind, Status = AgreementDocument.Kind, AgreementDocument.Status
SIGNED_KINDS = {Kind.MSA, Kind.ORDER, Kind.AMENDMENT}  # the rest the house publishes; these two sides sign
LIVE = {Contract.Status.ACTIVE, Contract.Status.SUSPENDED}


@dataclass(frozen=True)
class Wording:
    """A clause to be written: its number, its text in the document's language, a translation, and the terms it sets."""

    number: str
    text: str
    translation: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def write(
    *, actor: User | None, contract: Contract, kind: str, title: str, edition: str = "1", effective_on: date,
    clauses: Iterable[Wording] = (), language: str = "en", series: str = "", amends: AgreementDocument | None = None,
    now: datetime,
) -> AgreementDocument:  # fmt: skip
    """Write a draft with its clauses; it promises nothing until it is published.

    Refused: an ended contract, an amendment of nothing, of another contract's document or of an amendment, a term that the
    registry refuses, a number or a term written twice.
    """
    if actor is not None:
        permissions.check(actor, "contract.edit", contract.organization_id)
    document = AgreementDocument(
        organization_id=contract.organization_id, contract=contract, kind=kind, title=title, edition=edition,
        effective_on=effective_on, language=language, series=series, amends=amends,
    )  # fmt: skip
    return begin(actor=actor, document=document, clauses=clauses, now=now)


def begin(
    *, actor: User | None, document: AgreementDocument, clauses: Iterable[Wording], now: datetime
) -> AgreementDocument:
    """Save a new draft with its clauses; whoever calls has asked for permission."""
    _check_place(document)
    document.series = document.series or series_of(document)
    validate(document)
    document.save()
    _write_clauses(document, clauses)
    _remember(actor, document, "document.drafted", now, audience=Audience.INTERNAL)
    return document


def _write_clauses(document: AgreementDocument, clauses: Iterable[Wording]) -> None:
    mine = {"organization_id": document.organization_id}
    for position, wording in enumerate(clauses, start=1):
        clause = Clause(
            **mine, document=document, number=wording.number, position=position, text=wording.text,
            translation=wording.translation,
        )  # fmt: skip
        validate(clause)
        clause.save()
        for key, value in wording.terms.items():
            term = ClauseTerm(**mine, clause=clause, key=key, value=value)
            validate(term)
            term.save()


def series_of(document: AgreementDocument) -> str:
    """Which document it is an edition of: the one of its kind and title, or a new one named after its kind."""
    if document.amends is not None:
        return slugify(f"{document.amends.series} {document.title}")[:60]
    others = AgreementDocument.objects.filter(
        organization_id=document.organization_id, contract_id=document.contract_id
    ).exclude(pk=document.pk)
    known = others.filter(kind=document.kind, title=document.title).exclude(series="").first()
    if known is not None:
        return known.series
    taken = set(others.values_list("series", flat=True))
    names = (document.kind if count == 1 else f"{document.kind}-{count}" for count in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _check_place(document: AgreementDocument) -> None:
    """Whether it may stand in its contract at all."""
    if document.contract.status == Contract.Status.ENDED:
        raise Refused(_("This contract has ended: no document is added to it any more. A new contract takes new ones."))
    amended = document.amends
    if (document.kind == Kind.AMENDMENT) != (amended is not None):
        raise Refused(_("An amendment names the document that it amends; no other document does."))
    if amended is None:
        return
    if amended.contract_id != document.contract_id:
        raise Refused(_("An amendment amends a document of its own contract."))
    if amended.kind == Kind.AMENDMENT:
        raise Refused(_("Amend the document itself, not its amendment: the newer amendment wins where both speak."))
    if amended.is_draft:
        raise Refused(_("“%(title)s” is still a draft: change it instead of amending it.") % {"title": amended})


@transaction.atomic
def publish(
    *, actor: User | None, document: AgreementDocument, dispositions: Mapping[int, str] | None = None, now: datetime
) -> AgreementDocument:
    """Make a draft binding from its effective date, for ever. `dispositions`: amendment id → carried or dropped.

    Refused: no clause, a term set twice, what `write` refuses, a date in the past or a conflict for a contract that is live,
    an amendment of a live contract, or one that a change asked for (both sides sign it: see amendments).
    """
    if actor is not None:
        permissions.check(actor, "contract.edit", document.organization_id)
    document = locked(document)
    of_a_change = Proposal.objects.filter(organization_id=document.organization_id, document=document)
    if document.kind == Kind.AMENDMENT and (document.contract.status in LIVE or of_a_change.exists()):
        raise Refused(
            _("A contract is amended in writing by both sides: ask for the change in the portal, and propose it there.")
        )
    return bind(actor=actor, document=document, dispositions=dispositions or {}, now=now)


def locked(document: AgreementDocument) -> AgreementDocument:
    """The draft, locked with its contract until COMMIT; Refused when it binds already."""
    Contract.objects.select_for_update(no_key=True).get(pk=document.contract_id)
    rows = AgreementDocument.objects.select_related("contract", "amends")
    found = rows.select_for_update(no_key=True, of=("self",)).get(pk=document.pk)
    if not found.is_draft:
        raise Refused(_("“%(title)s” is published already and never changes.") % {"title": found})
    return found


def bind(
    *, actor: User | None, document: AgreementDocument, dispositions: Mapping[int, str], now: datetime
) -> AgreementDocument:
    """Publish or sign a locked draft; whoever calls has asked for permission, and for signatures where these are due."""
    document.series = document.series or series_of(document)
    check(document, now)
    _dispose(document, dispositions)
    document.status = Status.SIGNED if document.kind in SIGNED_KINDS else Status.PUBLISHED
    document.published_at, document.published_by_id = now, actor.pk if actor else None
    validate(document)
    document.save(update_fields=["series", "status", "published_at", "published_by_id"])
    _check_conflicts(document.contract, now)
    _remember(actor, document, "document.published", now, audience=Audience.CLIENT)
    return document


def check(document: AgreementDocument, now: datetime) -> None:
    """Refused when a draft could not bind: its contract has ended, a term is wrong or set twice, dates are out of order."""
    _check_place(document)
    _check_terms(document)
    _check_date(document, now)


def _check_terms(document: AgreementDocument) -> None:
    clauses = list(document.clauses.prefetch_related("terms"))
    for clause in clauses:
        for term in clause.terms.all():
            validate(term)
            if terms.REGISTRY[term.key].kind is terms.Kind.CALENDAR:
                _check_calendar(term.value)
    publishable(document, clauses)


def _check_calendar(name: str) -> None:
    calendar = BusinessCalendar.objects.filter(name=name.strip()).first()
    if calendar is None or not calendar.editions.exists():
        raise Refused(
            _("There is no calendar “%(name)s” with opening hours: make it first, or name another one.")
            % {"name": name}
        )


def _check_date(document: AgreementDocument, now: datetime) -> None:
    contract, day = document.contract, document.effective_on
    if contract.status in LIVE and day < day_of(now):
        raise Refused(
            _(
                "This contract is live: a document takes effect today or later, or promises already kept would be rewritten."
            )
        )
    if contract.ends_on is not None and day > contract.ends_on:
        raise Refused(
            _("The contract ends on %(day)s, before this document would take effect.") % {"day": contract.ends_on}
        )
    if document.amends is not None:
        if day < document.amends.effective_on:
            raise Refused(_("An amendment can't take effect before the document that it amends."))
        return
    same = AgreementDocument.objects.binding().filter(
        organization_id=document.organization_id, contract=contract, series=document.series,
        effective_on=day, amends=None,
    )  # fmt: skip
    if same.exists():
        raise Refused(_("Another edition of this document takes effect on the same day: choose another date."))


def _dispose(document: AgreementDocument, dispositions: Mapping[int, str]) -> None:
    """Say what becomes of the amendments to the document's earlier editions; unsaid, they go on beating it."""
    if not dispositions:
        return
    amendments = {
        one.pk: one
        for one in AgreementDocument.objects.binding().filter(
            organization_id=document.organization_id, contract=document.contract, amends__series=document.series
        )
    }
    if unknown := set(dispositions) - set(amendments):
        raise Refused(
            ngettext(
                "%(count)d amendment is not one of this document’s: look at the list again.",
                "%(count)d amendments are not this document’s: look at the list again.",
                len(unknown),
            )
            % {"count": len(unknown)}
        )
    for pk, verdict in dispositions.items():
        Disposition.objects.create(
            organization_id=document.organization_id, document=document, amendment=amendments[pk],
            verdict=Disposition.Verdict(verdict),
        )  # fmt: skip


def _check_conflicts(contract: Contract, now: datetime) -> None:
    """A live contract never comes into conflict: the publication that would bring it is refused."""
    if contract.status not in LIVE:
        return
    for conflict in agreement_of(contract).conflicts(day_of(now)):
        one, other = conflict.settings[:2]
        raise Refused(
            _("%(key)s would be set differently by §%(one)s of “%(document)s” and §%(other)s of “%(against)s”: settle it first.")
            % {"key": conflict.key, "one": one.clause, "document": one.document, "other": other.clause, "against": other.document}
        )  # fmt: skip


def _remember(actor: User | None, document: AgreementDocument, verb: str, now: datetime, *, audience: Audience) -> None:
    record(
        organization_id=document.organization_id, actor_id=actor.pk if actor else None, verb=verb, subject_kind="contract",
        subject_id=document.contract_id, audience=audience, at=now, document_id=document.pk, kind=document.kind,
        edition=document.edition, effective_on=document.effective_on.isoformat(),
    )  # fmt: skip
