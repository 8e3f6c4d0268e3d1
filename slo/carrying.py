"""What a new edition of a calendar does to an open clock: what has run stays as it was measured, the rest is counted anew.

A clock's due instant under editions that follow one another: until the new edition takes effect the old one counts, from then on
the new one (domain §5.2). The business time that was left at that instant is all one needs to know; so elapsed time never
falls, and no clock becomes late by the change itself. Service guide §5.
"""

from __future__ import annotations

from datetime import datetime

from slo.calendar import as_utc
from slo.clock import BusinessTime


def carried(old: BusinessTime, new: BusinessTime, at: datetime, instant: datetime) -> datetime:
    """Where an instant that a clock waits for comes to lie when ``new`` takes over from ``old`` at ``at``.

    An instant that is past by then stays.
    """
    takes_over, awaited = as_utc(at), as_utc(instant)
    if awaited <= takes_over:
        return awaited
    return new.add(takes_over, old.between(takes_over, awaited))
