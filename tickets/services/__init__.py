"""The only writers of tickets."""

from .attaching import sweep_files
from .blocking import block, unblock
from .conversation import Overtaken, note, reply
from .handling import assign, prioritize
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
    "Overtaken",
    "assign",
    "block",
    "cancel",
    "close_resolved",
    "confirm_solved",
    "decide_scope",
    "log_time",
    "note",
    "open_ticket",
    "prioritize",
    "reopen",
    "reply",
    "resolve",
    "reverse_time",
    "sweep_files",
    "take",
    "take_back_scope",
    "unblock",
    "wait_for_client",
    "wait_for_third_party",
]
