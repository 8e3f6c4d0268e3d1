"""The time zones there are, read once a process: listing them opens some six hundred files."""

import zoneinfo
from functools import cache
from pathlib import Path


@cache
def known() -> frozenset[str]:
    """Every name that the time zone data has."""
    return frozenset(zoneinfo.available_timezones())


@cache
def offered() -> tuple[str, ...]:
    """Those that a form lists: places, and UTC; not the old abbreviations."""
    return tuple(sorted(zone for zone in known() if "/" in zone or zone == "UTC"))


@cache
def data_version() -> str:
    """The version of the time zone data that this process reads: the machine's own, else the tzdata package's."""
    for folder in zoneinfo.TZPATH:
        for name, prefix in (("tzdata.zi", "# version "), ("+VERSION", "")):
            path = Path(folder) / name
            if path.is_file():
                first = path.open(encoding="ascii", errors="replace").readline().strip()
                return first.removeprefix(prefix)
    try:
        import tzdata
    except ModuleNotFoundError:
        return "unknown"
    return str(tzdata.IANA_VERSION)
