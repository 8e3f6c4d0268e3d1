"""Changes of calendars: drafted, shown by what they would do, published, and open clocks moved in batches (domain §5.10).

Both counting and moving are long work (common.long_work); the batches here know clocks and time, and no tickets: who calls
`move_clocks` holds the tickets of those clocks, and writes what follows from it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import allows
from common.columns import array, ids_in
from common.errors import Refused
from slo.calendar import Calendar, CalendarError
from slo.carrying import carried_many, instant, micros
from slo.change_models import CalendarChange
from slo.clock import Verdict
from slo.models import BusinessCalendar, CalendarEdition, Clock, ClockQuerySet
from slo.timeline import Edition, Timeline, timeline_of

from .calendars import opens_enough, publish_edition
from .clocks import move_to_calendar
from .many import Moves, Rows, last_events, remember_moves

if TYPE_CHECKING:
    from slo.compiled import Micros

LOOK_BACK = timedelta(minutes=10)
"""How long after an edition took effect clocks are looked for that began meanwhile and know only the one before."""
PREVIEW_BATCH, MOVE_BATCH = 10_000, 4_000
WORST = 10
Status = CalendarChange.Status
MOVE = """
    UPDATE slo_clock SET edition_id = %s, due_at = moved.due_at, warn_at = moved.warn_at,
        next_at = CASE WHEN slo_clock.next_at = slo_clock.warn_at THEN moved.warn_at
            WHEN slo_clock.next_at = slo_clock.due_at THEN moved.due_at ELSE slo_clock.next_at END
    FROM (SELECT id, timestamptz 'epoch' + warn * interval '1 microsecond' AS warn_at,
            timestamptz 'epoch' + due * interval '1 microsecond' AS due_at
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS new (id, warn, due)) AS moved
    WHERE slo_clock.id = moved.id AND slo_clock.id BETWEEN %s AND %s"""  # between: else all clocks are read for each batch


def _may(actor: User) -> None:
    if not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied


@transaction.atomic
def draft_change(
    *, actor: User, calendar: BusinessCalendar, zone: str, weekly: Mapping[str, Any], holidays: Mapping[str, str],
    effective_at: datetime | None, now: datetime,
) -> CalendarChange:  # fmt: skip
    """Write the next edition of a calendar, or write the draft that is there anew; what it would do is counted from then on.

    effective_at: never in the past, never before the last edition; None is the instant of its publication. Refused in words.
    """
    _may(actor)
    locked = BusinessCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    rule = _checked(locked, {"zone": zone, "weekly": weekly, "holidays": holidays}, effective_at, now)
    change = locked.changes.select_for_update(no_key=True).filter(status=Status.DRAFTED).first()
    if change is None:
        change = CalendarChange(calendar=locked)
    for name, value in rule.to_data().items():
        setattr(change, name, value)
    change.effective_at, change.drafted_by, change.drafted_at = effective_at, actor, now
    change.ask(now)
    change.save()
    return change


def _checked(
    calendar: BusinessCalendar, says: Mapping[str, Any], effective_at: datetime | None, now: datetime
) -> Calendar:
    last = calendar.editions.order_by("-number").first()
    if last is None:
        raise Refused(_("This calendar has no opening hours yet: give it some in the administration first."))
    if (effective_at or max(now, last.effective_at)) < max(now, last.effective_at):
        raise Refused(_("An edition takes effect now or later, and never before the one it follows."))
    if effective_at is None and last.effective_at > now:
        raise Refused(_("The last edition is still to come: say from when on this one holds, then or later."))
    try:
        rule = Calendar.from_data(says)
        opens_enough(rule, effective_at or now)
    except CalendarError as error:
        raise Refused(_("This calendar can't be used: %(why)s") % {"why": error}) from error
    if rule.to_data() == {"zone": last.zone, "weekly": last.weekly, "holidays": last.holidays}:
        raise Refused(_("This is what the calendar says already: change its hours, its holidays or its zone."))
    return rule


@transaction.atomic
def foresee_change_again(*, actor: User, change: CalendarChange, now: datetime) -> CalendarChange:
    """Count once more what a draft would do, unless that is being done; or go on moving what broke off."""
    _may(actor)
    locked = CalendarChange.objects.select_for_update(no_key=True).get(pk=change.pk)
    if locked.status != Status.DISCARDED and not locked.is_unfinished:
        if locked.status == Status.PUBLISHED and locked.state == CalendarChange.State.DONE:
            return locked
        locked.ask(now)
        locked.save()
    return locked


@transaction.atomic
def publish_change(*, actor: User, change: CalendarChange, text_hash: str, now: datetime) -> CalendarChange:
    """Publish what was previewed; open clocks follow in batches. `text_hash` names the words that were read.

    Refused: no preview yet, other words meanwhile, an instant that has passed.
    """
    _may(actor)
    locked = _draft(change)
    if locked.text_hash != text_hash:
        raise Refused(_("Somebody changed this draft meanwhile. Read it again: its preview is counted anew."))
    if locked.state != CalendarChange.State.DONE:
        raise Refused(_("What it would do isn’t counted yet. Wait for the preview, then publish."))
    if locked.effective_at is not None and locked.effective_at < now:
        raise Refused(_("The instant from which it should hold has passed. Edit the draft and choose another one."))
    locked.edition = publish_edition(
        actor=actor, calendar=locked.calendar, effective_at=locked.effective_at or now, now=now, **locked.says
    )
    locked.status, locked.closed_by, locked.closed_at = Status.PUBLISHED, actor, now
    locked.foreseen, locked.effective_at = locked.result, locked.edition.effective_at
    locked.ask(now)
    locked.save()
    return locked


@transaction.atomic
def discard_change(*, actor: User, change: CalendarChange, now: datetime) -> CalendarChange:
    """Leave a draft."""
    _may(actor)
    locked = _draft(change)
    locked.status, locked.closed_by, locked.closed_at = Status.DISCARDED, actor, now
    locked.ask(now)
    locked.state = CalendarChange.State.DONE  # nobody counts it any more
    locked.save()
    return locked


def _draft(change: CalendarChange) -> CalendarChange:
    locked = CalendarChange.objects.select_for_update(no_key=True).select_related("calendar").get(pk=change.pk)
    if locked.status != Status.DRAFTED:
        raise Refused(
            _("This change is %(status)s already: nothing more can be done with it.")
            % {"status": locked.get_status_display()}
        )
    return locked


@transaction.atomic
def adopt_editions(*, now: datetime) -> int:
    """See to it that clocks follow every edition, whoever published it, and also those that began a moment too early to know it.

    Returns how many changes have to be worked on hereby.
    """
    recent = CalendarEdition.objects.filter(number__gt=1, effective_at__gt=now - LOOK_BACK)
    found = 0
    for edition in recent.filter(change=None).select_related("calendar").order_by("pk"):
        CalendarChange.objects.create(
            calendar=edition.calendar, zone=edition.zone, weekly=edition.weekly, holidays=edition.holidays,
            effective_at=edition.effective_at, status=Status.PUBLISHED, drafted_at=now, closed_at=now, edition=edition,
            asked_at=now,
        )  # fmt: skip
        found += 1
    over = CalendarChange.objects.filter(edition__in=recent, state=CalendarChange.State.DONE)
    for change in (
        over.select_related("edition").order_by("edition__number").select_for_update(of=("self",), no_key=True)
    ):
        if open_clocks(change, now).exists():
            change.state, change.finished_at = CalendarChange.State.WAITING, None
            change.save(update_fields=["state", "finished_at"])
            found += 1
    return found


def comes_after_another(change: CalendarChange) -> bool:
    """Whether an earlier edition of the calendar still has clocks to move: this one counts from where that one leaves them."""
    others = CalendarChange.objects.filter(
        calendar_id=change.calendar_id, status=Status.PUBLISHED, state__in=CalendarChange.UNFINISHED
    )
    if change.edition is not None:
        others = others.filter(edition__number__lt=change.edition.number)
    return others.exists()


def open_clocks(change: CalendarChange, now: datetime) -> ClockQuerySet:
    """The clocks that a change moves, or would: measured by an earlier edition of the calendar, running, not late, due after it."""
    editions = CalendarEdition.objects.filter(calendar_id=change.calendar_id)
    if change.edition is not None:
        editions = editions.filter(number__lt=change.edition.number)
    return Clock.objects.filter(
        Q(due_at__gt=max(change.effective_at or now, now)) | Q(paused_at__isnull=False),
        edition__in=list(editions.values_list("pk", flat=True)), verdict=Verdict.RUNNING, stopped_at=None, historical=False,
    )  # fmt: skip


def foresee_batch(change: CalendarChange, now: datetime) -> bool:
    """The next clocks of a preview, in the order of their ids; sums what it finds on `result`. True after the last ones."""
    clocks = open_clocks(change, now)
    if not change.total:
        change.total = clocks.count()
    batch = Rows.of(clocks.filter(pk__gt=change.cursor).order_by("pk"), PREVIEW_BATCH)
    running = batch.chosen(batch.due > 0)  # of what pauses nothing is due
    measured = _Measured(change, Edition(change.effective_at or now, Calendar.from_data(change.says)))
    change.result = summed(change.result, running.moved(measured.dues(running, running.all_at(now))), now)
    change.done += len(batch.id)
    change.cursor = int(batch.id[-1]) if len(batch.id) else change.cursor
    return len(batch.id) < PREVIEW_BATCH


def summed(result: dict[str, Any], found: Moves, now: datetime) -> dict[str, Any]:
    """The figures with some more moves in them."""
    import numpy as np

    clients = {key: list(value) for key, value in result.get("clients", {}).items()}
    earlier = found.after < found.before
    organizations, which = np.unique(found.organization, return_inverse=True)
    counted = (organizations, np.bincount(which), np.bincount(which, weights=earlier))
    for organization, moved, moved_up in zip(*(one.astype(int).tolist() for one in counted), strict=True):
        before = clients.get(str(organization), [0, 0])
        clients[str(organization)] = [before[0] + moved, before[1] + moved_up]
    sooner = int(earlier.sum())
    worst = [*result.get("worst", []), *_tightest(found)]
    worst.sort(key=lambda line: datetime.fromisoformat(line[3]) - datetime.fromisoformat(line[2]))
    return {
        "moved": result.get("moved", 0) + len(found),
        "sooner": result.get("sooner", 0) + sooner,
        "later": result.get("later", 0) + len(found) - sooner,
        "newly_late": result.get("newly_late", 0) + int((found.after < micros(now)).sum()),
        "clients": clients,
        "worst": worst[:WORST],
    }


def _tightest(found: Moves) -> list[list[Any]]:
    worst = found.chosen((found.after - found.before).argsort(kind="stable")[:WORST])
    columns = (worst.clock.tolist(), worst.organization.tolist(), worst.before, worst.after)
    return [
        [clock, organization, instant(before).isoformat(), instant(after).isoformat()]
        for clock, organization, before, after in zip(*columns, strict=True)
    ]


RECENT = timedelta(hours=1)
"""Requests may cross, by seconds: what lies further ahead than this is no clock's life, and goes one by one."""


