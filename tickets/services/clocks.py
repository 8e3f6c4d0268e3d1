"""The promises of a ticket: what starts, stops and pauses their clocks, by the table of slo/objectives.py.

Whoever calls holds the ticket's lock and saves it afterwards: its `due_at` is the soonest promise that is owed and runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from contracts.models import Contract
from contracts.precedence import Unsettled
from contracts.selectors import Promise, promises
from slo import services as slo
from slo.clock import Verdict
from slo.fold import Resumed
from slo.history import histories
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION
from tickets.models import Message, Ticket, TicketClock
from tickets.priority import Priority, is_higher
from tickets.workflow import OPEN, Status

LONGEST_PAUSE = timedelta(days=366)
STILL_OWED = Q(clock__stopped_at=None, clock__verdict__in=[Verdict.RUNNING, Verdict.MISSED])


def owed(ticket: Ticket) -> list[TicketClock]:
    """The clocks that haven't ended: running, pausing, or late and still owed."""
    found = TicketClock.objects.filter(STILL_OWED, organization_id=ticket.organization_id, ticket=ticket)
    return list(found.select_related("clock").order_by("pk"))


def newest(ticket: Ticket, objective: str, number: int | None = None) -> TicketClock | None:
    """The last clock of an objective, running or not; or the one with this number."""
    mine = TicketClock.objects.filter(organization_id=ticket.organization_id, ticket=ticket, objective=objective)
    mine = mine if number is None else mine.filter(number=number)
    return mine.select_related("clock").order_by("-number").first()


def soonest(clocks: Iterable[Clock | None]) -> datetime | None:
    """When the first of some clocks is due, of those that have neither ended nor pause."""
    dues = [
        one.due_at for one in clocks if one and one.due_at and one.stopped_at is None and one.verdict != Verdict.VOID
    ]
    return min(dues, default=None)


def start(
    objective: str, promised: Promise, *, contract: Contract, organization_id: int, priority: str, historical: bool,
    at: datetime, actor_id: int,
) -> Clock | None:  # fmt: skip
    """A clock for a promise; none where its channel isn't covered."""
    if not promised.covered or promised.edition is None:
        return None
    return slo.start_clock(
        organization_id=organization_id, objective=objective, contract_ref=contract.pk, term_key=promised.term_key,
        provenance=promised.provenance, edition=promised.edition, priority=priority,
        target_minutes=promised.target_minutes, warn_percent=promised.warn_percent, started_at=at, historical=historical,
        actor_id=actor_id, pausable=promised.pausable,
    )  # fmt: skip


def answered(ticket: Ticket, message: Message, now: datetime) -> None:
    """A qualified human response, the first or the next: its clock stops, and it is said how it went."""
    running, is_first = owed(ticket), ticket.responded_at is None
    objective = FIRST_RESPONSE if is_first else NEXT_RESPONSE
    mine = next((one for one in running if one.objective == objective), None)
    if mine:
        mine.clock = slo.stop_clock(clock_id=mine.clock_id, at=now, actor_id=message.author_id)
    ticket.responded_at = ticket.responded_at or now
    if is_first or mine:
        clock = mine.clock if mine else None
        record(
            organization_id=ticket.organization_id, actor_id=message.author_id,
            verb="ticket.responded" if is_first else "ticket.answered", subject_kind="ticket", subject_id=ticket.pk,
            at=now, message_id=message.pk, verdict=clock.verdict if clock else "not_covered",
            business_seconds=clock and clock.business_seconds,
        )  # fmt: skip
    ticket.due_at = soonest(one.clock for one in running)


def client_wrote(actor: User, ticket: Ticket, message: Message, now: datetime) -> None:
    """What pauses goes on; after the first answer, a question that no other one waits for starts the next response's clock."""
    running = owed(ticket)
    _resume(actor, ticket, running, Resumed.ACTIVITY, now)
    if ticket.responded_at is not None and not any(one.objective == NEXT_RESPONSE for one in running):
        promised = _promised(ticket, ticket.priority, message.channel, now).get(NEXT_RESPONSE)
        running += _started(actor, ticket, NEXT_RESPONSE, promised, now)
    ticket.due_at = soonest(one.clock for one in running)


