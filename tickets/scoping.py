"""Where a ticket stands towards the contract's scope (domain §4), as a pure rule."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """The portal doubts at most; a consultant decides."""

    UNDECIDED = "undecided"
    IN_SCOPE = "in_scope"
    LOOKS_EXCLUDED = "looks_excluded"
    EXCLUDED = "excluded"
    TO_BE_QUOTED = "to_be_quoted"


# What a consultant may decide. An excluded request leads to a quote or an amendment: time on it is never Reserved Hours.
DECIDED = (Scope.IN_SCOPE, Scope.EXCLUDED, Scope.TO_BE_QUOTED)
OUTSIDE = (Scope.EXCLUDED, Scope.TO_BE_QUOTED)


def takes_time(scope: Scope | str) -> bool:
    """Whether time may be logged: a doubt doesn't stop the work, a decision does."""
    return Scope(scope) not in OUTSIDE


def names_exclusion(scope: Scope | str) -> bool:
    """Whether a decision must say which exclusion it follows."""
    return Scope(scope) in OUTSIDE
