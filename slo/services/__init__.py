"""The only writers of calendars and clocks."""

from .calendars import NoEdition, business_day, business_days, close_of_business_day, edition_at, publish_edition
from .clocks import retarget_clock, start_clock, stop_clock, void_clock
from .feeds import ask_again, claim_feeds, drop_feed, set_feed, take_feed
from .naming import slug_for
from .tick import Fired, FiredBatch, fire_due, set_aside

__all__ = [
    "Fired",
    "FiredBatch",
    "NoEdition",
    "ask_again",
    "business_day",
    "business_days",
    "claim_feeds",
    "close_of_business_day",
    "drop_feed",
    "edition_at",
    "fire_due",
    "publish_edition",
    "retarget_clock",
    "set_aside",
    "set_feed",
    "slug_for",
    "start_clock",
    "stop_clock",
    "take_feed",
    "void_clock",
]
