"""The life of one clock: started, retargeted, stopped or void. Its verdict is written once."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import Refused
from slo import clock as rule
from slo.clock import Verdict
from slo.models import CalendarEdition, Clock


def _warning(edition: CalendarEdition, start: datetime, due: datetime, percent: int) -> datetime:
    return rule.steps_until(edition.rule(), start, due, [Fraction(percent, 100)])[0].at


@transaction.atomic(savepoint=False)  # one statement, which its caller's savepoint takes back with the rest
def start_clock(
    *,
    organization_id: int,
    objective: str,
    contract_ref: int,
    term_key: str,
    provenance: dict[str, Any],
    edition: CalendarEdition,
    priority: str,
    target_minutes: int,
    warn_percent: int,
    started_at: datetime,
    historical: bool = False,
) -> Clock:
    """Start a clock: due after `target_minutes` of the edition's business time, warning at `warn_percent` of it (domain §5)."""
    target, fractions = timedelta(minutes=target_minutes), [Fraction(warn_percent, 100)]
    warning, breach = rule.steps(edition.rule(), started_at, target, fractions)
    return Clock.objects.create(
        organization_id=organization_id,
        objective=objective,
        contract_ref=contract_ref,
        term_key=term_key,
        provenance=provenance,
        edition=edition,
        priority=priority,
        target_minutes=target_minutes,
        started_at=started_at,
        warn_at=warning.at,
        due_at=breach.at,
        next_at=warning.at,
        historical=historical,
    )


@transaction.atomic
def stop_clock(*, clock_id: int, at: datetime) -> Clock:
    """The response came: stop, measure, and judge if no tick has judged it before. A second stop changes nothing.

    A late response that comes before the tick leaves the clock due: its breach still fires, once, as if the tick had been
    first.
    """
    clock = Clock.objects.select_for_update(of=("self",), no_key=True).select_related("edition").get(pk=clock_id)
    if clock.stopped_at is not None or clock.verdict == Verdict.VOID:
        return clock
    clock.stopped_at = at
    clock.business_seconds = int(clock.edition.rule().between(clock.started_at, at).total_seconds())
    if clock.verdict == Verdict.RUNNING:  # a verdict is written once and never re-judged (domain §5.9)
        clock.verdict, clock.judged_at = rule.verdict(clock.due_at, at, at), at
        if clock.verdict == Verdict.MET:
            clock.next_at = None
    clock.save(update_fields=["stopped_at", "next_at", "business_seconds", "verdict", "judged_at"])
    return clock


@transaction.atomic
def void_clock(*, clock_id: int, reason: str, at: datetime) -> Clock:
    """Withdrawn, duplicate or spam: a running clock ends void, with a reason, counted apart (domain §5.6).

    A clock that was late by then is missed, whether a tick has said so or not: nobody dodges it by cancelling.
    """
    clock = Clock.objects.select_for_update(no_key=True).get(pk=clock_id)
    if clock.verdict == Verdict.RUNNING:
        late = rule.verdict(clock.due_at, None, at) is Verdict.MISSED
        clock.verdict, clock.judged_at = (Verdict.MISSED if late else Verdict.VOID), at
        clock.void_reason = "" if late else reason[:200]
    clock.next_at = None
    clock.save(update_fields=["next_at", "verdict", "judged_at", "void_reason"])
    return clock


@transaction.atomic
def retarget_clock(
    *,
    clock_id: int,
    priority: str,
    term_key: str,
    provenance: dict[str, Any],
    target_minutes: int,
    warn_percent: int,
    edition: CalendarEdition,
    at: datetime,
    upward: bool,
) -> Clock:
    """Move the due instant of a running clock to a corrected priority's (domain §5.7); refused downwards once missed.

    Upwards: the earlier of the old due and the new target from the correction. Downwards: the new target from submission.
    A clock that has stopped, or is late, keeps all it had: its verdict stands by the promise it was judged by.
    """
    clock = Clock.objects.select_for_update(of=("self",), no_key=True).select_related("edition").get(pk=clock_id)
    if clock.stopped_at is not None or clock.verdict == Verdict.VOID:
        return clock
    if clock.verdict == Verdict.MISSED or rule.verdict(clock.due_at, None, at) is Verdict.MISSED:
        if not upward:
            raise Refused(_("The first answer is already late: the priority can't be lowered any more."))
        return clock
    target = timedelta(minutes=target_minutes)
    if upward:
        due = rule.retarget_up(edition.rule(), clock.due_at, at, target)
    else:
        due = rule.retarget_down(edition.rule(), clock.started_at, target, clock.due_at, at)
    if due < clock.due_at or not upward:
        clock.due_at, clock.edition = due, edition
        clock.warn_at = _warning(edition, clock.started_at, due, warn_percent)
        clock.next_at = clock.warn_at
    clock.priority, clock.term_key, clock.provenance = priority, term_key, provenance
    clock.target_minutes = target_minutes
    clock.save()
    return clock
