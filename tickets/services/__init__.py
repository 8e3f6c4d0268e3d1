"""The only writers of tickets."""

from .blocking import block, unblock
from .bulk import Change, Outcome, assign_many, check_number, prioritize_many, resolve_many, undo_many
from .clocks import may_pause
from .conversation import Overtaken, note, reply
from .following import follow_calendars
from .foreseeing import count_impact, foresee, foresee_again
from .handling import assign, prioritize
from .handover import hand_back, hand_over
from .moving import moves
from .opening import open_ticket
from .scope import decide_scope, take_back_scope
from .status import (
    cancel,
    close_resolved,
    confirm_solved,
    reopen,
    resolve,
    take,
    wait_for_client,
    wait_for_third_party,
)
from .time import log_time, reverse_time

__all__ = [
    "Change",
    "Outcome",
    "Overtaken",
    "assign",
    "assign_many",
    "block",
    "cancel",
    "check_number",
    "close_resolved",
    "confirm_solved",
    "count_impact",
    "decide_scope",
    "follow_calendars",
    "foresee",
    "foresee_again",
    "hand_back",
    "hand_over",
    "log_time",
    "may_pause",
    "moves",
    "note",
    "open_ticket",
    "prioritize",
    "prioritize_many",
    "reopen",
    "reply",
    "resolve",
    "resolve_many",
    "reverse_time",
    "take",
    "take_back_scope",
    "unblock",
    "undo_many",
    "wait_for_client",
    "wait_for_third_party",
]
