"""What terms, their units and their refusals are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .terms import REGISTRY, WORDS, Kind, Refusal, Term, TermError

UNIT = {
    Kind.BUSINESS_MINUTES: gettext_lazy("business minutes"),
    Kind.MINUTES: gettext_lazy("minutes"),
    Kind.BUSINESS_DAYS: gettext_lazy("business days"),
    Kind.DAYS: gettext_lazy("days"),
    Kind.MONTHS: gettext_lazy("months"),
    Kind.COUNT: gettext_lazy("number"),
    Kind.PERCENTAGE: gettext_lazy("percent"),
    Kind.BOOLEAN: gettext_lazy("yes or no"),
    Kind.CHOICE: gettext_lazy("one of a list"),
    Kind.CALENDAR: gettext_lazy("a calendar’s name"),
    Kind.PEOPLE: gettext_lazy("e-mail addresses"),
}
REFUSAL = {
    Refusal.UNKNOWN: gettext_lazy("There is no term “%(key)s”. Known terms: %(known)s."),
    Refusal.NOT_YES_OR_NO: gettext_lazy("“%(term)s” takes yes or no, not “%(text)s”."),
    Refusal.NOT_A_NUMBER: gettext_lazy("“%(term)s” takes a whole number of %(unit)s, not “%(text)s”."),
    Refusal.OUT_OF_BOUNDS: gettext_lazy("“%(term)s” lies between %(least)s and %(most)s %(unit)s, not %(text)s."),
    Refusal.NOT_A_CHOICE: gettext_lazy("“%(term)s” takes one of %(choices)s, not “%(text)s”."),
    Refusal.NOT_A_CALENDAR: gettext_lazy("“%(term)s” takes the name of a business calendar, as it is called there."),
    Refusal.NOT_PEOPLE: gettext_lazy("“%(term)s” takes e-mail addresses, separated by commas, not “%(text)s”."),
}


def label(term: Term) -> str:
    """What a term sets: "First answer, high priority"."""
    return term.label(get_language() or "en")


def written(key: str, text: str) -> str:
    """A term's value as it stands in a clause; yes and no in the reader's language."""
    term = REGISTRY.get(key)
    if term is None or term.kind is not Kind.BOOLEAN or text.strip().lower() not in WORDS:
        return text
    return _("yes") if WORDS[text.strip().lower()] else _("no")


def refusal(error: TermError) -> str:
    """Why a value is refused, and what to write instead."""
    term = error.term
    facts: dict[str, Any] = {}
    if term:
        facts = {
            "term": label(term), "unit": UNIT[term.kind], "least": term.least, "most": term.most,
            "choices": ", ".join(term.choices),
        }  # fmt: skip
    return str(REFUSAL[error.refusal]) % {**error.facts, **facts}


VERBS = {
    "contract.active": gettext_lazy("Contract went live"),
    "contract.suspended": gettext_lazy("Contract suspended"),
    "contract.ended": gettext_lazy("Contract ended"),
    "contract.onboarding": gettext_lazy("Onboarding began"),
    "contract.renewed": gettext_lazy("Contract renewed"),
    "contract.renewal_reminded": gettext_lazy("Renewal reminded of"),
    "onboarding.handed_over": gettext_lazy("Onboarding activity handed over"),
    "onboarding.evidence": gettext_lazy("Evidence of an onboarding activity written"),
    "onboarding.agreed": gettext_lazy("Onboarding activity agreed by one side"),
    "onboarding.withdrawn": gettext_lazy("Agreement on an onboarding activity taken back"),
    "onboarding.done": gettext_lazy("Onboarding done"),
    "document.drafted": gettext_lazy("Document drafted"),
    "document.published": gettext_lazy("Document published"),
    "contract.edited": gettext_lazy("Contract edited"),
    "responsibility.added": gettext_lazy("Responsibility added"),
    "responsibility.edited": gettext_lazy("Responsibility edited"),
    "responsibility.state_changed": gettext_lazy("State of a responsibility changed"),
    "responsibility.blocks": gettext_lazy("Responsibility blocks a request"),
    "responsibility.unblocks": gettext_lazy("Responsibility no longer blocks a request"),
    "change.asked": gettext_lazy("Change asked for"),
    "change.declined": gettext_lazy("Change declined"),
    "change.refused": gettext_lazy("Step of a change refused"),
    "amendment.drafted": gettext_lazy("Amendment drafted"),
    "amendment.proposed": gettext_lazy("Amendment put to signature"),
    "amendment.approved": gettext_lazy("Amendment signed by one side"),
    "amendment.waits": gettext_lazy("Amendment waits for the other side"),
    "amendment.voided": gettext_lazy("Text changed, approvals void"),
    "amendment.signed": gettext_lazy("Amendment signed by both sides"),
    "amendment.in_effect": gettext_lazy("Amendment in effect"),
    "amendment.rejected": gettext_lazy("Amendment rejected"),
    "amendment.withdrawn": gettext_lazy("Amendment withdrawn"),
    "amendment.expired": gettext_lazy("Amendment expired unsigned"),
    "hours.grant": gettext_lazy("Hours granted"),
    "hours.consume": gettext_lazy("Hours consumed"),
    "hours.usage": gettext_lazy("Usage on demand posted"),
    "hours.reverse": gettext_lazy("Hours given back"),
}
PART = {
    "contract": gettext_lazy("contract"),
    "agreementdocument": gettext_lazy("document"),
    "clause": gettext_lazy("clause"),
    "clauses": gettext_lazy("clauses"),
    "clauseterm": gettext_lazy("term"),
    "documentfile": gettext_lazy("PDF"),
    "ladder": gettext_lazy("ladder"),
}
CHANGE = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "removed": gettext_lazy("removed"),
    "imported": gettext_lazy("imported"),
}
CAUSE = {
    "grant": gettext_lazy("grant by hand"),
    "work_log": gettext_lazy("time entry"),
}


def detail(data: Mapping[str, Any]) -> str:
    """What an event of a contract was about: "term, changed", "600 min"; nothing when its verb says all."""
    if "minutes" in data:
        return f"{data['minutes']:+d}\N{NO-BREAK SPACE}min".replace("-", "\N{MINUS SIGN}")
    said = [PART.get(data.get("part", "")), CHANGE.get(data.get("change", ""))]
    return ", ".join(str(one) for one in said if one)


def cause(kind: str) -> str:
    """Why a line was posted. A grant by hand carries the account's number after its kind, which nobody needs to read."""
    return str(CAUSE.get(kind.partition(":")[0], kind))
