"""Living through the log: every event in time order through the services, ticks driven at their historic instants.

Events are committed in batches, with the ticks between them, and each batch leaves beside its work how many events of
each case have been applied (`replay.applied`). So a run that is killed anywhere finds on the next start exactly what is
missing, and one that has nothing left to do changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.models import Audience, Event
from audit.services import record_many
from common import tenancy
from common.errors import Refused
from escalation import services as escalation
from portal.beat import Beat
from tickets import services as tickets
from tickets.models import Ticket

from .log import Case, Line, Log, in_order
from .words import Act, acts
from .world import Place, World

APPLIED, SUBJECT = "replay.applied", "replay"
BATCH = 200
IMPACT = {  # pairs of the table that give this priority, so that a ticket's page makes sense
    "critical": ("organization", "blocked"),
    "high": ("team", "blocked"),
    "medium": ("team", "degraded"),
    "low": ("person", "question"),
}


@dataclass(slots=True)
class Standing:
    """A case's ticket as it stands, kept in memory so that no event has to ask."""

    organization_id: int
    ticket_id: int
    status: str
    answered: bool
    applied: int = 0


@dataclass
class Outcome:
    """What a run did, and which lines a rule refused, so that they became notes."""

    opened: int = 0
    events: int = 0
    ticks: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def replay(
    log: Log, cases: Collection[Case], world: World, *, done: Callable[[int], object] = lambda count: None
) -> Outcome:
    """Apply what no earlier run has applied. `done` is called with the number of events just committed, or skipped."""
    with tenancy.engine():
        driver = Driver(world)
        driver.load(cases)
    left = [event for event in in_order(cases) if event[1] >= driver.applied(event[0])]
    done(sum(len(case.lines) for case in cases) - len(left))
    for start in range(0, len(left), BATCH):
        batch = left[start : start + BATCH]
        with tenancy.engine():
            for case, nth, line in batch:
                driver.apply(case, nth, line)
            driver.mark({case.ref for case, _, _ in batch}, batch[-1][2].at)
        done(len(batch))
    with tenancy.engine():
        driver.beat.advance(log.ends_at)
    driver.outcome.ticks = driver.beat.ticks
    return driver.outcome


class Driver:
    """One run over a log's cases, within the scopes that `replay` opens."""

    def __init__(self, world: World):
        self.world = world
        self.outcome = Outcome()
        self.standings: dict[str, Standing] = {}
        self.beat = Beat(historical=True)

    def load(self, cases: Collection[Case]) -> None:
        """Find what earlier runs have done."""
        customers = {place.organization.pk: customer for customer, place in self.world.places.items()}
        applied: dict[int, int] = {}
        reached: datetime | None = None
        marks = Event.objects.filter(organization_id__in=customers, subject_kind=SUBJECT, verb=APPLIED)
        for mark in marks.order_by("id"):
            applied[mark.subject_id], reached = mark.data["events"], mark.at
        wanted = {(case.customer, case.ref) for case in cases}
        for ticket in Ticket.objects.filter(organization_id__in=customers).exclude(external_ref=""):
            if (customers[ticket.organization_id], ticket.external_ref) in wanted:
                self.standings[ticket.external_ref] = _standing(ticket, applied[ticket.pk])
        self.beat.look()
        if reached is not None and self.beat.escalated:
            self.beat.due_by(reached)  # an earlier run may have been killed between an answer and the tick that sees it

    def applied(self, case: Case) -> int:
        """How many events of a case are done."""
        return self.standings[case.ref].applied if case.ref in self.standings else 0

    def mark(self, refs: Collection[str], at: datetime) -> None:
        """Leave word, in the batch's own transaction, of how far these cases have come."""
        record_many(
            Event(
                organization_id=one.organization_id, verb=APPLIED, subject_kind=SUBJECT, subject_id=one.ticket_id,
                audience=Audience.INTERNAL, data={"events": one.applied}, at=at,
            )
            for one in (self.standings[ref] for ref in sorted(refs))
        )  # fmt: skip

    def apply(self, case: Case, nth: int, line: Line) -> None:
        """One event: a case's first opens the ticket, the others are what `words` says of them."""
        self.beat.advance(line.at)
        if nth == 0:
            self.standings[case.ref] = self.open(case, line)
            self.outcome.opened += 1
        else:
            self.act(line, self.standings[case.ref], self.world.places[case.customer])
        self.standings[case.ref].applied = nth + 1
        self.outcome.events += 1

    def open(self, case: Case, line: Line) -> Standing:
        """Submit the case's ticket."""
        place, (impact, urgency) = self.world.places[case.customer], IMPACT[case.priority]
        ticket = tickets.open_ticket(
            actor=place.requester, organization=place.organization, contract=place.contract, impact=impact,
            urgency=urgency, priority=case.priority, external_ref=case.ref, now=line.at,
            subject=f"{case.ref}: {line.activity}"[:200], body=f"Line {line.number} of the event log: {line.activity}.",
        )  # fmt: skip
        self.beat.look()
        return _standing(ticket)

    def act(self, line: Line, standing: Standing, place: Place) -> None:
        """Do what an event means; what a rule refuses, halfway or not, is undone and kept as a note."""
        chosen = acts(line.activity, standing.status, answered=standing.answered)
        try:
            with transaction.atomic() if len(chosen) > 1 else nullcontext():  # services are atomic themselves
                for act in chosen:
                    self.do(act, line, standing, place)
        except Refused as refusal:
            self.outcome.refused.append((line.number, str(refusal)))
            self.refresh(standing)
            self.do(Act.NOTE, line, standing, place)

    def do(self, act: Act, line: Line, standing: Standing, place: Place) -> None:
        """One act, at its time, by who did it."""
        agent, words = self.world.agent(line.agent, standing.organization_id), f"{line.activity}."
        which: dict[str, Any] = {"ticket_id": standing.ticket_id, "now": line.at}
        match act:
            case Act.NOTE:
                tickets.note(actor=agent, body=words, **which)
                return
            case Act.PERSIST:
                escalation.persist(actor=place.requester, reason=words, **which)
                self.beat.look()
                return self.refresh(standing)
            case Act.ANSWER:
                ticket = tickets.reply(actor=agent, body=words, **which).ticket
            case Act.RESOLVE:
                ticket = tickets.resolve(actor=agent, answer=words, **which)
            case Act.ASK:
                ticket = tickets.wait_for_client(actor=agent, question=words, **which)
            case Act.PROMPT:
                ticket = tickets.wait_for_client(actor=self.world.machine, question=words, **which)
            case Act.RESUME:
                ticket = tickets.take(actor=agent, **which)
            case Act.REOPEN:
                ticket = tickets.reopen(actor=agent, reason="", **which)
            case Act.CLOSE:
                ticket = tickets.confirm_solved(actor=place.requester, **which)
        standing.status, standing.answered = ticket.status, ticket.responded_at is not None
        self.beat.touched(standing.ticket_id, line.at)

    def refresh(self, standing: Standing) -> None:
        """Read the ticket again, after something that may have moved it unseen."""
        ticket = Ticket.objects.only("status", "responded_at").get(
            organization_id=standing.organization_id, pk=standing.ticket_id
        )
        standing.status, standing.answered = ticket.status, ticket.responded_at is not None


def _standing(ticket: Ticket, applied: int = 0) -> Standing:
    return Standing(ticket.organization_id, ticket.pk, ticket.status, ticket.responded_at is not None, applied)
