"""The only writers of escalations: the tick that drives them, and the two things that people say to them."""

from .acknowledge import acknowledge
from .heartbeat import tick_and_tell
from .persist import persist
from .tick import BEHIND, TickResult, tick, tick_all

__all__ = ["BEHIND", "TickResult", "acknowledge", "persist", "tick", "tick_all", "tick_and_tell"]
