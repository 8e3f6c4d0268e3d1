"""What PostgreSQL can't roll back, undone when the transaction, or the savepoint, that it belonged to is rolled back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

logger = logging.getLogger(__name__)


class Step:
    """Something done outside the database."""

    def __init__(self, undo: Callable[[], None]):
        self.undo = undo
        self.stands = False

    def keep(self) -> None:
        """What it belongs to was committed."""
        self.stands = True


def on_rollback(undo: Callable[[], None]) -> None:
    """Call `undo` at the end of the transaction in hand, unless what is done in it at this point is committed."""
    step = Step(undo)
    steps: list[Step] | None = getattr(connection, "undo_steps", None)
    if steps is not None:
        steps.append(step)
        transaction.on_commit(step.keep)  # forgotten by Django with the savepoint it was said in


@contextmanager
def undoable() -> Iterator[None]:
    """`transaction.atomic()`; the outermost one settles what `on_rollback` was told.

    When COMMIT itself fails, nobody here knows what the database did, and nothing is undone: better a file too many,
    which a sweep finds, than a row whose file is gone.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    steps: list[Step] = []
    connection.undo_steps = steps  # type: ignore[attr-defined]
    done = False
    try:
        with transaction.atomic():
            yield
            done = True
    except BaseException:
        if done:
            steps.clear()
        raise
    finally:
        connection.undo_steps = None  # type: ignore[attr-defined]
        for step in steps:
            if not step.stands:
                _undo(step)


def _undo(step: Step) -> None:
    try:
        step.undo()
    except Exception:  # the answer is on its way, and a sweep comes later
        logger.exception("could not undo")
