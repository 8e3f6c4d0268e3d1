"""A contract's changes as pages say them: the list, one change with its exact text and redline, and the certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import may
from audit import words as audit_words
from audit.models import Event
from common.html import markdown, plain
from contracts import amendment, signing
from contracts.agreement import agreement_of
from contracts.amendment import Side
from contracts.models import Approval, ChangeRequest, Clause, Contract, Proposal
from contracts.precedence import Agreement, Setting
from contracts.redline import Mark, Piece, Standing, counterpart, redline
from contracts.selectors import day_of
from contracts.terms import REGISTRY, TermError, parse
from contracts.words import label
from portal import impact as impacts
from portal.forms import AskForm
from portal.promises import in_words, said

# What a status looks like: an icon, and the tone of its tag.
LOOKS = {
    "asked": ("help", "", gettext_lazy("asked for")),
    "declined": ("x", "", gettext_lazy("declined")),
    "drafting": ("edit", "", gettext_lazy("being written")),
    "proposed": ("clock", "soon", gettext_lazy("waiting for signatures")),
    "signed": ("check", "on_track", gettext_lazy("signed")),
    "in_effect": ("check-circle", "on_track", gettext_lazy("in effect")),
    "rejected": ("x", "", gettext_lazy("rejected")),
    "withdrawn": ("undo", "", gettext_lazy("withdrawn")),
    "expired": ("slash", "", gettext_lazy("expired")),
}


@dataclass(frozen=True)
class Look:
    """Where a change stands, in a word."""

    state: str

    @property
    def symbol(self) -> str:
        """Its icon."""
        return LOOKS[self.state][0]

    @property
    def tone(self) -> str:
        """Its colour."""
        return LOOKS[self.state][1]

    @property
    def words(self) -> str:
        """Its word."""
        return str(LOOKS[self.state][2])


@dataclass(frozen=True)
class ClauseLine:
    """A clause of an amendment: its words as HTML, their language, the translation, and what they change in the clause they replace."""

    clause: Clause
    html: str
    translation: str
    stands: Standing | None
    pieces: list[Piece]


@dataclass(frozen=True)
class TermLine:
    """A term of an amendment: before and after in words, and what would still beat it."""

    label: str
    number: str
    before: str
    after: str
    loses_to: Setting | None = None
    loses_on: date | None = None


@dataclass(frozen=True)
class SideLine:
    """One side: who signed, or who may."""

    side: str
    name: str
    approval: Approval | None
    people: list[User]
    voided: list[Approval]


def listed(user: User, contract: Contract) -> list[dict[str, Any]]:
    """The changes of a contract, newest first, each with where it stands."""
    newest = Proposal.objects.visible_to(user).filter(change=OuterRef("pk")).order_by("-pk")
    changes = ChangeRequest.objects.visible_to(user).filter(contract=contract).select_related("asked_by")
    found = changes.annotate(proposal_status=Subquery(newest.values("status")[:1])).order_by("-id")[:200]
    return [{"change": one, "look": look_of(one, getattr(one, "proposal_status", None))} for one in found]


def look_of(change: ChangeRequest, proposal_status: str | None) -> Look:
    """A request's own state, until there is a proposal."""
    if change.status == ChangeRequest.Status.DECLINED or not proposal_status:
        return Look("declined" if change.status == ChangeRequest.Status.DECLINED else "asked")
    return Look(proposal_status)


def page(user: User, change: ChangeRequest, now: datetime) -> dict[str, Any]:
    """Everything that the page of one change shows to this reader, and what he or she may do now."""
    attempts = list(
        Proposal.objects.visible_to(user)
        .filter(change=change)
        .select_related("document__amends", "document__contract__organization", "drafted_by", "closed_by")
        .order_by("-pk")
    )
    proposal = attempts[0] if attempts else None
    context: dict[str, Any] = {
        "change": change, "contract": change.contract, "proposal": proposal, "earlier": attempts[1:],
        "look": look_of(change, proposal.status if proposal else None), "today": day_of(now),
        "effects": [(AskForm.base_fields[name].label, getattr(change, name)) for name in ChangeRequest.EFFECTS],
        "events": _events(user, change), "may_draft": may(user, "change.draft", change.organization_id),
    }  # fmt: skip
    if proposal is None:
        return context | {"may_begin": _may_begin(context)}
    return context | shown(user, proposal, now) | {"may_begin": _may_begin(context)}


def shown(user: User, proposal: Proposal, now: datetime) -> dict[str, Any]:
    """A proposal's exact text, what it changes, and its signatures. A client sees a text once it is on the table."""
    today = day_of(now)
    if proposal.status == Proposal.Status.DRAFTING and not user.is_valiantys:
        return {"text_hidden": True}
    clauses = signing.clauses_of(proposal.document)
    standing = signing.standing_clauses(proposal)
    lines = [_clause(one, standing) for one in clauses]
    files = signing.files_of(proposal.document)
    agreement = agreement_of(proposal.document.contract)
    sides = _sides(proposal, today, agreement)
    waiting = proposal.status == Proposal.Status.PROPOSED
    mine = Side.HOUSE if user.is_valiantys else Side.CLIENT
    signatory = waiting and any(one.side == mine and user in one.people for one in sides)
    expired = waiting and proposal.expires_on is not None and proposal.expires_on < today
    signed = any(one.side == mine and one.approval for one in sides)
    bound = proposal.status in amendment.BINDING
    terms = _signed_terms(clauses) if bound else _terms(signing.outcomes_of(proposal, clauses, today, agreement))
    text = signing.text_of(proposal, clauses, files)
    return {
        "files": files, "text_form": amendment.form_of(text), "clauses": lines, "terms": terms, "overridden": [one for one in terms if one.loses_to], "sides": sides,
        "text_hash": amendment.digest(text), "expired": expired,
        "may_sign": signatory and not signed and not expired, "may_reject": signatory, "has_signed": signed,
        "bound": bound, "moves": proposal.in_effect_at is not None and impacts.is_open(user, proposal),
    }  # fmt: skip


