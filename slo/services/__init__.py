"""The only writers of calendars and clocks."""

from .calendars import NoEdition, business_day, business_days, close_of_business_day, edition_at, publish_edition
from .clocks import (
    move_to_calendar,
    pause_clock,
    resume_clock,
    retarget_clock,
    start_clock,
    stop_clock,
    void_clock,
)
from .many import remember_moves
from .tick import Fired, FiredBatch, fire_due, set_aside

__all__ = [
    "Fired",
    "FiredBatch",
    "NoEdition",
    "business_day",
    "business_days",
    "close_of_business_day",
    "edition_at",
    "fire_due",
    "move_to_calendar",
    "pause_clock",
    "publish_edition",
    "remember_moves",
    "resume_clock",
    "retarget_clock",
    "set_aside",
    "start_clock",
    "stop_clock",
    "void_clock",
]
