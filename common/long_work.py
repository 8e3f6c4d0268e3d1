"""Work that takes longer than anybody waits: a row that says how far it is, done in batches by whichever worker has it.

A worker takes the row under a lease, in a transaction of its own. Each batch is one short transaction that locks the row, does its
part, writes how far it came and renews the lease: so a batch is kept whole with its progress, or not at all. A worker that is killed
leaves the row to the next one when its lease ends; one whose row was taken, or asked for anew, finds another lease and stops.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from common import tenancy

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a row is one worker's without a sign of it. Many times what a batch takes."""
PATIENCE = 5.0
"""Seconds after which a worker gives back what it hasn't finished, so that ticks and mails have their turn."""
ATTEMPTS = 5
"""How often a row is taken up without getting any further."""
A_MOMENT = timedelta(seconds=1)
"""How long rows that others hold are left to them."""
SILENCE = timedelta(seconds=30)
"""How long nobody may have touched an unfinished row before a page says so."""


class GaveUp(Exception):
    """The work can't be done, and trying again would not help; `code` says why, for the page."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class NotYet(Exception):
    """What is left is in somebody else's hands for a moment: the batch is undone and tried again soon, as often as it takes."""


class LongWork(models.Model):
    """What a page reads of long work, and what workers need to share it. A subclass says what the work is about."""

    class State(models.TextChoices):
        """Where it is. Waiting and running are unfinished."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    UNFINISHED = (State.WAITING, State.RUNNING)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked for at"))
    touched_at = models.DateTimeField(_("last worked on at"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    total = models.PositiveIntegerField(_("how many there are"), default=0)
    done = models.PositiveIntegerField(_("how many are done"), default=0)
    cursor = models.BigIntegerField(_("the last one done"), default=0)
    result = models.JSONField(_("result"), default=dict, blank=True)
    failure = models.CharField(_("why it failed"), max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts without progress"), default=0)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    class Meta:
        abstract = True

    def ask(self, now: datetime) -> None:
        """From the beginning; whoever is at it finds that its lease is over. The caller saves."""
        self.state, self.asked_at, self.begun_at, self.finished_at = self.State.WAITING, now, None, None
        self.touched_at = None
        self.total = self.done = self.cursor = self.attempts = 0
        self.result, self.failure, self.lease, self.leased_until = {}, "", None, None

    @property
    def is_unfinished(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in self.UNFINISHED

    @property
    def percent(self) -> int | None:
        """How far it is, in whole percent; None before anybody counted."""
        if self.state == self.State.WAITING or not self.total:
            return None
        return min(100, self.done * 100 // self.total)

    def is_stalled(self, now: datetime) -> bool:
        """Whether nobody does it though somebody should: no worker runs, or the one that had it is gone."""
        return self.is_unfinished and now - (self.touched_at or self.asked_at) > SILENCE


W = TypeVar("W", bound=LongWork)
Batch = Callable[[Any, datetime], bool]


def unfinished_index(name: str) -> models.Index:
    """The index by which workers look for something to do."""
    return models.Index(fields=["leased_until", "id"], condition=models.Q(state__in=["waiting", "running"]), name=name)


def work(model: type[W], batch: Batch, *, patience: float = PATIENCE) -> int:
    """Take up what nobody has, oldest first, until nothing is left or patience ends; returns how many batches were done.

    `batch(row, now)` does the next part under the engine's scope, in a transaction with the row locked, sets `total`, `done`,
    `cursor` and `result` on it (they are saved here), and says whether that was the last one.
    """
    ends, batches = monotonic() + patience, 0
    while monotonic() < ends and (row := take(model)) is not None:
        batches += _carry_on(row, batch, ends)
    return batches


def take(model: type[W]) -> W | None:
    """The oldest unfinished row that nobody holds, ours from now on, or failed if it was taken too often; None when there is none."""
    with tenancy.engine() as now:
        rows: Any = model._default_manager
        free = rows.filter(state__in=LongWork.UNFINISHED).filter(
            models.Q(leased_until=None) | models.Q(leased_until__lte=now)
        )
        row: W | None = free.order_by("id").select_for_update(skip_locked=True, no_key=True).first()
        if row is None:
            return None
        row.attempts += 1
        if row.attempts > ATTEMPTS:
            _end(row, now, LongWork.State.FAILED, "gave_up")
        else:
            row.state, row.begun_at = LongWork.State.RUNNING, row.begun_at or now
            row.lease, row.leased_until, row.touched_at = uuid.uuid4(), now + LEASE, now
        row.save()
    return row


def _carry_on(row: W, batch: Batch, ends: float) -> int:
    """Batch after batch, until the work is over, taken away, or patience ends."""
    batches, model, lease = 0, type(row), row.lease
    while row.state == LongWork.State.RUNNING:
        try:
            over = _one(model, row.pk, lease, batch)
        except GaveUp as gave_up:
            _failed(model, row.pk, lease, gave_up.code)
            break
        except NotYet:
            _give_back(model, row.pk, lease, after=A_MOMENT)
            break
        except Exception:
            logger.exception("%s %s: a batch failed", model._meta.label, row.pk)
            _failed(model, row.pk, lease, "")
            break
        if over is None:
            break
        batches += 1
        if over or monotonic() >= ends:
            break
    _give_back(model, row.pk, lease)
    return batches


def _one(model: type[W], pk: int, lease: Any, batch: Batch) -> bool | None:
    """One batch, whole with its progress; None when the row is no longer ours."""
    with tenancy.engine() as now:
        row = _ours(model, pk, lease)
        if row is None:
            return None
        before = (row.done, row.cursor, row.total)
        over = batch(row, now)
        if (row.done, row.cursor, row.total) != before:
            row.attempts = 0
        row.leased_until, row.touched_at = now + LEASE, now
        if over:
            _end(row, now, LongWork.State.DONE, "")
        row.save()
        return over


def may_be_done_again() -> None:
    """For a batch that nobody outside the database hears of: COMMIT doesn't wait until it is on disk. If PostgreSQL dies within
    a moment, work and progress of the last batches are undone together, and done again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _ours(model: type[W], pk: int, lease: Any) -> W | None:
    rows: Any = model._default_manager
    row: W | None = rows.select_for_update(no_key=True).filter(pk=pk, lease=lease, state=LongWork.State.RUNNING).first()
    return row


def _failed(model: type[W], pk: int, lease: Any, code: str) -> None:
    """What can't be done ends; what merely failed is taken up again, a little later each time."""
    with tenancy.engine() as now:
        row = _ours(model, pk, lease)
        if row is None:
            return
        if code or row.attempts >= ATTEMPTS:
            _end(row, now, LongWork.State.FAILED, code or "gave_up")
        else:
            row.lease, row.leased_until = None, now + timedelta(seconds=2**row.attempts)
        row.save()


def _give_back(model: type[W], pk: int, lease: Any, after: timedelta = timedelta(0)) -> None:
    """Whoever comes next may take it, at once or after a moment; whoever gives it back hasn't failed."""
    with tenancy.engine() as now:
        row = _ours(model, pk, lease)
        if row is not None:
            row.lease, row.leased_until = None, now + after
            row.attempts = 0 if after else row.attempts
            row.save()


def _end(row: LongWork, now: datetime, state: str, failure: str) -> None:
    row.state, row.failure, row.finished_at = LongWork.State(state), failure, now
    row.lease = row.leased_until = None
