"""Durations as people type them."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{1,2})?\s*(?:m|min)?")
_HOURS = re.compile(r"(\d{1,2})[.,](\d{1,2})\s*h?")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|minutes?)?")


def parse(text: str) -> int:
    """Minutes from "38", "38 min", "0:38", "1 h 30", "2h", "1,5". ValueError for anything else, and for zero."""
    word = text.strip().lower().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    if found := _CLOCK.fullmatch(word):
        hours, rest = int(found[1]), int(found[2] or 0)
        if rest > 59:
            raise ValueError(text)
        minutes = hours * 60 + rest
    elif found := _HOURS.fullmatch(word):
        minutes = round(float(f"{found[1]}.{found[2]}") * 60)
    elif found := _MINUTES.fullmatch(word):
        minutes = int(found[1])
    else:
        raise ValueError(text)
    if minutes <= 0:
        raise ValueError(text)
    return minutes
