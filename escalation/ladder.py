"""The rule of the ladder: which level comes next, and when silence climbs."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a level was reached (domain §9)."""

    BREACH = "breach"
    SILENCE = "silence"
    PERSISTS = "persists"
    BROKEN_PROMISE = "broken_promise"
    EMPTY_LEVEL = "empty_level"
