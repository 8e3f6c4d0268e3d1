"""Signatures: one of each side, of exactly the text that was shown (domain §6), and proving them again later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts import amendment, notices, signing
from contracts.amendment import Act, Side
from contracts.models import AgreementDocument, Approval, Proposal
from contracts.selectors import day_of

from . import documents
from .changes import remember
from .proposals import locked_proposal, may_sign, move
from .refusals import remembered


class TextChanged(Refused):
    """Whoever signs was shown another text than the one that stands now."""


def approve(
    *, actor: User, proposal: Proposal, shown_hash: str, typed_name: str, ip_address: str, now: datetime
) -> Proposal:
    """Sign for one's side the text whose hash was shown. The last signature that is due makes the amendment binding.

    Whoever calls has just asked this person to sign in again. Refused, and remembered as refused: somebody who is no signatory,
    a second signature of one side, another name, another text, what is not open for signature, and what could not bind.
    """
    permissions.check(actor, "contract.view", proposal.organization_id)
    with remembered(actor, proposal.document.contract, "sign", now, proposal_id=proposal.pk):
        return _approve(actor, locked_proposal(proposal), shown_hash, typed_name, ip_address, now)


def _approve(
    actor: User, proposal: Proposal, shown_hash: str, typed_name: str, ip_address: str, now: datetime
) -> Proposal:
    side = may_sign(actor, proposal, now)
    standing = _standing(proposal)
    if side in standing:
        raise Refused(
            _("%(who)s has signed for this side already: one signature of each side is enough.")
            % {"who": standing[side].typed_name},
            code="signed_already",
        )
    _refuse_closed(proposal, now)
    text = signing.text_of(proposal)
    text_hash = amendment.digest(text)
    if text_hash != shown_hash:
        raise TextChanged(
            _(
                "The text was changed after it was shown to you, and nothing was signed. Read the new text, then sign that."
            ),
            code="text_changed",
        )
    if not amendment.is_same_name(typed_name, str(actor)):
        raise Refused(_("Type your name as it stands here: %(name)s.") % {"name": actor}, code="name")
    approval = Approval.objects.create(
        organization_id=proposal.organization_id, proposal=proposal, version=proposal.version, side=side.value, user=actor,
        role=actor.role_in(proposal.organization_id) or "", typed_name=" ".join(typed_name.split()), text_hash=text_hash,
        form=amendment.form_of(text), at=now, ip_address=ip_address,
    )  # fmt: skip
    remember(
        proposal.change, "amendment.approved", actor, now, proposal_id=proposal.pk, approval_id=approval.pk,
        side=side.value, text_hash=text_hash,
    )  # fmt: skip
    others = {other: one for other, one in standing.items() if one.text_hash == text_hash}
    if len(others) + 1 == len(Side):
        _conclude(actor, proposal, now)
    else:
        _tell_other_side(actor, proposal, side, now)
    return proposal


def _standing(proposal: Proposal) -> dict[Side, Approval]:
    rows = Approval.objects.filter(
        organization_id=proposal.organization_id, proposal=proposal, version=proposal.version, voided=None
    )
    return {Side(one.side): one for one in rows}


def _refuse_closed(proposal: Proposal, now: datetime) -> None:
    if proposal.status == Proposal.Status.PROPOSED and proposal.expires_on and proposal.expires_on < day_of(now):
        raise Refused(
            _("This amendment was open for signature until %(day)s. Ask for it to be proposed again.")
            % {"day": proposal.expires_on},
            code="expired",
        )
    if proposal.status == Proposal.Status.DRAFTING:
        raise Refused(
            _("The text is being changed: nothing was signed. You are told when it is proposed again."),
            code="text_changed",
        )
    if proposal.status != Proposal.Status.PROPOSED:
        move(proposal, Act.SIGN)


def _conclude(actor: User, proposal: Proposal, now: datetime) -> None:
    """Both have signed: the document binds, from its date or from today."""
    document = proposal.document
    move(proposal, Act.SIGN)
    document.effective_on = signing.first_day(proposal, day_of(now))
    document.save(update_fields=["effective_on"])
    documents.bind(actor=actor, document=document, dispositions={}, now=now)
    proposal.signed_at = now
    proposal.save(update_fields=["status", "signed_at"])
    change = proposal.change
    event = remember(
        change, "amendment.signed", actor, now, proposal_id=proposal.pk, document_id=document.pk,
        effective_on=document.effective_on.isoformat(),
    )  # fmt: skip
    notices.tell(
        change=change, event=event, people=[*notices.signing(change, now), change.asked_by], template="amendment_signed",
        now=now, title=document.title, by=str(actor), effective_on=document.effective_on.isoformat(),
    )  # fmt: skip


def _tell_other_side(actor: User, proposal: Proposal, side: Side, now: datetime) -> None:
    change, other = proposal.change, Side.CLIENT if side is Side.HOUSE else Side.HOUSE
    event = remember(change, "amendment.waits", actor, now, proposal_id=proposal.pk, side=other.value)
    expires = proposal.expires_on.isoformat() if proposal.expires_on else ""
    notices.tell(
        change=change, event=event, people=notices.signing(change, now, other), template="amendment_half_signed", now=now,
        title=proposal.document.title, by=str(actor), expires_on=expires,
    )  # fmt: skip


@dataclass(frozen=True)
class Mismatch:
    """A signature or a signed amendment that doesn't prove itself. `problem` is one of hash, date, sides, unbound, form."""

    organization_id: int
    proposal_id: int
    problem: str
    approval_id: int | None = None
    expected: str = ""
    found: str = ""


def verify() -> tuple[int, list[Mismatch]]:
    """Recompute every hash that stands: how many approvals there were, and what doesn't match. Under a scope that sees them all."""
    count, found = 0, []
    proposals = Proposal.objects.exclude(version=0).order_by("pk").select_related("document__amends")
    for proposal in proposals.prefetch_related("approvals__voided").iterator(chunk_size=200):
        standing = [one for one in proposal.approvals.all() if not hasattr(one, "voided")]
        count += len(standing)
        found += [*_hashes(proposal, standing), *_whole(proposal, standing)]
    return count, found


def _hashes(proposal: Proposal, standing: list[Approval]) -> Iterator[Mismatch]:
    text = signing.text_of(proposal) if standing else None
    mine = (proposal.organization_id, proposal.pk)
    for approval in standing:
        due = amendment.form_of(text) if text else amendment.FORM
        if approval.form != due:  # unknown, or a PDF came or went after the signature
            yield Mismatch(*mine, "form", approval.pk, str(due), str(approval.form))
        elif text and (again := amendment.digest(text, approval.form)) != approval.text_hash:
            yield Mismatch(*mine, "hash", approval.pk, approval.text_hash, again)


def _whole(proposal: Proposal, standing: list[Approval]) -> Iterator[Mismatch]:
    """A signed amendment has one signature of each side, and the date that follows from them."""
    if proposal.status not in amendment.BINDING:
        return
    mine = (proposal.organization_id, proposal.pk)
    sides = sorted(one.side for one in standing)
    if sides != sorted(side.value for side in Side):
        yield Mismatch(*mine, "sides", None, "client, house", ", ".join(sides))
        return
    if proposal.document.status != AgreementDocument.Status.SIGNED:
        yield Mismatch(*mine, "unbound", None, "signed", proposal.document.status)
    due = signing.first_day(proposal, day_of(max(one.at for one in standing)))
    if proposal.document.effective_on != due:
        yield Mismatch(*mine, "date", None, due.isoformat(), proposal.document.effective_on.isoformat())
