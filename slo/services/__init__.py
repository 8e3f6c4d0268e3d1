"""The only writers of calendars and clocks."""

from .calendars import NoEdition, business_day, business_days, close_of_business_day, edition_at, publish_edition
from .changes import (
    adopt_editions,
    comes_after_another,
    discard_change,
    draft_change,
    foresee_batch,
    foresee_change_again,
    move_clocks,
    open_clocks,
    publish_change,
    summed,
)
from .clocks import (
    go_on,
    move_to_calendar,
    pause_clock,
    resume_clock,
    retarget_clock,
    start_clock,
    stop_clock,
    void_clock,
)
from .excusing import answer_excusal, propose_excusal, withdraw_excusal
from .feeds import ask_again, claim_feeds, drop_feed, set_feed, take_feed
from .many import remember_moves
from .naming import slug_for
from .tick import Asleep, Fired, FiredBatch, fire_due, set_aside

__all__ = [
    "Asleep",
    "Fired",
    "FiredBatch",
    "NoEdition",
    "adopt_editions",
    "answer_excusal",
    "ask_again",
    "business_day",
    "business_days",
    "claim_feeds",
    "close_of_business_day",
    "comes_after_another",
    "discard_change",
    "draft_change",
    "drop_feed",
    "edition_at",
    "fire_due",
    "foresee_batch",
    "foresee_change_again",
    "go_on",
    "move_clocks",
    "move_to_calendar",
    "open_clocks",
    "pause_clock",
    "propose_excusal",
    "publish_change",
    "publish_edition",
    "remember_moves",
    "resume_clock",
    "retarget_clock",
    "set_aside",
    "set_feed",
    "slug_for",
    "start_clock",
    "stop_clock",
    "summed",
    "take_feed",
    "void_clock",
    "withdraw_excusal",
]
