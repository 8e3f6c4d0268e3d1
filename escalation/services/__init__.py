"""The only writers of escalations: the tick that drives them, who looks after it, and what people say to them."""

from .acknowledge import acknowledge, check_taker
from .aside import try_again
from .heartbeat import tick_and_tell
from .outage import SILENT, Look, look_after_engine
from .persist import persist
from .tick import BEHIND, TickResult, tick, tick_all

__all__ = [
    "BEHIND", "SILENT", "Look", "TickResult", "acknowledge", "check_taker", "look_after_engine", "persist", "tick",
    "tick_all", "tick_and_tell", "try_again",
]  # fmt: skip