def moved(actor: User | None, ticket: Ticket, before: str, now: datetime) -> None:
    """Its status has changed: resolved stops a resolution, reopened goes on with what was left, waiting no more resumes."""
    if ticket.status in {Status.CLOSED, Status.CANCELLED}:
        return
    running = owed(ticket)
    if ticket.status == Status.RESOLVED:
        for one in running:
            if one.objective == RESOLUTION:
                one.clock = slo.stop_clock(clock_id=one.clock_id, at=now, actor_id=actor.pk if actor else None)
    elif ticket.status != Status.WAITING_CLIENT and actor is not None:
        by = Resumed.PERSON if actor.is_valiantys else Resumed.ACTIVITY
        _resume(actor, ticket, running, by, now)
    if before == Status.RESOLVED and ticket.status in OPEN and actor is not None:
        running += _reopened(actor, ticket, now)
    ticket.due_at = soonest(one.clock for one in running)


def withdrawn(actor: User, ticket: Ticket, now: datetime) -> None:
    """Cancelled: what runs ends void."""
    for one in TicketClock.objects.filter(organization_id=ticket.organization_id, ticket=ticket):
        slo.void_clock(clock_id=one.clock_id, reason="cancelled", at=now, actor_id=actor.pk)
    ticket.due_at = None


def prioritized(actor: User, ticket: Ticket, new: Priority, now: datetime) -> None:
    """Every clock that runs follows the corrected priority (domain §5.7); a priority without a target leaves it as it was.

    A resolution that only the higher priority promises counts from the correction on.
    """
    running, upward = owed(ticket), is_higher(new, ticket.priority)
    for one in running:
        _retarget(actor, ticket, one, new, now, upward=upward)
    if upward and ticket.status in OPEN and not any(one.objective == RESOLUTION for one in running):
        promised = _promised(ticket, new, ticket.channel, ticket.opened_at).get(RESOLUTION)
        ever = TicketClock.objects.filter(organization_id=ticket.organization_id, ticket=ticket, objective=RESOLUTION)
        if promised and not ever.exists():
            running += _started(actor, ticket, RESOLUTION, promised, now, priority=new)
    ticket.due_at = soonest(one.clock for one in running)


def pause(
    actor: User, ticket: Ticket, message: Message | None, *, reason: str, resume_on: date | None, now: datetime
) -> None:
    """What may pause does, while the client owes an answer: why, since which question, and until when (domain §5.8)."""
    running = owed(ticket)
    pasts = histories(one.clock for one in running)
    may = [one for one in running if pasts[one.clock_id].may_pause]
    able = [one for one in may if one.clock.verdict == Verdict.RUNNING and not pasts[one.clock_id].state.is_late(now)]
    if resume_on is None:
        if any(one.clock.paused_at is None for one in able):
            raise Refused(_("Say by when you expect the answer: the promise pauses until then at the latest."))
        ticket.due_at = soonest(one.clock for one in running)
        return
    if not able:
        raise Refused(
            _("A promise that is already missed does not pause any more. Ask your question without a date.")
            if may
            else _("Nothing promised for this request may pause: its contract does not say so. Ask without a date.")
        )
    resume_by = _morning(resume_on, able[0].clock)
    if resume_by <= now:
        raise Refused(_("Choose a date after today: the promise goes on by itself on that morning."))
    if resume_by > now + LONGEST_PAUSE:
        raise Refused(_("Choose a date within a year: a promise does not pause for longer."))
    _resume(actor, ticket, able, Resumed.PERSON, now)
    for one in able:
        one.clock = slo.pause_clock(
            clock_id=one.clock_id, reason=reason, resume_by=resume_by, question=message.pk if message else None, at=now,
            actor_id=actor.pk,
        )  # fmt: skip
        _remember(actor.pk, ticket, "clock.paused", one, now, reason=reason, resume_by=resume_by.isoformat())
    ticket.due_at = soonest(one.clock for one in running)


