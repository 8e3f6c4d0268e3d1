"""The only writers of tickets."""

from .attaching import sweep_files
from .conversation import Overtaken, note, reply
from .handling import assign, prioritize
from .moving import moves
from .opening import open_ticket
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
    "cancel",
    "close_resolved",
    "confirm_solved",
    "log_time",
    "moves",
    "note",
    "open_ticket",
    "prioritize",
    "reopen",
    "reply",
    "resolve",
    "reverse_time",
    "sweep_files",
    "take",
    "wait_for_client",
    "wait_for_third_party",
]