def move_clocks(*, change: CalendarChange, clock_ids: list[int], now: datetime) -> Moves:
    """Move those of some clocks that still are to be moved to the change's edition; those that another transaction holds wait.

    Returns the ones whose due instant is another one now.
    """
    import numpy as np

    edition = change.edition
    if edition is None:
        raise ValueError("only a published change moves clocks")
    clocks = open_clocks(change, now).filter(pk__in=ids_in(clock_ids)).select_for_update(skip_locked=True, no_key=True)
    held = Rows.of(clocks.order_by("pk"), len(clock_ids))
    if not len(held.id):
        return Moves.of([])
    last, numbers, plain = last_events(held)
    plain &= (held.due > 0) & (last <= micros(now + RECENT))
    found = []
    single = held.chosen(~plain)  # a pause: due once it goes on; or history that the row doesn't tell
    for pk, organization, due in single.named():
        after = move_to_calendar(clock_id=pk, edition=edition, at=now).due_at
        if due and after is not None and micros(after) != due:
            found.append((pk, organization, due, micros(after)))
    running = held.chosen(plain)
    if not len(running.id):
        return Moves.of(found)
    at = np.maximum(last[plain], micros(min(edition.effective_at, now)))
    measured = _Measured(change, Edition(edition.effective_at, edition.rule()))
    dues = measured.dues(running, at)
    remember_moves(edition=edition, moves=(running.organization, running.id, numbers[plain] + 1, at))
    with connection.cursor() as cursor:
        columns = (running.id, measured.warnings(running, at), dues)
        span = [int(running.id.min()), int(running.id.max())]
        cursor.execute(MOVE, [change.edition_id, *map(array, columns), *span])
    return Moves.of(found) + running.moved(dues)


class _Measured:
    """Warnings and due instants of clocks by the new edition, as the fold of their events will have them; the timelines of the
    old editions are made once."""

    def __init__(self, change: CalendarChange, new: Edition):
        editions = list(CalendarEdition.objects.filter(calendar_id=change.calendar_id))
        before = [one for one in editions if change.edition is None or one.number < change.edition.number]
        self.old = {one.pk: timeline_of(editions, upto=one.number) for one in before}
        self.new = Timeline((*timeline_of(before).editions, new))

    def dues(self, rows: Rows, at: Micros) -> Micros:
        """When each is due, if the new edition takes over at its instant."""
        return self._carried(rows, at, rows.due)

    def warnings(self, rows: Rows, at: Micros) -> Micros:
        """When each warns."""
        return self._carried(rows, at, rows.warn)

    def _carried(self, rows: Rows, at: Micros, instants: Micros) -> Micros:
        import numpy as np

        out = instants.copy()
        for edition in np.unique(rows.edition):
            mine = rows.edition == edition
            out[mine] = carried_many(self.old[int(edition)], self.new, at[mine], instants[mine])
        return out
