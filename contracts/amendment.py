"""An amendment between proposal and effect: its states, its exact text and that text's hash, who stands for which side.

What both sides sign is the canonical form (domain §6), so that a hash can be recomputed years later. Form 1 is one line of
JSON in UTF-8, without spaces between its parts and with the names of every object sorted: "form", "client" and "contract" (our numbers of them),
"amends" (number, title, edition), "title", "edition", "language", "not_before" (ISO 8601 date; it takes effect then or on the
day of the last signature, whichever is later) and "clauses", each with "number", "text", "translation" and "terms" (pairs of
key and value, by key), in their order in the document. Texts are in Unicode's form NFC, with LF for the ends of lines and without
white space at the ends of lines or of the text. Form 2 is for a text with PDFs: form 1, with "form" 2 and "files", each with "language" and "sha256" of its
bytes, by language. The hash is SHA-256 of these bytes, in hexadecimal. A form never changes: a new one gets a new number.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from .precedence import Agreement, Edition, Effective, Setting
from .terms import REGISTRY, TermError, parse


class Status(StrEnum):
    """Where a proposal stands."""

    DRAFTING = "drafting"
    PROPOSED = "proposed"
    SIGNED = "signed"
    IN_EFFECT = "in_effect"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Act(StrEnum):
    """What is done to a proposal."""

    PROPOSE = "propose"
    EDIT = "edit"
    SIGN = "sign"  # the last signature that is due
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    TAKE_EFFECT = "take_effect"


class Side(StrEnum):
    """Who signs: the client, and we."""

    CLIENT = "client"
    HOUSE = "house"


class WrongState(ValueError):
    """An act that a proposal in its state does not allow."""

    def __init__(self, status: Status, act: Act):
        super().__init__(f"{act} of what is {status}")
        self.status, self.act = status, act


MOVES: dict[Act, tuple[frozenset[Status], Status]] = {
    Act.PROPOSE: (frozenset({Status.DRAFTING}), Status.PROPOSED),
    Act.EDIT: (frozenset({Status.DRAFTING, Status.PROPOSED}), Status.DRAFTING),
    Act.SIGN: (frozenset({Status.PROPOSED}), Status.SIGNED),
    Act.REJECT: (frozenset({Status.PROPOSED}), Status.REJECTED),
    Act.WITHDRAW: (frozenset({Status.DRAFTING, Status.PROPOSED}), Status.WITHDRAWN),
    Act.EXPIRE: (frozenset({Status.PROPOSED}), Status.EXPIRED),
    Act.TAKE_EFFECT: (frozenset({Status.SIGNED}), Status.IN_EFFECT),
}
OPEN = frozenset({Status.DRAFTING, Status.PROPOSED})
BINDING = frozenset({Status.SIGNED, Status.IN_EFFECT})
OVER = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED})


def after(status: str, act: Act) -> Status:
    """The state that an act leads to; WrongState when it can't be done now."""
    allowed, reached = MOVES[act]
    if status not in allowed:
        raise WrongState(Status(status), act)
    return reached


@dataclass(frozen=True)
class ClauseText:
    """A clause as it is signed; `terms` are pairs of key and value."""

    number: str
    text: str
    translation: str = ""
    terms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FileText:
    """A PDF as it is signed: by what its bytes are, in lower case hexadecimal."""

    language: str
    sha256: str


@dataclass(frozen=True)
class AmendmentText:
    """All that a signature covers. `client`, `contract` and `amends` are numbers of rows."""

    client: int
    contract: int
    amends: int
    amends_title: str
    amends_edition: str
    title: str
    edition: str
    language: str
    not_before: date
    clauses: tuple[ClauseText, ...]
    files: tuple[FileText, ...] = ()


def _form_1(text: AmendmentText) -> str:
    return _line(_words(text, 1))


def _form_2(text: AmendmentText) -> str:
    files = sorted((one.language, one.sha256) for one in text.files)
    named = [{"language": language, "sha256": sha256} for language, sha256 in files]
    return _line({**_words(text, 2), "files": named})


def _words(text: AmendmentText, form: int) -> dict[str, Any]:
    return {
        "form": form, "client": text.client, "contract": text.contract,
        "amends": {"number": text.amends, "title": _tidy(text.amends_title), "edition": _tidy(text.amends_edition)},
        "title": _tidy(text.title), "edition": _tidy(text.edition), "language": text.language,
        "not_before": text.not_before.isoformat(),
        "clauses": [
            {
                "number": _tidy(one.number), "text": _tidy(one.text), "translation": _tidy(one.translation),
                "terms": sorted([_tidy(key), _tidy(value)] for key, value in one.terms),
            }
            for one in text.clauses
        ],
    }  # fmt: skip


def _line(whole: dict[str, Any]) -> str:
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


FORM = 1
FORMS: Mapping[int, Callable[[AmendmentText], str]] = {1: _form_1, 2: _form_2}


def form_of(text: AmendmentText) -> int:
    """The form in which a text is signed today: one without PDFs keeps the first, so that what was begun under it goes on."""
    return 2 if text.files else FORM


def canonical(text: AmendmentText, form: int | None = None) -> str:
    """What is hashed, in today's form unless another is named; KeyError for a form that never was."""
    return FORMS[form or form_of(text)](text)


def digest(text: AmendmentText, form: int | None = None) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(text, form).encode()).hexdigest()


def _tidy(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def is_same_name(typed: str, name: str) -> bool:
    """Whether somebody typed his or her own name: accents count, capitals and the number of spaces don't."""

    def plain(text: str) -> str:
        return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().casefold()

    return bool(plain(typed)) and plain(typed) == plain(name)


@dataclass(frozen=True)
class Outcome:
    """What one term of an amendment would do: what held before, and what its clause loses to, if it does and since when."""

    setting: Setting
    before: Effective
    loses_on: date | None = None
    loses_to: tuple[Setting, ...] = ()


def with_draft(agreement: Agreement, edition: Edition, settings: tuple[Setting, ...]) -> Agreement:
    """The agreement as it would be if both sides had signed."""
    return Agreement((*agreement.editions, edition), (*agreement.settings, *settings), agreement.order, agreement.tier)


def outcomes(agreement: Agreement, edition: Edition, settings: tuple[Setting, ...]) -> list[Outcome]:
    """Each term that a draft sets, by the order of precedence from its first day on: what still beats it, or will (domain §6)."""
    signed = with_draft(agreement, edition, settings)
    days = (edition.effective_on, *signed.changes(edition.effective_on))
    before = agreement.on(edition.effective_on)
    found = []
    for setting in settings:
        if setting.key not in REGISTRY:
            continue
        outcome = Outcome(setting, before[setting.key])
        for day in days:
            if rivals := _rivals(signed.on(day)[setting.key], setting):
                outcome = replace(outcome, loses_on=day, loses_to=rivals)
                break
        found.append(outcome)
    return found


def _rivals(decided: Effective, setting: Setting) -> tuple[Setting, ...]:
    """The clauses that keep this one's value from holding; none when it holds, by itself or because another says the same."""
    if decided.conflict:
        return tuple(one for one in decided.conflict if one != setting)
    try:
        value = parse(setting.key, setting.text)
    except TermError:
        return ()  # the draft is refused before anyone signs
    return () if decided.winner is None or decided.settled == value else (decided.winner,)
