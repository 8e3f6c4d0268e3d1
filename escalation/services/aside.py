"""Rows that can't be worked: put aside with a word to the staff, tried again, forgotten once they went through."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Audience
from audit.services import record
from common.errors import Refused
from escalation.models import EngineHeartbeat, Escalation, SetAside
from slo import history
from slo import services as slo
from slo.fold import FoldError
from slo.models import Clock
from tickets.models import TicketClock

logger = logging.getLogger(__name__)

ASIDE = timedelta(hours=1)
"""How long a row that can't be worked steps aside, so that it holds nobody up."""
LOOKED_AT, SETTLED = 500, timedelta(minutes=1)
"""How many events a look for broken clocks takes, and how old they are by then."""


def put_aside(*, kind: str, row_id: int, error: Exception, now: datetime) -> None:
    """Let a row wait an hour, with an event for the staff on its ticket; in the tick's own transaction.

    That it waits comes first: should the word about it fail too, it holds nobody up all the same.
    """
    until = now + ASIDE
    _wait(kind, row_id, until)
    try:
        with transaction.atomic():
            _tell(kind, row_id, type(error).__name__[:100], now, until)
    except Exception:
        logger.exception("%s %s stepped aside without a word of it", kind, row_id)


@transaction.atomic
def try_again(*, actor: User, aside_id: int, now: datetime) -> SetAside:
    """Make a row that was set aside due at once: the next tick works it, and forgets it here if it goes through.

    For leads and administrators. Refused when it has gone through meanwhile.
    """
    permissions.check_staff(actor, "engine.watch")
    aside = SetAside.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=aside_id).first()
    if aside is None:
        raise Refused(_("It has gone through meanwhile: there is nothing left to try."))
    _wait(aside.kind, aside.row_id, now)
    aside.retry_at = now
    aside.save(update_fields=["retry_at"])
    _record(aside, "engine.tried_again", now, actor_id=actor.pk)
    return aside


def look_for_broken(*, now: datetime) -> int:
    """Look at clocks to which something happened since the last time: those whose events contradict each other are named
    among what is set aside, each once, with an event for the staff. Returns how many are new.

    They hold nobody up: what their row says is fired, answered and moved (slo/broken.py). A few hundred a minute: after a
    flood it takes longer.
    """
    beat = EngineHeartbeat.objects.select_for_update(no_key=True).get()
    touched, last = history.clocks_touched(beat.looked_upto, now - SETTLED, now, LOOKED_AT)
    new = 0
    for clock in history.broken_among(touched):
        if not SetAside.objects.filter(kind=SetAside.Kind.CLOCK, row_id=clock.pk).exists():
            logger.error("clock %s contradicts itself", clock.pk)
            _tell(SetAside.Kind.CLOCK, clock.pk, FoldError.__name__, now, now + ASIDE)
            new += 1
    if last != beat.looked_upto:
        EngineHeartbeat.objects.update(looked_upto=last)
    return new


def forget_settled(*, now: datetime) -> int:
    """Forget the rows that needn't wait any more; how many. In the tick's own transaction, after its work.

    What isn't due any more went through, was stopped, or waits for its next step. A clock that still contradicts itself stays.
    """
    rows = list(SetAside.objects.filter(retry_at__lt=now).values_list("pk", "kind", "row_id"))
    due = {
        (kind, pk)
        for kind, model in ((SetAside.Kind.CLOCK, Clock), (SetAside.Kind.ESCALATION, Escalation))
        for pk in model._base_manager.filter(
            pk__in=[row_id for _pk, one, row_id in rows if one == kind], next_at__lt=now
        ).values_list("pk", flat=True)
    }
    quiet = [(pk, kind, row_id) for pk, kind, row_id in rows if (kind, row_id) not in due]
    broken = {
        one.pk for one in history.broken_among(row_id for _pk, kind, row_id in quiet if kind == SetAside.Kind.CLOCK)
    }
    stay = [pk for pk, kind, row_id in quiet if kind == SetAside.Kind.CLOCK and row_id in broken]
    SetAside.objects.filter(pk__in=stay).update(retry_at=now + ASIDE)
    settled = [pk for pk, _kind, _row_id in quiet if pk not in set(stay)]
    SetAside.objects.filter(pk__in=settled).delete()
    return len(settled)


def _wait(kind: str, row_id: int, until: datetime) -> None:
    if kind == SetAside.Kind.CLOCK:
        slo.set_aside(clock_id=row_id, until=until)
    else:
        Escalation.objects.filter(pk=row_id).update(next_at=until)


def _tell(kind: str, row_id: int, error: str, now: datetime, until: datetime) -> None:
    organization_id, ticket_id = _place(kind, row_id)
    aside, made = SetAside.objects.get_or_create(
        organization_id=organization_id, kind=kind, row_id=row_id,
        defaults={"ticket_id": ticket_id, "error": error, "failed_at": now, "retry_at": until},
    )  # fmt: skip
    if not made:
        aside.error, aside.failed_at, aside.retry_at, aside.times = error, now, until, aside.times + 1
        aside.save(update_fields=["error", "failed_at", "retry_at", "times"])
    _record(aside, "engine.set_aside", now)


def _record(aside: SetAside, verb: str, now: datetime, actor_id: int | None = None) -> None:
    record(
        organization_id=aside.organization_id,
        actor_id=actor_id,
        verb=verb,
        subject_kind="ticket" if aside.ticket_id else aside.kind,
        subject_id=aside.ticket_id or aside.row_id,
        audience=Audience.INTERNAL,
        at=now,
        kind=aside.kind,
        row_id=aside.row_id,
        error=aside.error,
        retry_at=aside.retry_at.isoformat(),
    )


def _place(kind: str, row_id: int) -> tuple[int, int | None]:
    """Whose row it is, and of which ticket, if of any."""
    if kind == SetAside.Kind.ESCALATION:
        return Escalation.objects.values_list("organization_id", "ticket_id").get(pk=row_id)
    organization_id = Clock.objects.values_list("organization_id", flat=True).get(pk=row_id)
    link = TicketClock.objects.filter(organization_id=organization_id, clock_id=row_id)
    return organization_id, link.values_list("ticket_id", flat=True).first()
