"""What verbs and subjects of events are called, and who their numbers are. Apps add theirs when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Names = Callable[[set[int]], Mapping[int, str]]

VERBS: dict[str, Any] = {}  # verb → its words, lazily translated
SUBJECTS: dict[str, Any] = {}  # kind of subject → its words
NAMES: dict[str, Names] = {}  # kind → ids → names


def verb(code: str) -> str:
    """A verb in words; one that nobody registered is shown as it is, never hidden."""
    return str(VERBS.get(code, code))


def subject(kind: str) -> str:
    """A kind of subject in words."""
    return str(SUBJECTS.get(kind, kind))


def names(kind: str, ids: Iterable[int | None]) -> Mapping[int, str]:
    """What things of a kind are called, by id: one query, none where nobody knows such things."""
    wanted = {one for one in ids if one is not None}
    return NAMES[kind](wanted) if wanted and kind in NAMES else {}
