"""What ends with a membership or an assignment on upper floors: each adds its part in its AppConfig.ready()."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from .models import Organization, User


class Part(Protocol):
    """A service of an upper floor."""

    def __call__(self, *, actor: User, organization: Organization, person: User, now: datetime) -> object: ...


PARTS: list[Part] = []


def register(part: Part) -> Part:
    """Call this, once, in the transaction in which somebody departs."""
    if part not in PARTS:
        PARTS.append(part)
    return part


def follow(*, actor: User, organization: Organization, person: User, now: datetime) -> None:
    """The person belongs to this client, or serves it, no longer: end whatever hung on that."""
    for part in PARTS:
        part(actor=actor, organization=organization, person=person, now=now)
