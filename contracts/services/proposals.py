"""A proposed amendment: drafted, put to signature, changed, ended, taking effect (domain §6). Signatures are in approvals.py.

Whoever changes one locks the contract, then the document, then the proposal, in this order, so that nobody signs what
somebody else is changing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts import amendment, effects, notices, signing
from contracts.amendment import Act, Side
from contracts.models import AgreementDocument, Approval, ChangeRequest, Contract, Proposal, VoidedApproval
from contracts.selectors import day_of, effective_terms

from . import documents
from .changes import alive, locked, refuse_ended, remember
from .documents import Wording
from .refusals import remembered

logger = logging.getLogger(__name__)
Cause = VoidedApproval.Cause


def draft(
    *, actor: User, change: ChangeRequest, title: str, amends: AgreementDocument, effective_on: date,
    clauses: Iterable[Wording], language: str = "en", now: datetime,
) -> Proposal:  # fmt: skip
    """Turn a request into a draft amendment: exact words and terms, still open to changes. It promises nothing.

    Refused, and remembered as refused: a declined request, one that has an amendment under way or signed, an ended contract, and
    what `documents.write` refuses.
    """
    permissions.check(actor, "change.draft", change.organization_id)
    with remembered(actor, change.contract, "draft", now, change_id=change.pk):
        change = _ready_to_draft(change)
        attempt = change.proposals.count() + 1
        document = documents.begin(
            actor=actor, clauses=clauses, now=now,
            document=AgreementDocument(
                organization_id=change.organization_id, contract=change.contract, kind=AgreementDocument.Kind.AMENDMENT,
                title=title.strip(), edition=str(attempt), effective_on=effective_on, language=language, amends=amends,
            ),
        )  # fmt: skip
        proposal = Proposal.objects.create(
            organization_id=change.organization_id, change=change, document=document, drafted_by=actor, drafted_at=now
        )
        change.status = ChangeRequest.Status.DRAFTED
        change.save(update_fields=["status"])
        remember(change, "amendment.drafted", actor, now, proposal_id=proposal.pk)
    return proposal


def _ready_to_draft(change: ChangeRequest) -> ChangeRequest:
    change = locked(change)
    refuse_ended(change.contract)
    if change.status == ChangeRequest.Status.DECLINED:
        raise Refused(_("This change was declined. Ask for it again, and draft that."))
    if alive(change) is not None:
        raise Refused(_("There is an amendment for this change already: change its text, or withdraw it first."))
    return change


def propose(*, actor: User, proposal: Proposal, now: datetime) -> Proposal:
    """Put the text to both sides' signature, open for as many days as the contract says.

    Refused, and remembered as refused: what could not bind, dates out of order, a term set twice, a conflict, a side without
    anybody who may sign.
    """
    permissions.check(actor, "change.draft", proposal.organization_id)
    with remembered(actor, proposal.document.contract, "propose", now, proposal_id=proposal.pk):
        return _propose(actor, locked_proposal(proposal), now)


def _propose(actor: User, proposal: Proposal, now: datetime) -> Proposal:
    change, document, today = proposal.change, proposal.document, day_of(now)
    move(proposal, Act.PROPOSE)
    proposal.not_before = None  # the draft's own date counts until it is proposed
    documents.check(document, now)
    conflict = signing.conflict_of(proposal, signing.clauses_of(document), today)
    if conflict is not None:
        one, other = conflict.settings[:2]
        raise Refused(
            _("%(key)s would be set differently by §%(one)s of “%(document)s” and §%(other)s of “%(against)s”: settle it first.")
            % {"key": conflict.key, "one": one.clause, "document": one.document, "other": other.clause, "against": other.document},
            code="conflict",
        )  # fmt: skip
    for side in Side:
        _refuse_unsigned(change.contract, side, today)
    days = int(effective_terms(change.contract, today)["change.proposal_expires"].value)
    proposal.version += 1
    proposal.not_before, proposal.expires_on = document.effective_on, today + timedelta(days=days)
    proposal.proposed_at = now
    proposal.save(update_fields=["status", "version", "not_before", "expires_on", "proposed_at"])
    event = remember(
        change, "amendment.proposed", actor, now, proposal_id=proposal.pk, version=proposal.version,
        text_hash=amendment.digest(signing.text_of(proposal)),
    )  # fmt: skip
    notices.tell(
        change=change, event=event, people=[*notices.signing(change, now), change.asked_by], template="amendment_proposed",
        now=now, title=document.title, expires_on=proposal.expires_on.isoformat(), by=str(actor),
    )  # fmt: skip
    return proposal


def _refuse_unsigned(contract: Contract, side: Side, today: date) -> None:
    """Somebody must be there to sign for each side."""
    if signing.signatories(contract, side, today):
        return
    named = ", ".join(signing.names_of_signatories(contract, side, today))
    who = contract.organization.name if side is Side.CLIENT else "Valiantys"
    if named:
        message = _(
            "Nobody can sign for %(who)s: the contract names %(named)s, who is not here any more. Name somebody else in a document of the contract first."
        )
    else:
        message = _("Nobody can sign for %(who)s: invite somebody who may approve first.")
    raise Refused(message % {"who": who, "named": named}, code="no_signatory")


@transaction.atomic
def reject(*, actor: User, proposal: Proposal, reason: str, now: datetime) -> Proposal:
    """Say no to a proposed text, for one's side; with a reason that both sides read."""
    permissions.check(actor, "contract.view", proposal.organization_id)
    proposal = locked_proposal(proposal)
    may_sign(actor, proposal, now)
    return _close(proposal, Act.REJECT, actor, reason, now)


