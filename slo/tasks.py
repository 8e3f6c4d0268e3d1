"""Celery's shells."""

from celery import shared_task

from common import clock, tenancy
from common.errors import Refused
from common.fetching import fetch

from . import services
from .ics import closed_days


@shared_task
def ask_feeds() -> int:
    """Ask the feeds whose day has come, one after the other; no transaction waits for their servers."""
    with tenancy.engine() as now:
        claimed = services.claim_feeds(now=now)
    for feed_id, url in claimed:
        try:
            days, failure = closed_days(fetch(url), clock.now().date()), ""
        except Refused as refusal:
            days, failure = None, refusal.code
        with tenancy.engine() as now:
            services.take_feed(feed_id=feed_id, url=url, now=now, days=days, failure=failure)
    return len(claimed)
