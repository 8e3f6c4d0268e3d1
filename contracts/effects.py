"""What moves when an amendment takes effect. Floors add theirs in their AppConfig.ready(), as they do with readiness checks.

The terms themselves need no move: from the document's effective date on they hold. This is for work that is open already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Proposal

Move = Callable[["Proposal", datetime], None]
MOVES: list[Move] = []


def register(move: Move) -> Move:
    """Add a move: called once per amendment, under the engine's scope and in the transaction that says it is in effect."""
    if move not in MOVES:
        MOVES.append(move)
    return move


def move_open_work(proposal: Proposal, now: datetime) -> None:
    """Everything that was registered, in its order."""
    for move in MOVES:
        move(proposal, now)
