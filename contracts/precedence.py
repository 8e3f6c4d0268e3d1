"""Which clause wins: documents in force, the contract's order of precedence, amendments, and a date (domain §1).

Rules, in this order. A document counts from its effective date. The newest edition of a document replaces its earlier ones
whole. An amendment ranks as the document it amends and beats that document's editions, later ones too, until an incorporation
drops it; of two amendments the newer wins. A higher rank beats a lower one; within a rank the newer date wins. What is left, of
one rank and date and different, is a conflict: it is returned, never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from .terms import REGISTRY, Term, TermError, Value, default, parse

Order = tuple[tuple[str, ...], ...]
AMENDMENT = "amendment"
KINDS = ("ms_terms", "general_terms", "msa", "order", "policy", "guide")
# The guide of March 2025 says only that it gives way to the contract's documents; a later edition ranks them all.
GUIDE_LAST: Order = (("ms_terms", "general_terms", "msa", "order"), ("policy", "guide"))
TERMS_FIRST: Order = (("ms_terms", "msa"), ("general_terms",), ("order",), ("policy", "guide"))
PRESETS: dict[str, Order] = {"guide_last": GUIDE_LAST, "terms_first": TERMS_FIRST}


class OrderError(ValueError):
    """An order of precedence that leaves a kind out, or names one twice or that is none: `kinds` are those."""

    def __init__(self, kinds: Sequence[str]):
        super().__init__(", ".join(kinds))
        self.kinds = tuple(kinds)


def order_of(ranks: Iterable[Iterable[str]]) -> Order:
    """An order from lists of kinds, highest rank first; OrderError unless each kind stands in it exactly once."""
    order = tuple(tuple(rank) for rank in ranks if rank)
    named = [kind for rank in order for kind in rank]
    if wrong := [kind for kind in sorted({*named, *KINDS}) if kind not in KINDS or named.count(kind) != 1]:
        raise OrderError(wrong)
    return order


@dataclass(frozen=True)
class Edition:
    """One edition of a document as a contract incorporates it. `id` is opaque.

    series: which document it is an edition of; an amendment's is that of the document it amends. amends: the kind of that
    document, empty for all others. dropped_on: from then on an incorporation has ended this amendment.
    """

    id: int
    title: str
    kind: str
    label: str
    effective_on: date
    series: str
    amends: str = ""
    dropped_on: date | None = None

    def __hash__(self) -> int:
        return self.id  # it is looked up often, and equal editions have equal ids

    @property
    def ranks_as(self) -> str:
        """The kind that its rank goes by."""
        return self.amends or self.kind


@dataclass(frozen=True)
class Setting:
    """What one clause of an edition sets. `clause_id` is opaque, `clause` its number."""

    key: str
    text: str
    clause_id: int
    clause: str
    source: Edition

    def __hash__(self) -> int:
        return self.clause_id

    @property
    def document(self) -> str:
        """The document's title."""
        return self.source.title

    @property
    def kind(self) -> str:
        """The document's kind."""
        return self.source.kind

    @property
    def edition(self) -> str:
        """The edition's name."""
        return self.source.label

    @property
    def effective_on(self) -> date:
        """The edition's first day."""
        return self.source.effective_on


class Why(StrEnum):
    """Why a clause in force did not win."""

    REPLACED = "replaced"  # by a later edition of its document
    DROPPED = "dropped"  # an amendment that an incorporation ended
    AMENDED = "amended"  # by an amendment, or a later one
    OUTRANKED = "outranked"  # by a document of higher rank
    OLDER = "older"  # than another document of its rank
    AGREES = "agrees"  # says the same as the winner, with the same right
    UNREADABLE = "unreadable"  # holds what the registry does not take any more


@dataclass(frozen=True)
class Lost:
    """A clause that gave way."""

    setting: Setting
    why: Why


class Unsettled(ValueError):
    """Somebody asked for the value of a term that two clauses of one rank and date set differently."""


