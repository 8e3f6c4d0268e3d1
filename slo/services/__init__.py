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
from .clocks import retarget_clock, start_clock, stop_clock, void_clock
from .tick import Fired, FiredBatch, fire_due, set_aside

__all__ = [
    "Fired",
    "FiredBatch",
    "NoEdition",
    "adopt_editions",
    "business_day",
    "business_days",
    "close_of_business_day",
    "comes_after_another",
    "discard_change",
    "draft_change",
    "edition_at",
    "fire_due",
    "foresee_batch",
    "foresee_change_again",
    "move_clocks",
    "open_clocks",
    "publish_change",
    "publish_edition",
    "retarget_clock",
    "set_aside",
    "start_clock",
    "stop_clock",
    "summed",
    "void_clock",
]