def may_pause(ticket: Ticket, now: datetime) -> bool:
    """Whether something that is promised for it would pause now, if the client were asked."""
    answers = {FIRST_RESPONSE, NEXT_RESPONSE}  # the question itself answers these
    running = [one.clock for one in owed(ticket) if one.objective not in answers]
    pasts = histories(running).values() if running else []
    return any(past.may_pause and not past.state.is_late(now) for past in pasts)


def _morning(on: date, clock: Clock) -> datetime:
    """When a date begins where the clock's hours are counted."""
    return datetime.combine(on, time(), ZoneInfo(clock.edition.zone))


def _resume(actor: User, ticket: Ticket, clocks: Iterable[TicketClock], by: Resumed, now: datetime) -> None:
    for one in clocks:
        if one.clock.paused_at is not None:
            one.clock = slo.resume_clock(clock_id=one.clock_id, by=by, at=now, actor_id=actor.pk)
            _remember(actor.pk, ticket, "clock.resumed", one, now, by=by.value)


def _remember(actor_id: int, ticket: Ticket, verb: str, one: TicketClock, now: datetime, **data: Any) -> None:
    record(
        organization_id=ticket.organization_id, actor_id=actor_id, verb=verb, subject_kind="ticket",
        subject_id=ticket.pk, at=now, clock_id=one.clock_id, objective=one.objective, **data,
    )  # fmt: skip


def _promised(ticket: Ticket, priority: str, channel: str, at: datetime) -> dict[str, Promise]:
    """What the contract promises; nothing while it doesn't run, or can't say: no reply shall fail for that."""
    if ticket.contract.status != Contract.Status.ACTIVE:
        return {}
    try:
        return promises(ticket.contract, priority=priority, channel=channel, at=at)
    except (Refused, Unsettled):
        return {}


def _started(
    actor: User, ticket: Ticket, objective: str, promised: Promise | None, now: datetime, *, priority: str = ""
) -> list[TicketClock]:
    clock = promised and start(
        objective, promised, contract=ticket.contract, organization_id=ticket.organization_id,
        priority=str(priority or ticket.priority), historical=ticket.organization.is_historical, at=now,
        actor_id=actor.pk,
    )  # fmt: skip
    return [_link(ticket, clock)] if clock else []


def _link(ticket: Ticket, clock: Clock, used_minutes: int = 0) -> TicketClock:
    mine: dict[str, Any] = {"organization_id": ticket.organization_id, "ticket": ticket, "objective": clock.objective}
    last = TicketClock.objects.filter(**mine).aggregate(last=Max("number"))["last"] or 0
    return TicketClock.objects.create(**mine, clock=clock, number=last + 1, used_minutes=used_minutes)


def _reopened(actor: User, ticket: Ticket, now: datetime) -> list[TicketClock]:
    """A new clock with what was left of the resolution's, which follows the ticket's present priority."""
    last = newest(ticket, RESOLUTION)
    if last is None or ticket.contract.status != Contract.Status.ACTIVE:
        return []
    clock = slo.go_on(clock_id=last.clock_id, at=now, actor_id=actor.pk)
    if clock is None:
        return []
    one = _link(ticket, clock, last.used_minutes + last.clock.target_minutes - clock.target_minutes)
    if clock.priority != ticket.priority:
        new = Priority(ticket.priority)
        _retarget(actor, ticket, one, new, now, upward=is_higher(new, Priority(clock.priority)))
    return [one]


def _retarget(actor: User, ticket: Ticket, one: TicketClock, new: Priority, now: datetime, *, upward: bool) -> None:
    asked_at = one.clock.started_at if one.objective == NEXT_RESPONSE else ticket.opened_at
    promised = promises(ticket.contract, priority=new, channel=ticket.channel, at=asked_at).get(one.objective)
    if promised is None:
        return
    used = 0 if upward else one.used_minutes  # upwards it counts from the correction, not from submission
    one.clock = slo.retarget_clock(
        clock_id=one.clock_id, priority=new.value, term_key=promised.term_key, provenance=promised.provenance,
        target_minutes=max(1, promised.target_minutes - used), warn_percent=promised.warn_percent,
        edition=promised.edition or slo.edition_at(ticket.contract.calendar_id, asked_at), at=now, upward=upward,
        actor_id=actor.pk,
    )  # fmt: skip