@dataclass(frozen=True)
class Effective:
    """A term on a day: its value, the clause that won (None: default, no clause) and those that lost, strongest first.

    `conflict` holds the clauses that differ with the same right; then nobody won and reading `value` raises Unsettled.
    """

    term: Term
    settled: Value | None
    winner: Setting | None
    losers: tuple[Lost, ...] = ()
    conflict: tuple[Setting, ...] = ()

    @property
    def value(self) -> Value:
        """What holds, in the term's unit."""
        if self.settled is None:
            raise Unsettled(f"{self.term.key} is set differently by clauses of one rank and date.")
        return self.settled

    def provenance(self) -> dict[str, str | int]:
        """A snapshot for whoever keeps the promise: where the value comes from. A default says so by its source."""
        if self.winner is None:
            return {"source": "default", "key": self.term.key}
        won = self.winner
        return {
            "source": "clause", "key": self.term.key, "document": won.document, "kind": won.kind,
            "edition": won.edition, "clause": won.clause, "clause_id": won.clause_id, "effective_on": won.effective_on.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """A term that nobody can tell the value of, from a day on."""

    key: str
    on: date
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Agreement:
    """All that decides a contract's terms: its documents of all dates, what their clauses set, its order and its tier."""

    editions: tuple[Edition, ...] = ()
    settings: tuple[Setting, ...] = ()
    order: Order = GUIDE_LAST
    tier: str = "standard"

    def on(self, day: date) -> Mapping[str, Effective]:
        """Every term of the registry on a day. Total: any documents, any order, any date have an answer."""
        newest: dict[str, date] = {}
        for edition in self.editions:
            if edition.effective_on <= day and not edition.amends:
                newest[edition.series] = max(newest.get(edition.series, date.min), edition.effective_on)
        by_key: dict[str, list[Setting]] = defaultdict(list)
        for setting in self.settings:
            if setting.effective_on <= day:
                by_key[setting.key].append(setting)
        return {
            key: self._decide(term, by_key[key], newest, day) if key in by_key else Effective(term, default(key, self.tier), None)
            for key, term in REGISTRY.items()
        }  # fmt: skip

    def conflicts(self, since: date) -> Iterator[Conflict]:
        """Each term in conflict on that day or coming into conflict later, with the first day of it."""
        seen: set[str] = set()
        for day in (since, *self.changes(since)):
            for key, found in self.on(day).items():
                if found.conflict and key not in seen:
                    seen.add(key)
                    yield Conflict(key, day, found.conflict)

    def changes(self, after: date) -> list[date]:
        """The later days on which a document begins to count or an amendment ends."""
        days = {one.effective_on for one in self.editions} | {one.dropped_on for one in self.editions}
        return sorted(day for day in days if day is not None and day > after)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {kind: rank for rank, kinds in enumerate(self.order) for kind in kinds}

    def _rank(self, edition: Edition) -> int:
        return self._ranks.get(edition.ranks_as, len(self.order))

    def _decide(self, term: Term, settings: list[Setting], newest: Mapping[str, date], day: date) -> Effective:
        lost: dict[Setting, Why] = {}
        values: dict[Setting, Value] = {}
        for setting in settings:
            source = setting.source
            if source.dropped_on is not None and source.dropped_on <= day:
                lost[setting] = Why.DROPPED
            elif not source.amends and source.effective_on < newest.get(source.series, source.effective_on):
                lost[setting] = Why.REPLACED
            else:
                try:
                    values[setting] = parse(term.key, setting.text)
                except TermError:
                    lost[setting] = Why.UNREADABLE
        leaders = self._leaders(values, lost)
        ranked = sorted(settings, key=lambda one: (self._rank(one.source), -one.effective_on.toordinal(), one.source.id, one.clause_id))  # fmt: skip
        if len({values[one] for one in leaders}) > 1:
            conflict = tuple(one for one in ranked if one in leaders)
            return Effective(term, None, None, _in_order(ranked, lost), conflict)
        winner = next((one for one in ranked if one in leaders), None)
        lost |= dict.fromkeys(leaders - {winner}, Why.AGREES)
        value = default(term.key, self.tier) if winner is None else values[winner]
        return Effective(term, value, winner, _in_order(ranked, lost))

    def _leaders(self, candidates: Iterable[Setting], lost: dict[Setting, Why]) -> set[Setting]:
        """Those that nothing beats; the others are added to `lost` with their reason."""
        documents: dict[tuple[int, str], list[Setting]] = defaultdict(list)
        for one in candidates:
            documents[self._rank(one.source), one.source.series].append(one)
        # A document as amended stands by its newest word on this term, so that "newer wins" can't run in a circle.
        standing = {key: max(one.effective_on for one in of) for key, of in documents.items()}
        best = min(((rank, -standing[rank, series].toordinal()) for rank, series in documents), default=None)
        leaders: set[Setting] = set()
        for (rank, series), of in documents.items():
            amendments = [one for one in of if one.source.amends]
            top = max((one.effective_on for one in amendments), default=None)
            heads = {one for one in amendments if one.effective_on == top} if amendments else set(of)
            lost |= {one: Why.AMENDED for one in of if one not in heads}
            if (rank, -standing[rank, series].toordinal()) == best:
                leaders |= heads
            else:
                why = Why.OUTRANKED if best is not None and rank > best[0] else Why.OLDER
                lost |= dict.fromkeys(heads, why)
        return leaders


def _in_order(ranked: list[Setting], lost: Mapping[Setting, Why]) -> tuple[Lost, ...]:
    return tuple(Lost(one, lost[one]) for one in ranked if one in lost)
