"""Every term the software obeys: a typed registry. A clause sets a term; what no clause sets has its default, said as such.

Defaults are the house's examples, not the guide's (it gives no figure); an administrator changes them per contract by a clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a term may hold."""

    BUSINESS_MINUTES = "business_minutes"
    MINUTES = "minutes"
    BUSINESS_DAYS = "business_days"
    PERCENTAGE = "percentage"
    BOOLEAN = "boolean"


class Refusal(StrEnum):
    """Why the registry refuses; contracts.words has the sentences."""

    UNKNOWN = "unknown"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_BOUNDS = "out_of_bounds"


@dataclass(frozen=True)
class Term:
    """One entry of the registry. Numbers lie within `least` and `most`, both included."""

    key: str
    kind: Kind
    default: int | bool
    label_en: str
    label_fr: str
    least: int = 1
    most: int = 100_000

    def label(self, language: str) -> str:
        """In English or French."""
        return self.label_fr if language.startswith("fr") else self.label_en


class TermError(ValueError):
    """What the registry refuses. `field` is 'key' or 'value'; `facts` are what was written, for the sentence that says it."""

    def __init__(self, refusal: Refusal, *, term: Term | None = None, **facts: str):
        super().__init__(refusal.value, facts)
        self.refusal, self.term, self.facts = refusal, term, facts
        self.field = "value" if term else "key"


PRIORITIES = {"critical": "critique", "high": "haute", "medium": "moyenne", "low": "basse"}
TARGETS = {"critical": 60, "high": 240, "medium": 540, "low": 1080}  # domain §5.5
HALVED = {"slo.first_response.critical", "slo.first_response.high"}  # by Premium and Enterprise, domain §5.5
HALVING_TIERS = {"premium", "enterprise"}
# Service guide §5: only the ticket system is covered, whatever its door.
CHANNELS = {
    "portal": (True, "the portal", "le portail"),
    "api": (True, "the API", "l’API"),
    "email": (False, "e-mail", "courriel"),
    "phone": (False, "phone", "téléphone"),
}

REGISTRY: dict[str, Term] = {
    term.key: term
    for term in (
        *(
            Term(
                f"slo.first_response.{priority}", Kind.BUSINESS_MINUTES, TARGETS[priority],
                f"First answer, {priority} priority", f"Première réponse, priorité {name}",
            )
            for priority, name in PRIORITIES.items()
        ),
        Term("slo.warning", Kind.PERCENTAGE, 75, "Warning, share of the target", "Alerte, part de l’objectif", most=99),
        *(
            Term(
                f"channel.{channel}.covered", Kind.BOOLEAN, covered,
                f"Requests by {english} are covered", f"Demandes par {french} couvertes",
            )
            for channel, (covered, english, french) in CHANNELS.items()
        ),
        Term("hours.increment", Kind.MINUTES, 15, "Time is billed by steps of", "Temps facturé par pas de", most=480),
        Term("hours.estimate_threshold", Kind.MINUTES, 240, "An estimate needs approval above", "Estimation à approuver au-delà de"),
        Term("ticket.closes_after", Kind.BUSINESS_DAYS, 10, "A resolved ticket closes after", "Un ticket résolu se ferme après", most=120),
    )
}  # fmt: skip
WORDS = {"yes": True, "true": True, "oui": True, "no": False, "false": False, "non": False}


def parse(key: str, text: str) -> int | bool:
    """The value that `text` writes for `key`; TermError says why not. Numbers are in the term's unit, without a suffix."""
    term = REGISTRY.get(key)
    if term is None:
        raise TermError(Refusal.UNKNOWN, key=key, known=", ".join(sorted(REGISTRY)))
    word = text.strip().lower()
    if term.kind is Kind.BOOLEAN:
        if word not in WORDS:
            raise TermError(Refusal.NOT_YES_OR_NO, term=term, text=text)
        return WORDS[word]
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise TermError(Refusal.NOT_A_NUMBER, term=term, text=text)
    number = int(word)
    if not term.least <= number <= term.most:
        raise TermError(Refusal.OUT_OF_BOUNDS, term=term, text=str(number))
    return number


def default(key: str, tier: str = "standard") -> int | bool:
    """The registry's value for a tier; KeyError for an unknown key."""
    value = REGISTRY[key].default
    return value // 2 if key in HALVED and tier in HALVING_TIERS else value


@dataclass(frozen=True)
class Setting:
    """What one clause sets: the material of effective terms. `document_id` and `clause_id` are opaque references."""

    key: str
    text: str
    clause_id: int
    clause: str
    document_id: int
    document: str
    kind: str
    edition: str
    effective_on: date


@dataclass(frozen=True)
class Effective:
    """A term in force: its value, the clause that won (None: default, no clause), and those that lost, newest first."""

    term: Term
    value: int | bool
    winner: Setting | None
    losers: tuple[Setting, ...] = ()

    def provenance(self) -> dict[str, str | int]:
        """A snapshot for whoever keeps the promise: where the value comes from. A default says so by its source."""
        if self.winner is None:
            return {"source": "default", "key": self.term.key}
        won = self.winner
        return {
            "source": "clause", "key": self.term.key, "document": won.document, "kind": won.kind,
            "edition": won.edition, "clause": won.clause, "clause_id": won.clause_id, "effective_on": won.effective_on.isoformat(),
        }  # fmt: skip


SUBORDINATE = {"guide", "policy"}  # they never beat the contract (service guide §1), however new


def _standing(setting: Setting) -> tuple[bool, date]:
    """What decides between two settings of a term: the contract's documents first, then the later date."""
    return setting.kind not in SUBORDINATE, setting.effective_on


def effective(settings: Iterable[Setting], *, tier: str, on: date) -> Mapping[str, Effective]:
    """Every term of the registry on a day: the newest document in force that sets it, else the default (domain §1).

    The guide and the policies give way to the contract's own documents; among these, and among those, the later effective
    date wins. Two of one standing are a conflict (`conflicts`) that keeps a contract from going live; should one slip in
    later, the later document counts until it is settled.
    """
    by_key: dict[str, list[Setting]] = {}
    for setting in settings:
        if setting.effective_on <= on:
            by_key.setdefault(setting.key, []).append(setting)
    terms = {}
    for key, term in REGISTRY.items():
        ranked = sorted(by_key.get(key, ()), key=lambda s: (_standing(s), s.document_id, s.clause_id), reverse=True)
        value = parse(key, ranked[0].text) if ranked else default(key, tier)
        terms[key] = Effective(term, value, ranked[0] if ranked else None, tuple(ranked[1:]))
    return terms


def conflicts(settings: Iterable[Setting]) -> Iterator[tuple[Setting, Setting]]:
    """Pairs of clauses of one standing and date that set one term differently: an administrator settles them (domain §1.1)."""
    first: dict[tuple[str, bool, date], Setting] = {}
    for setting in sorted(settings, key=lambda s: (s.document_id, s.clause_id)):
        if setting.key in REGISTRY:
            other = first.setdefault((setting.key, *_standing(setting)), setting)
            if parse(other.key, other.text) != parse(setting.key, setting.text):
                yield other, setting
