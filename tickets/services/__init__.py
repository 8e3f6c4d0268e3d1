"""The only writers of tickets."""

from .blocking import block, unblock
from .bulk import Change, Outcome, assign_many, check_number, prioritize_many, resolve_many, undo_many
from .clocks import may_pause
from .contesting import contest, contestable_of, outcomes_of, settle_contest, withdraw_contest
from .conversation import Overtaken, note, reply
from .excusing import answer_excusal, propose_excusal, side_of, withdraw_excusal
from .following import follow_calendars
from .foreseeing import count_impact, foresee, foresee_again
from .handling import assign, prioritize
from .handover import hand_back, hand_over
from .moving import moves
from .opening import open_ticket
from .rehearsing import rehearse_priority
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
    "answer_excusal",
    "assign",
    "assign_many",
    "block",
    "cancel",
    "check_number",
    "close_resolved",
    "confirm_solved",
    "contest",
    "contestable_of",
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
    "outcomes_of",
    "prioritize",
    "prioritize_many",
    "propose_excusal",
    "rehearse_priority",
    "reopen",
    "reply",
    "resolve",
    "resolve_many",
    "reverse_time",
    "settle_contest",
    "side_of",
    "take",
    "take_back_scope",
    "unblock",
    "undo_many",
    "wait_for_client",
    "wait_for_third_party",
    "withdraw_contest",
    "withdraw_excusal",
]
