"""Living through the log: every event in time order through the services, ticks driven at their historic instants.

Events are committed in batches, with the ticks between them, and each batch leaves beside its work how many events of
each case it has applied (`replay.applied`). So a run that is killed anywhere finds on the next start exactly what is
missing, and one that has nothing left to do changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Min

from audit.models import Audience, Event
from audit.services import record_many
from common import tenancy
from common.errors import Refused
from escalation import services as escalation
from escalation.models import Escalation
from slo.models import Clock
from tickets import services as tickets
from tickets.models import Ticket

from .log import Case, Line, Log, in_order
from .words import Act, acts
from .world import Place, World

APPLIED, REPLAY = "replay.applied", "replay"
BATCH = 200
LATER = timedelta(seconds=1)  # a tick comes after what it finds, as a real one does
IMPACT = {  # the table's own pairs, so that a ticket's page makes sense
    "critical": ("organization", "blocked"),
    "high": ("team", "blocked"),
    "medium": ("team", "degraded"),
    "low": ("person", "question"),
}


@dataclass(slots=True)
class Standing:
    """A case's ticket as it stands, kept so that no event has to ask."""

    ticket_id: int
    status: str
    answered: bool
    applied: int


@dataclass
class Outcome:
    """What a run did."""

    opened: int = 0
    events: int = 0
    ticks: int = 0
    as_notes: list[tuple[int, str]] = field(default_factory=list)  # refused by a rule, kept as a note


@dataclass
class Driver:
    """One run over a log's cases."""

    world: World
    outcome: Outcome = field(default_factory=Outcome)
    standings: dict[str, Standing] = field(default_factory=dict)
    next_at: datetime | None = None  # nothing historical is due before this

    def load(self, cases: Collection[Case]) -> None:
        """Find what earlier runs have done."""
        places = {place.organization.pk: customer for customer, place in self.world.places.items()}
        refs = {(case.customer, case.ref) for case in cases}
        applied: dict[int, int] = {}
        marks = Event.objects.filter(organization_id__in=places, subject_kind=REPLAY, verb=APPLIED)
        for ticket_id, data in marks.values_list("subject_id", "data"):
            applied[ticket_id] = max(applied.get(ticket_id, 0), data["events"])
        rows = Ticket.objects.filter(organization_id__in=places).exclude(external_ref="")
        for ticket in rows.only("organization_id", "external_ref", "status", "responded_at"):
            if (places[ticket.organization_id], ticket.external_ref) in refs:
                self.standings[ticket.external_ref] = Standing(
                    ticket.pk, ticket.status, ticket.responded_at is not None, applied[ticket.pk]
                )
        self.look()

    def look(self) -> None:
        """Ask when something historical is due next."""
        firsts = (
            model.objects.filter(historical=True, next_at__isnull=False).aggregate(at=Min("next_at"))["at"]
            for model in (Clock, Escalation)
        )
        self.next_at = min((at for at in firsts if at is not None), default=None)

    def advance(self, until: datetime) -> None:
        """Tick at every instant at which something is due before `until`."""
        while self.next_at is not None and self.next_at < until:
            due, at = self.next_at, min(self.next_at + LATER, until)
            escalation.tick(now=at, historical=True)
            self.outcome.ticks += 1
            self.look()
            if self.next_at == due:
                raise RuntimeError(f"A tick at {at} left what was due at {due}: this would never end.")

    def apply(self, case: Case, nth: int, line: Line) -> None:
        """One event: the first opens the ticket, the others are what `words` says of them."""
        place = self.world.places[case.customer]
        self.advance(line.at)
        if nth == 0:
            self.standings[case.ref] = self.open(case, line, place)
            self.look()
            self.outcome.opened += 1
        else:
            self.act(line, self.standings[case.ref], place)
        self.standings[case.ref].applied = nth + 1
        self.outcome.events += 1

    def open(self, case: Case, line: Line, place: Place) -> Standing:
        """Submit the case's ticket."""
        impact, urgency = IMPACT[case.priority]
        ticket = tickets.open_ticket(
            actor=place.requester, organization=place.organization, contract=place.contract, impact=impact,
            urgency=urgency, priority=case.priority, external_ref=case.ref, now=line.at,
            subject=f"{case.ref}: {line.activity}", body=f"From the event log, line {line.number}: {line.activity}.",
        )  # fmt: skip
        return Standing(ticket.pk, ticket.status, answered=False, applied=0)

    def act(self, line: Line, standing: Standing, place: Place) -> None:
        """Do what an event means; what a rule refuses halfway is undone and kept as a note."""
        chosen = acts(line.activity, standing.status, answered=standing.answered)
        try:
            with tenancy.enter(tenancy.current()) if len(chosen) > 1 else _nothing():
                for act in chosen:
                    self.do(act, line, standing, place)
        except Refused as refusal:
            self.outcome.as_notes.append((line.number, str(refusal)))
            self.refresh(standing)
            self.do(Act.NOTE, line, standing, place)

    def do(self, act: Act, line: Line, standing: Standing, place: Place) -> None:
        """One act, by who did it, at its time."""
        agent = self.world.agents[line.agent]
        said = f"{line.activity}."
        common = {"ticket_id": standing.ticket_id, "now": line.at}
        if act is Act.NOTE:
            tickets.note(actor=agent, body=said, **common)
            return
        if act is Act.PERSIST:
            escalation.persist(actor=place.requester, reason=said, **common)
            self.refresh(standing)
            self.look()
            return
        ...