@transaction.atomic
def withdraw(*, actor: User, proposal: Proposal, reason: str, now: datetime) -> Proposal:
    """Take back a draft, or a text that is open for signature."""
    permissions.check(actor, "change.draft", proposal.organization_id)
    return _close(locked_proposal(proposal), Act.WITHDRAW, actor, reason, now)


def _close(proposal: Proposal, act: Act, actor: User | None, reason: str, now: datetime) -> Proposal:
    was_proposed = proposal.status == Proposal.Status.PROPOSED
    move(proposal, act)
    if actor is not None and not reason.strip():
        raise Refused(_("Say why: the others read it."))
    proposal.closed_at, proposal.closed_by, proposal.reason = now, actor, reason.strip()
    proposal.save(update_fields=["status", "closed_at", "closed_by", "reason"])
    void(proposal, Cause(proposal.status), actor, now)
    change = proposal.change
    event = remember(change, f"amendment.{proposal.status}", actor, now, proposal_id=proposal.pk)
    people = [*notices.signing(change, now), change.asked_by] if was_proposed else []
    notices.tell(
        change=change, event=event, people=people, template="amendment_closed", now=now, title=proposal.document.title,
        outcome=str(proposal.status), by=str(actor) if actor else "", reason=proposal.reason[:4000],
    )  # fmt: skip
    return proposal


def text_changes(*, actor: User, document: AgreementDocument, now: datetime) -> None:
    """Called before any part of a draft is written: a text under signature goes back to its draft, and its approvals are void.

    Locks the proposal, so that nobody signs between this and the writing.
    """
    found = Proposal.objects.filter(organization_id=document.organization_id, document_id=document.pk).first()
    if found is None or found.status in amendment.BINDING:
        return
    proposal = locked_proposal(found)
    if proposal.status != Proposal.Status.PROPOSED:
        return
    move(proposal, Act.EDIT)
    proposal.save(update_fields=["status"])
    people = void(proposal, Cause.EDITED, actor, now)
    change = proposal.change
    event = remember(change, "amendment.voided", actor, now, proposal_id=proposal.pk, version=proposal.version)
    notices.tell(
        change=change, event=event, people=people, template="amendment_voided", now=now, title=proposal.document.title,
        by=str(actor),
    )  # fmt: skip


