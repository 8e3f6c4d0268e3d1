"""What an amendment changes in a text, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORD = re.compile(r"\s+|\w+|[^\w\s]")
MOST = 4_000_000  # comparisons; a longer pair of texts is shown as one replaced by the other


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Words in a row that share a fate."""

    mark: Mark
    text: str


def redline(old: str, new: str) -> list[Piece]:
    """The old text turned into the new: what was removed stands before what replaced it.

    Joining all but the added gives the old text, joining all but the removed the new one.
    """
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) * len(after) > MOST:
        return [Piece(Mark.REMOVED, old), Piece(Mark.ADDED, new)]
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Mark.SAME, "".join(before[i:j])))
            continue
        if i < j:
            pieces.append(Piece(Mark.REMOVED, "".join(before[i:j])))
        if k < m:
            pieces.append(Piece(Mark.ADDED, "".join(after[k:m])))
    return list(_joined(pieces))


def _joined(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Two replaced words with nothing but a space between them read as one replacement."""
    removed = added = ""
    for index, piece in enumerate(pieces):
        if piece.mark is Mark.REMOVED:
            removed += piece.text
        elif piece.mark is Mark.ADDED:
            added += piece.text
        elif (removed or added) and piece.text.isspace() and index + 1 < len(pieces):
            removed, added = removed + piece.text, added + piece.text
        else:
            yield from _flushed(removed, added)
            removed = added = ""
            yield piece
    yield from _flushed(removed, added)


def _flushed(removed: str, added: str) -> Iterable[Piece]:
    if removed:
        yield Piece(Mark.REMOVED, removed)
    if added:
        yield Piece(Mark.ADDED, added)


@dataclass(frozen=True)
class Standing:
    """A clause that stands already: where, what it says, and which terms it sets. `amends` is True for one of an earlier amendment."""

    document: str
    number: str
    text: str
    keys: frozenset[str] = frozenset()
    amends: bool = False


def counterpart(number: str, keys: Iterable[str], standing: Sequence[Standing]) -> Standing | None:
    """The clause that a new one takes the place of: the first that sets a term of it, else the amended document's own of that number.

    `standing` comes newest first, the amended document last. None: the clause is new.
    """
    wanted = set(keys)
    by_term = next((one for one in standing if one.keys & wanted), None)
    return by_term or next((one for one in standing if not one.amends and one.number == number), None)
