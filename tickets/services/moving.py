"""Open work when an agreement changes: what would move is shown before anyone signs, then moved by the same rule (domain §5.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from audit.models import Audience
from audit.services import record
from contracts.models import Contract
from contracts.precedence import Agreement, Effective
from contracts.selectors import calendar_for
from slo import history
from slo import services as slo
from slo.clock import Verdict
from slo.history import History
from slo.models import CalendarEdition
from slo.retargets import foresee_retarget
from tickets.models import ImpactMove, ImpactPreview, Ticket, TicketClock

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
    """An open clock whose due instant another agreement would move. A tighter target counts from the change (domain §5.7).

    Of one that `pauses` nothing is due: before and after are what they were if it went on at that instant.
    """

    running: TicketClock
    target: Target
    upward: bool
    before: datetime
    after: datetime
    pauses: bool = False

    @property
    def ticket(self) -> Ticket:
        """Whose clock it is."""
        return self.running.ticket

    def is_late(self, now: datetime) -> bool:
        """Whether it would be late at once."""
        return self.after < now and not self.pauses


def running(contract: Contract, now: datetime) -> QuerySet[TicketClock]:
    """The clocks of a contract's tickets that run or pause, and aren't late: a verdict is never judged again (domain §5.9)."""
    return TicketClock.objects.filter(
        Q(clock__due_at__gte=now) | Q(clock__paused_at__isnull=False),
        organization_id=contract.organization_id, ticket__contract=contract,
        clock__verdict=Verdict.RUNNING, clock__stopped_at=None,
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
    found, links = [], list(clocks)
    pasts = history.histories([one.clock for one in links])
    for one in links:
        what = one.objective, one.clock.priority
        if what not in targets:
            targets[what] = _target(contract, terms, *what, now)
        move = _move(one, pasts.get(one.clock_id) or History(one.clock, (), ()), targets[what], now)
        if move is not None:
            found.append(move)
    return found


def _target(contract: Contract, terms: Mapping[str, Effective], objective: str, priority: str, now: datetime) -> Target:
    term = terms[f"slo.{objective}.{priority}"]
    edition = slo.edition_at(calendar_for(contract, terms, priority), now)
    return Target(term, int(term.value), int(terms["slo.warning"].value), edition)


def _move(one: TicketClock, past: History, target: Target, now: datetime) -> Move | None:
    clock = one.clock
    if not target.minutes:  # it is promised no more: what was promised stands
        return None
    if _left(one, target) == clock.target_minutes and target.edition.calendar_id == clock.edition.calendar_id:
        return None
    seen = foresee_retarget(past, at=now, **_terms(one, target))
    if seen is None or seen.after == seen.before:
        return None
    return Move(one, target, seen.upward, seen.before, seen.after, seen.pauses)


def _left(one: TicketClock, target: Target) -> int:
    return max(1, target.minutes - one.used_minutes)  # of what a reopened resolution has used before


def _terms(one: TicketClock, target: Target) -> dict[str, Any]:
    """What the target promises the clock, as services of clocks take it."""
    return {
        "priority": one.clock.priority, "term_key": target.term.term.key, "provenance": target.term.provenance(),
        "target_minutes": _left(one, target), "warn_percent": target.warn_percent, "edition": target.edition,
    }  # fmt: skip


def remember(work: ImpactPreview, found: Iterable[Move], now: datetime) -> None:
    """Keep on the row what would move, or has: each that is due at another instant, how many of these are late, how many pause."""
    found = list(found)
    ImpactMove.objects.bulk_create(
        ImpactMove(
            organization_id=work.organization_id, preview=work, ticket=one.ticket, before=one.before, after=one.after,
            shift_seconds=int((one.after - one.before).total_seconds()),
        )
        for one in found if one.after != one.before and not one.pauses
    )  # fmt: skip
    late, paused = sum(one.is_late(now) for one in found), sum(one.pauses for one in found)
    work.result = {
        "newly_late": work.result.get("newly_late", 0) + late, "paused": work.result.get("paused", 0) + paused
    }  # fmt: skip


def follow(move: Move, *, now: datetime, since: datetime) -> datetime:
    """Move one clock from an instant on, its ticket's due instant with it and an event that the client reads; when it is due now.

    One that pauses is promised anew in silence: when it is due is known, and told, once it goes on.
    """
    ticket = move.ticket
    clock = slo.retarget_clock(
        clock_id=move.running.clock_id, at=since, upward=move.upward, **_terms(move.running, move.target)
    )
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
