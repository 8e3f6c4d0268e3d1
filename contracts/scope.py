"""Whether a request looks out of scope (service guide §3.4), from its words alone. A hint: a consultant decides.

Words are compared without case, accents or plurals, whole words only, in both languages at once: people write as they speak.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

# A word is letters and digits, with the accents that some keyboards type as characters of their own.
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# What may stand between the words of one phrase: blanks, a hyphen, an apostrophe. A full stop begins something else.
JOIN = re.compile(r"[ \t\u00a0\u202f]*[-\u2010-\u2015'’/]?[ \t\u00a0\u202f]*\r?\n?[ \t]*")
SHORT = 3  # "as", "sas", "bus": nothing is cut off words so short


class Standing(StrEnum):
    """What a draft looks like."""

    IN_SCOPE = "in_scope"
    LOOKS_EXCLUDED = "looks_excluded"
    UNKNOWN_PRODUCT = "unknown_product"


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue: an exclusion, or a category in scope. Phrases are of both languages."""

    key: str
    phrases: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Where a phrase or product of an entry stands: `text` is what was written, from `start` to `end`."""

    key: str
    phrase: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """`key` names the exclusion, or the category that fits; empty when none does. Each phrase is matched once, the first time."""

    standing: Standing
    key: str = ""
    matches: tuple[Match, ...] = ()

    @property
    def reasons(self) -> tuple[Match, ...]:
        """The matches of the entry that it names."""
        return tuple(one for one in self.matches if one.key == self.key)

    @property
    def doubts(self) -> bool:
        """Whether somebody should look before work begins."""
        return self.standing is not Standing.IN_SCOPE


def stem(word: str) -> str:
    """A word as it is compared: no case, no accent, no plural, in English and French alike.

    It need not be a word any more ("licences" and "licence" give one form): only equal forms matter.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one)).casefold()
    if len(plain) <= SHORT:
        return plain
    if plain.endswith("aux") and not plain.endswith("eaux"):
        return f"{plain[:-3]}al"
    if plain.endswith(("eaux", "eux", "oux")) or (plain.endswith("s") and not plain.endswith("ss")):
        plain = plain[:-1]
    if plain.endswith("ie"):
        return f"{plain[:-2]}y"
    return plain[:-1] if plain.endswith(("se", "xe", "ze", "che", "she")) else plain


def stems(phrase: str) -> tuple[str, ...]:
    """A phrase's words as they are compared; empty for one that could never be found."""
    return tuple(stem(one) for one in WORD.findall(phrase))


def judge(text: str, *, exclusions: Sequence[Entry], categories: Sequence[Entry] = (), chosen: str = "") -> Verdict:
    """What a draft looks like: `text` is its subject and body, `chosen` the products of the kind of request it names.

    Words of an exclusion weigh more than its products: naming a product that nobody serves here means something only
    while no product of the categories is named, since linking the two may well be in scope.
    """
    found = _find(text, exclusions, categories)
    words = [one for part, one in found if part == "excluded"]
    if words:
        return Verdict(Standing.LOOKS_EXCLUDED, _most(words, exclusions), tuple(words))
    foreign = [one for part, one in found if part == "foreign"]
    if foreign and not chosen.strip() and not any(part == "served" for part, _one in found):
        return Verdict(Standing.UNKNOWN_PRODUCT, _most(foreign, exclusions), tuple(foreign))
    fitting = [one for part, one in found if part == "fitting"]
    return Verdict(Standing.IN_SCOPE, _most(fitting, categories), tuple(fitting))


def _most(matches: Sequence[Match], entries: Sequence[Entry]) -> str:
    """The entry with most matches, the catalogue's order deciding among equals."""
    count = Counter(one.key for one in matches)
    return max((entry.key for entry in entries if entry.key in count), key=lambda key: count[key], default="")


Phrase = tuple[tuple[str, ...], str, str, str]  # its stems, and the part, the key and the words it stands for


@lru_cache(maxsize=64)
def _index(exclusions: tuple[Entry, ...], categories: tuple[Entry, ...]) -> Mapping[str, list[Phrase]]:
    """First stem → the phrases that begin with it, the longest first."""
    index: dict[str, list[Phrase]] = {}
    for entries, words, products in ((exclusions, "excluded", "foreign"), (categories, "fitting", "served")):
        for entry in entries:
            for part, phrases in ((words, entry.phrases), (products, entry.products)):
                for phrase in phrases:
                    if compared := stems(phrase):
                        index.setdefault(compared[0], []).append((compared, part, entry.key, phrase))
    for phrases_here in index.values():
        phrases_here.sort(key=lambda one: -len(one[0]))
    return index


def _find(text: str, exclusions: Sequence[Entry], categories: Sequence[Entry]) -> list[tuple[str, Match]]:
    """Every phrase that stands in the text, once, in the order of the text, with the part of the catalogue it is from."""
    index = _index(tuple(exclusions), tuple(categories))
    words = [(one.start(), one.end(), one.group()) for one in WORD.finditer(text)]
    known: dict[str, str] = {}
    compared = [known[word] if word in known else known.setdefault(word, stem(word)) for _start, _end, word in words]
    found: list[tuple[str, Match]] = []
    seen: set[tuple[str, str, str]] = set()
    for at, first in enumerate(compared):
        for phrase, part, key, written in index.get(first, ()):
            last = at + len(phrase) - 1
            if (part, key, written) in seen or tuple(compared[at : last + 1]) != phrase:
                continue
            if all(JOIN.fullmatch(text, words[one][1], words[one + 1][0]) for one in range(at, last)):
                start, end = words[at][0], words[last][1]
                seen.add((part, key, written))
                found.append((part, Match(key, written, text[start:end], start, end)))
    return found
