"""Open work when an agreement changes: what would move is shown before anyone signs, then moved by the same rule (domain §5.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from audit.models import Audience
from audit.services import record
from contracts.models import Contract
from contracts.precedence import Agreement, Effective
from contracts.selectors import calendar_for
from slo import clock as rule
from slo import services as slo
from slo.clock import Verdict
from slo.models import CalendarEdition
from tickets.models import Ticket, TicketClock

from . import clocks


@dataclass(frozen=True)
class Target:
    """What an objective of a priority is promised from now on."""

    term: Effective
    minutes: int
    warn_percent: int
    edition: CalendarEdition


@dataclass(frozen=True)
class Move:
    """An open clock whose due instant another agreement would move. A tighter target counts from the change (domain §5.7)."""

    running: TicketClock
    target: Target
    upward: bool
    before: datetime
    after: datetime

    @property
    def ticket(self) -> Ticket:
        """Whose clock it is."""
        return self.running.ticket

    def is_late(self, now: datetime) -> bool:
        """Whether it would be late at once."""
        return self.after < now


def running(contract: Contract, now: datetime) -> QuerySet[TicketClock]:
    """The clocks of a contract's tickets that run and aren't late: a verdict is never judged again (domain §5.9)."""
    return TicketClock.objects.filter(
        organization_id=contract.organization_id, ticket__contract=contract,
        clock__verdict=Verdict.RUNNING, clock__stopped_at=None, clock__due_at__gte=now,
    ).select_related("clock__edition", "ticket__organization", "ticket__requester")  # fmt: skip


def moves(contract: Contract, agreement: Agreement, *, on: date, now: datetime) -> list[Move]:
    """The running clocks of a contract's tickets that the agreement of a day would move now, the soonest first."""
    return moves_of(running(contract, now).order_by("clock__due_at", "pk"), contract, agreement, on=on, now=now)


def moves_of(
    clocks: Iterable[TicketClock], contract: Contract, agreement: Agreement, *, on: date, now: datetime
) -> list[Move]:
    """Those of some running clocks of a contract that the agreement of a day would move now, in their order."""
    terms = agreement.on(on)
    targets: dict[tuple[str, str], Target] = {}
    found = []
    for one in clocks:
        what = one.objective, one.clock.priority
        if what not in targets:
            targets[what] = _target(contract, terms, *what, now)
        move = _move(one, targets[what], now)
        if move is not None:
            found.append(move)
    return found


def _target(contract: Contract, terms: Mapping[str, Effective], objective: str, priority: str, now: datetime) -> Target:
    term = terms[f"slo.{objective}.{priority}"]
    edition = slo.edition_at(calendar_for(contract, terms, priority), now)
    return Target(term, int(term.value), int(terms["slo.warning"].value), edition)


def _move(one: TicketClock, target: Target, now: datetime) -> Move | None:
    clock, left = one.clock, max(1, target.minutes - one.used_minutes)  # of what a reopened resolution has used before
    minutes = timedelta(minutes=left)
    if clock.due_at is None or not target.minutes:  # it pauses, or is promised no more: what was promised stands
        return None
    if left == clock.target_minutes and target.edition.calendar_id == clock.edition.calendar_id:
        return None
    calendar = target.edition.planned
    upward = rule.due(calendar, clock.started_at, minutes) <= clock.due_at
    if upward:
        after = rule.retarget_up(calendar, clock.due_at, now, minutes)
    else:
        after = rule.retarget_down(calendar, clock.started_at, minutes, clock.due_at, now)
    return Move(one, target, upward, clock.due_at, after) if after != clock.due_at else None


def follow(move: Move, *, now: datetime, since: datetime) -> datetime:
    """Move one clock from an instant on, its ticket's due instant with it and an event that the client reads; when it is due now."""
    ticket, target = move.ticket, move.target
    clock = slo.retarget_clock(
        clock_id=move.running.clock_id, priority=move.running.clock.priority, term_key=target.term.term.key,
        provenance=target.term.provenance(), target_minutes=max(1, target.minutes - move.running.used_minutes),
        warn_percent=target.warn_percent, edition=target.edition, at=since, upward=move.upward,
    )  # fmt: skip
    after = clock.due_at or move.before
    if after != move.before:
        Ticket.objects.filter(organization_id=ticket.organization_id, pk=ticket.pk).update(
            due_at=clocks.soonest(one.clock for one in clocks.owed(ticket))
        )
        record(
            organization_id=ticket.organization_id, actor_id=None, verb="ticket.promise_moved", subject_kind="ticket",
            subject_id=ticket.pk, audience=Audience.CLIENT, at=now, objective=move.running.objective, before=move.before.isoformat(),
            after=after.isoformat(),
        )  # fmt: skip
    return after
