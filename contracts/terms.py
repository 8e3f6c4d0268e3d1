"""Every term the software obeys: a typed registry. A clause sets a term; what no clause sets has its default, said as such.

Defaults are the house's examples, not the guide's (it gives no figure); an administrator changes them per contract by a clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

Value = int | bool | str


class Kind(StrEnum):
    """What a term may hold."""

    BUSINESS_MINUTES = "business_minutes"
    MINUTES = "minutes"
    BUSINESS_DAYS = "business_days"
    DAYS = "days"
    MONTHS = "months"
    COUNT = "count"
    PERCENTAGE = "percentage"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CALENDAR = "calendar"
    PEOPLE = "people"


NUMBERS = frozenset({
    Kind.BUSINESS_MINUTES, Kind.MINUTES, Kind.BUSINESS_DAYS, Kind.DAYS, Kind.MONTHS, Kind.COUNT, Kind.PERCENTAGE,
})  # fmt: skip


class Refusal(StrEnum):
    """Why the registry refuses; contracts.words has the sentences."""

    UNKNOWN = "unknown"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_BOUNDS = "out_of_bounds"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_CALENDAR = "not_a_calendar"
    NOT_PEOPLE = "not_people"


@dataclass(frozen=True)
class Term:
    """One entry of the registry. Numbers lie within `least` and `most`, both included; a choice is one of `choices`.

    `obeyed` is False where the portal shows what was agreed while people still keep it by hand.
    """

    key: str
    kind: Kind
    default: Value
    label_en: str
    label_fr: str
    least: int = 1
    most: int = 100_000
    choices: tuple[str, ...] = ()
    obeyed: bool = True

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
NOT_PROMISED = 0  # in business minutes: what no clause adds is not promised (domain §5.4)
FURTHER = {"next_response": ("Next answer", "Réponse suivante"), "resolution": ("Resolution", "Résolution")}
# As slo/objectives.py has it; domain §5.8.
MAY_PAUSE = {
    "first_response": (False, "First answer", "Première réponse"),
    "next_response": (True, "Next answer", "Réponse suivante"),
    "resolution": (True, "Resolution", "Résolution"),
}
HALVED = {"slo.first_response.critical", "slo.first_response.high"}  # by Premium and Enterprise, domain §5.5
HALVING_TIERS = {"premium", "enterprise"}
# Service guide §5: only the ticket system is covered, whatever its door.
CHANNELS = {
    "portal": (True, "the portal", "le portail"),
    "api": (True, "the API", "l’API"),
    "email": (False, "e-mail", "courriel"),
    "phone": (False, "phone", "téléphone"),
}
PERIODS = ("monthly", "quarterly", "half_yearly", "yearly")
ALERTS = (("first", 50, "First", "Première"), ("second", 75, "Second", "Deuxième"), ("third", 90, "Third", "Troisième"), ("last", 100, "Last", "Dernière"))  # fmt: skip

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
        *(
            Term(
                f"slo.{objective}.{priority}", Kind.BUSINESS_MINUTES, NOT_PROMISED,
                f"{english}, {priority} priority", f"{french}, priorité {name}", least=NOT_PROMISED,
            )
            for objective, (english, french) in FURTHER.items()
            for priority, name in PRIORITIES.items()
        ),
        *(
            Term(f"slo.{objective}.may_pause", Kind.BOOLEAN, pauses, f"{english} may pause", f"{french}, pause possible")
            for objective, (pauses, english, french) in MAY_PAUSE.items()
        ),
        Term("slo.warning", Kind.PERCENTAGE, 75, "Warning, share of the target", "Alerte, part de l’objectif", most=99),
        *(
            Term(
                f"channel.{channel}.covered", Kind.BOOLEAN, covered,
                f"Requests by {english} are covered", f"Demandes par {french} couvertes",
            )
            for channel, (covered, english, french) in CHANNELS.items()
        ),
        Term("calendar.business", Kind.CALENDAR, "", "Business hours", "Heures ouvrées"),
        Term("calendar.critical", Kind.CALENDAR, "", "Business hours, critical priority", "Heures ouvrées, priorité critique"),
        Term("hours.increment", Kind.MINUTES, 15, "Time is billed by steps of", "Temps facturé par pas de", most=480),
        Term("hours.estimate_threshold", Kind.MINUTES, 240, "An estimate needs approval above", "Estimation à approuver au-delà de"),
        Term("hours.period", Kind.CHOICE, "monthly", "Hours are granted", "Heures accordées", choices=PERIODS, obeyed=False),
        Term("hours.rollover", Kind.MONTHS, 3, "Unused hours roll over once, for", "Heures non utilisées reportées une fois, pour", least=0, most=24, obeyed=False),
        Term("hours.posting_grace", Kind.BUSINESS_DAYS, 3, "Time of a period is accepted until, after its end", "Temps d’une période accepté jusqu’à, après sa fin", least=0, most=30, obeyed=False),
        Term("hours.adjustment_lot", Kind.DAYS, 30, "Hours given back after their expiry last", "Heures rendues après leur expiration, valables", most=366, obeyed=False),
        Term("hours.overage", Kind.BOOLEAN, False, "Work beyond the hours, after an approver’s yes", "Travail au-delà des heures, après accord d’un approbateur", obeyed=False),
        Term("hours.overage_ceiling", Kind.MINUTES, 0, "Work beyond the hours, at most", "Travail au-delà des heures, au plus", least=0, obeyed=False),
        *(
            Term(
                f"hours.alert.{name}", Kind.PERCENTAGE, share, f"{english} alert on the hours used",
                f"{french} alerte sur les heures utilisées", obeyed=False,
            )
            for name, share, english, french in ALERTS
        ),
        Term("ticket.first_reminder", Kind.BUSINESS_DAYS, 3, "First reminder when we wait for you", "Premier rappel quand nous vous attendons", most=60, obeyed=False),
        Term("ticket.second_reminder", Kind.BUSINESS_DAYS, 7, "Second reminder when we wait for you", "Second rappel quand nous vous attendons", most=60, obeyed=False),
        Term("ticket.closes_after", Kind.BUSINESS_DAYS, 10, "A resolved ticket closes after", "Un ticket résolu se ferme après", most=120),
        Term("change.client_signatories", Kind.PEOPLE, "", "Who signs a change for the client", "Qui signe une modification pour le client"),
        Term("change.house_signatories", Kind.PEOPLE, "", "Who signs a change for Valiantys", "Qui signe une modification pour Valiantys"),
        Term("change.proposal_expires", Kind.DAYS, 30, "An unsigned proposal expires after", "Une proposition non signée expire après", most=366),
    )
}  # fmt: skip
WORDS = {"yes": True, "true": True, "oui": True, "no": False, "false": False, "non": False}


def parse(key: str, text: str) -> Value:
    """The value that `text` writes for `key`; TermError says why not. Numbers are in the term's unit, without a suffix.

    A calendar is named as it is called; people are their e-mail addresses, separated by commas or spaces.
    """
    term = REGISTRY.get(key)
    if term is None:
        raise TermError(Refusal.UNKNOWN, key=key, known=", ".join(sorted(REGISTRY)))
    word = text.strip().lower()
    if term.kind is Kind.BOOLEAN:
        if word not in WORDS:
            raise TermError(Refusal.NOT_YES_OR_NO, term=term, text=text)
        return WORDS[word]
    if term.kind is Kind.CHOICE:
        if word not in term.choices:
            raise TermError(Refusal.NOT_A_CHOICE, term=term, text=text)
        return word
    if term.kind is Kind.CALENDAR:
        if not text.strip():
            raise TermError(Refusal.NOT_A_CALENDAR, term=term, text=text)
        return text.strip()
    if term.kind is Kind.PEOPLE:
        return _people(key, text)
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise TermError(Refusal.NOT_A_NUMBER, term=term, text=text)
    number = int(word)
    if not term.least <= number <= term.most:
        raise TermError(Refusal.OUT_OF_BOUNDS, term=term, text=str(number))
    return number


def _people(key: str, text: str) -> str:
    """Addresses in lower case, each once, in the order of the alphabet."""
    people = sorted(set(re.split(r"[\s,;]+", text.strip().lower())))
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", one) for one in people):
        raise TermError(Refusal.NOT_PEOPLE, term=REGISTRY[key], text=text)
    return ", ".join(people)


def default(key: str, tier: str = "standard") -> Value:
    """The registry's value for a tier; KeyError for an unknown key."""
    value = REGISTRY[key].default
    return int(value) // 2 if key in HALVED and tier in HALVING_TIERS else value
