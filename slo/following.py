"""Asking the feeds whose day has come: claimed in one transaction, asked in none, written in another each."""

from __future__ import annotations

from common import clock, tenancy
from common.errors import Refused
from common.fetching import fetch

from . import services
from .ics import closed_days


def ask_feeds() -> int:
    """Ask them one after the other, and say how many; no transaction waits for their servers."""
    with tenancy.engine() as now:
        claimed = services.claim_feeds(now=now)
    for feed_id, url in claimed:
        days, failure = _said(url)
        with tenancy.engine() as now:
            services.take_feed(feed_id=feed_id, url=url, now=now, days=days, failure=failure)
    return len(claimed)


def _said(url: str) -> tuple[dict[str, str] | None, str]:
    """The closed days that an address names, or the code of why it names none."""
    try:
        return closed_days(fetch(url), clock.now().date()), ""
    except Refused as refusal:
        return None, refusal.code
