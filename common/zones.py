"""The time zones there are, read once a process: listing them opens some six hundred files."""

import zoneinfo
from functools import cache


@cache
def known() -> frozenset[str]:
    """Every name that the time zone data has."""
    return frozenset(zoneinfo.available_timezones())


@cache
def offered() -> tuple[str, ...]:
    """Those that a form lists: places, and UTC; not the old abbreviations."""
    return tuple(sorted(zone for zone in known() if "/" in zone or zone == "UTC"))