def void(proposal: Proposal, cause: Cause, actor: User | None, now: datetime) -> list[User]:
    """End the approvals that were given; returns who gave them."""
    mine = {"organization_id": proposal.organization_id}
    standing = list(Approval.objects.filter(**mine, proposal=proposal, voided=None).select_related("user"))
    VoidedApproval.objects.bulk_create(
        VoidedApproval(**mine, approval=one, cause=cause, by_id=actor.pk if actor else None, at=now) for one in standing
    )
    return [one.user for one in standing]


def locked_proposal(proposal: Proposal) -> Proposal:
    """The proposal with its document and contract, all locked until COMMIT."""
    Contract.objects.select_for_update(no_key=True).get(pk=proposal.document.contract_id)
    AgreementDocument.objects.select_for_update(no_key=True).get(pk=proposal.document_id)
    rows = Proposal.objects.select_related(
        "change__contract__organization", "change__organization", "change__asked_by", "document__contract__organization",
        "document__amends",
    )  # fmt: skip
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=proposal.pk)


def move(proposal: Proposal, act: Act) -> None:
    """Set the state that an act leads to; Refused in words when it can't be done now."""
    try:
        proposal.status = Proposal.Status(amendment.after(proposal.status, act).value)
    except amendment.WrongState as error:
        raise Refused(
            _("This amendment is %(status)s: that can't be done now. Read the page again to see where it stands.")
            % {"status": proposal.get_status_display()},
            code="state",
        ) from error


def may_sign(actor: User, proposal: Proposal, now: datetime) -> Side:
    """The side that this person signs for; Refused for whoever signs for none."""
    side = Side.HOUSE if actor.is_valiantys else Side.CLIENT
    people = signing.signatories(proposal.document.contract, side, day_of(now))
    if actor.pk not in {one.pk for one in people}:
        raise Refused(
            _("You can't sign or reject this amendment. Those who can: %(people)s.")
            % {"people": ", ".join(map(str, people)) or _("nobody at the moment")},
            code="not_signatory",
        )
    return side


def expire(*, now: datetime) -> int:
    """End the proposals that nobody signed in time; returns how many. Safe to run twice, and late."""
    due = Proposal.objects.filter(status=Proposal.Status.PROPOSED, expires_on__lt=day_of(now)).order_by("pk")
    return sum(_swept(one, Act.EXPIRE, now) for one in due.select_related("document"))


def take_effect(*, now: datetime) -> int:
    """Put into effect what is signed and whose day has come; returns how many. Safe to run twice, and late (domain §6)."""
    due = Proposal.objects.filter(status=Proposal.Status.SIGNED, document__effective_on__lte=day_of(now)).order_by("pk")
    living = due.exclude(document__contract__status=Contract.Status.ENDED)
    return sum(_swept(one, Act.TAKE_EFFECT, now) for one in living.select_related("document"))


def _swept(found: Proposal, act: Act, now: datetime) -> bool:
    """One row of a sweep in a savepoint of its own: one that fails steps aside, and the next sweep finds it again."""
    try:
        with transaction.atomic():
            proposal = locked_proposal(found)
            if proposal.status not in amendment.MOVES[act][0]:
                return False  # another sweep was here
            if act is Act.EXPIRE:
                _close(proposal, act, None, "", now)
            else:
                _into_effect(proposal, now)
    except Exception:
        logger.exception("the sweep of proposals can't %s proposal %s", act, found.pk)
        return False
    return True


def _into_effect(proposal: Proposal, now: datetime) -> None:
    move(proposal, Act.TAKE_EFFECT)
    proposal.in_effect_at = now
    proposal.save(update_fields=["status", "in_effect_at"])
    effects.move_open_work(proposal, now)
    change = proposal.change
    event = remember(
        change, "amendment.in_effect", None, now, proposal_id=proposal.pk,
        due_on=proposal.document.effective_on.isoformat(),
    )  # fmt: skip
    notices.tell(
        change=change, event=event, people=[*notices.signing(change, now), change.asked_by], template="amendment_in_effect",
        now=now, title=proposal.document.title, effective_on=proposal.document.effective_on.isoformat(),
    )  # fmt: skip