def _may_begin(context: dict[str, Any]) -> bool:
    """Whether an amendment can be drafted now: the request is open, and no other text is under way or signed."""
    proposal, change = context["proposal"], context["change"]
    over = proposal is None or proposal.status in amendment.OVER
    return bool(
        context["may_draft"] and over and change.status != ChangeRequest.Status.DECLINED
        and change.contract.status != Contract.Status.ENDED
    )  # fmt: skip


def _clause(clause: Clause, standing: list[Standing]) -> ClauseLine:
    stands = counterpart(clause.number, [term.key for term in clause.terms.all()], standing)
    return ClauseLine(
        clause, markdown(clause.text), markdown(clause.translation) if clause.translation else "", stands,
        _redline(stands.text, clause.text) if stands else [Piece(Mark.ADDED, plain(clause.text))],
    )  # fmt: skip


def _redline(old: str, new: str) -> list[Piece]:
    """Of the words that readers see; of the marks too, where these are all that changes."""
    before, after = plain(old), plain(new)
    return redline(old, new) if before == after and old != new else redline(before, after)


def _terms(outcomes: Iterable[amendment.Outcome]) -> list[TermLine]:
    return [
        TermLine(
            label(REGISTRY[one.setting.key]), one.setting.clause, said(one.before), in_breath(one.setting),
            one.loses_to[0] if one.loses_to else None, one.loses_on,
        )
        for one in outcomes
    ]  # fmt: skip


def _signed_terms(clauses: list[Clause]) -> list[TermLine]:
    """What a binding amendment says; what holds today is on the page of promises."""
    return [
        TermLine(label(REGISTRY[term.key]), clause.number, "", _value(term.key, term.value))
        for clause in clauses
        for term in clause.terms.all()
        if term.key in REGISTRY
    ]


def in_breath(setting: Setting) -> str:
    """A setting's value with its unit."""
    return _value(setting.key, setting.text)


def _value(key: str, text: str) -> str:
    try:
        return " ".join(filter(None, in_words(REGISTRY[key], parse(key, text))))
    except TermError:
        return text


def _sides(proposal: Proposal, today: date, agreement: Agreement) -> list[SideLine]:
    rows = Approval.objects.filter(organization_id=proposal.organization_id, proposal=proposal)
    given = list(rows.select_related("user", "voided").order_by("id"))
    contract = proposal.document.contract
    waiting = proposal.status == Proposal.Status.PROPOSED
    found = []
    for side in Side:
        mine = [one for one in given if one.side == side]
        standing = [one for one in mine if not hasattr(one, "voided")]
        name = "Valiantys" if side is Side.HOUSE else contract.organization.name
        people = signing.signatories(contract, side, today, agreement) if waiting else []
        found.append(
            SideLine(
                side.value,
                name,
                standing[0] if standing else None,
                people,
                [one for one in mine if one not in standing],
            )
        )
    return found


def _events(user: User, change: ChangeRequest, limit: int = 40) -> list[dict[str, Any]]:
    found = list(
        Event.objects.visible_to(user)
        .filter(
            organization_id=change.organization_id, subject_kind="contract", subject_id=change.contract_id,
            data__change_id=change.pk, audience="client",
        )
        .exclude(verb__in=["amendment.waits", "change.refused"])
        .order_by("-id")[:limit]
    )  # fmt: skip
    names = dict(User.objects.filter(pk__in={one.actor_id for one in found}).values_list("pk", "name"))
    return [
        {"at": one.at, "text": _sentence(one.verb, names.get(one.actor_id or 0)), "internal": False} for one in found
    ]


def _sentence(verb: str, who: str | None) -> str:
    what = audit_words.verb(verb)
    return _("%(what)s, %(who)s") % {"what": what, "who": who} if who else what


def waiting_for(user: User, contracts: list[Contract], now: datetime) -> list[Proposal]:
    """Amendments that wait for this person's signature, the first to expire first."""
    side = Side.HOUSE if user.is_valiantys else Side.CLIENT
    mine = Approval.objects.filter(
        organization_id=OuterRef("organization_id"), proposal=OuterRef("pk"), side=side.value, voided=None
    )
    open_ones = (
        Proposal.objects.visible_to(user)
        .filter(status=Proposal.Status.PROPOSED, document__contract__in=contracts, expires_on__gte=day_of(now))
        .exclude(Exists(mine))
        .select_related("change", "document__contract__organization")
        .order_by("expires_on", "id")[:20]
    )
    agreed = {one.document.contract_id: one.document.contract for one in open_ones}
    may_sign = {pk for pk, contract in agreed.items() if signing.is_signatory(user, contract, day_of(now))}
    return [one for one in open_ones if one.document.contract_id in may_sign]
