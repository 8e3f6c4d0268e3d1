"""Open clocks follow editions of their calendar and amendments while the workers that move them are killed: `script/faults moves`.

The same processes and servers as in the other stories. Two clients have open requests; round after round the calendar of both is
published anew, or the contract of one is amended, and whichever worker writes the moves is killed in the middle, PostgreSQL and
Valkey too. Each clock must have moved once for each cause, with its request and the event that the client reads; what was answered
before has not moved at all, and every receipt holds. Exits with 1 if not.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from faults import _stage
from faults._processes import Process, seen
from faults._stage import Stage

ANSWERED = 20  # of so many requests one is answered before anything moves
A_MOMENT = 0.2  # seconds
DAYS = 60  # the first amendment was signed so many days ago, and each next one a day later
WEEKS = (
    {str(day): [["08:00", "17:30"]] for day in range(6)},
    {str(day): [["09:00", "18:00"]] for day in range(5)},
)
MINUTES = (6000, 7200)  # promised for high priority by turns: sooner, and later
HIGH = "slo.first_response.high"
UNFINISHED = """
    SELECT 'edition', id, done, cursor FROM slo_calendarchange WHERE state IN ('waiting', 'running') UNION ALL
    SELECT 'amendment', id, done, cursor FROM tickets_impactpreview WHERE state IN ('waiting', 'running')"""
FAILED = """
    SELECT 'edition', id, failure FROM slo_calendarchange WHERE state = 'failed' UNION ALL
    SELECT 'amendment', id, failure FROM tickets_impactpreview WHERE state = 'failed'"""
LEAVE = (
    "UPDATE slo_calendarchange SET leased_until = now() WHERE state = 'running' RETURNING id",
    "UPDATE tickets_impactpreview SET leased_until = now() WHERE state = 'running' RETURNING id",
)
# Nothing else writes events of clocks here: none falls due.
AT_IT = """
    SELECT DISTINCT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE relation = 'slo_clockevent'::regclass AND mode = 'RowExclusiveLock' AND starts_with(application_name, 'worker-')"""
EDITIONS = "SELECT clock_id, data->>'edition' FROM slo_clockevent WHERE kind = 'calendar_moved'"
AMENDMENTS = "SELECT clock_id, data->'clause'->>'document' FROM slo_clockevent WHERE kind = 'retargeted'"
TOLD = """
    SELECT subject_id, data->>'before', data->>'after' FROM audit_event
    WHERE verb = 'ticket.promise_moved' ORDER BY subject_id, id"""
DUE = """
    SELECT link.ticket_id, clock.id, clock.due_at, ticket.due_at, clock.stopped_at IS NULL, ticket.contract_id, clock.priority
    FROM tickets_ticketclock AS link JOIN slo_clock AS clock ON clock.id = link.clock_id
    JOIN tickets_ticket AS ticket ON ticket.id = link.ticket_id"""


class Row(NamedTuple):
    """A clock, its request, when each is due, and whether it runs."""

    ticket: int
    clock: int
    due: datetime
    asked: datetime | None
    runs: bool
    contract: int
    priority: str


class Story(Stage):
    """One run."""

    editions = amendments = 0

    def play(self) -> None:
        """Open; move, kill and wait, until there were enough kills; once more in peace."""
        from tests.contracts.changing import msa

        self.cast.msa = msa(self.cast).document
        open_requests(self.cast, self.options.clocks)
        self.begun = {row.ticket: row.due for row in self.due()}
        self.say(f"{len(self.begun)} requests are open or answered")
        faults = {1: self.valkey, 2: self.postgresql, 5: self.both}
        number = 0
        while self.kills(beats=False) < self.options.kills or number < 3:
            self.cause(number)
            self.blow(faults.get(number))
            self.say(f"round {number + 1}: {self.kills(beats=False)} kills")
            number += 1
        self.cause(number)
        self.until(lambda: not self.ask(UNFINISHED), "the last round ends")

    def cause(self, number: int) -> None:
        """An edition and an amendment by turns."""
        if number % 2:
            amend(self.cast, self.amendments)
            self.amendments += 1
        else:
            self.publish()
            self.editions += 1

    def publish(self) -> None:
        """Drafted, counted by a worker, published; from then on open clocks follow."""
        from slo import services as slo
        from slo.models import CalendarChange
        from tests.tickets.acting import act, fresh

        values: dict[str, Any] = {"zone": "Europe/Paris", "weekly": WEEKS[self.editions % 2], "holidays": {}}
        change = act(
            self.cast.ada, slo.draft_change, calendar=self.cast.paris, effective_at=None, now=self.now(), **values
        )
        counted = CalendarChange.State.DONE
        self.until(lambda: bool(fresh(change).state == counted), "a worker counts what the edition would move")
        change = fresh(change)
        act(self.cast.ada, slo.publish_change, change=change, text_hash=change.text_hash, now=self.now())

    def blow(self, fault: Callable[[], None] | None) -> None:
        """Kill who moves, again and again, each time it got further; `fault` falls on the first who is caught. Then the round ends."""
        faults, fallen_at = [fault] if fault else [], None

        def over() -> bool:
            nonlocal fallen_at
            self.begin_again()
            armed = faults or self.kills(beats=False) < self.options.kills
            victim = self.caught() if armed else None
            left = self.ask(UNFINISHED)
            if victim is not None and left and left != fallen_at:
                fallen_at, self.in_transaction = left, self.in_transaction + 1
                if faults:
                    faults.pop()()
                else:
                    victim.kill()
                    victim.start()
                self.leave()
            return not left

        self.until(over, "the round ends")
        # Nobody was caught before the round was over: its last batch may be undone, and is done again.
        for late in faults:
            late()
            self.leave()
        self.until(lambda: not self.ask(UNFINISHED), "what the servers' end undid is done again")

    def caught(self) -> Process | None:
        """The worker that has written moves and not yet committed them, if one is seen within a moment."""
        row = seen(os.environ["DATABASE_WORKER_URL"], AT_IT, [], A_MOMENT)
        return next((one for one in self.processes if row and one.name == row[0]), None)

    def leave(self) -> None:
        """The lease of who was struck ends at once: waiting half a minute for each would make an hour."""
        for statement in LEAVE:
            self.ask(statement)

    def now(self) -> datetime:
        """The database's."""
        at: datetime = self.ask("SELECT now()")[0][0]
        return at

    def due(self) -> list[Row]:
        """All clocks, as they stand."""
        return [Row(*row) for row in self.ask(DUE)]

    def verdict(self) -> int:
        """The counts, for people and for machines."""
        from common import tenancy
        from slo import history

        rows = self.due()
        running = {row.clock for row in rows if row.runs}
        northwind = self.cast.northwind_contract.pk
        amended = {row.clock for row in rows if row.runs and (row.contract, row.priority) == (northwind, "high")}
        wanted = Counter({(clock, str(edition + 2)) for clock in running for edition in range(self.editions)})
        wanted.update((clock, title(number)) for clock in amended for number in range(self.amendments))
        found = Counter(self.ask(EDITIONS)) + Counter(self.ask(AMENDMENTS))
        lacks, surplus = wanted - found, found - wanted
        missing, double = lacks.total(), surplus.total()
        for what, those in (("missing", lacks), ("double", surplus)):
            for cause, times in sorted(Counter(cause for _clock, cause in those.elements()).items()):
                print(f"{what} of {cause}: {times}")
        astray = self.astray(rows)
        with tenancy.everyone() as now:
            broken = sum(1 for _one in history.problems(history.clocks(), now))
        failed = self.ask(FAILED)
        print(self.blows())
        print(
            f"{self.editions} editions, {self.amendments} amendments: {wanted.total()} moves; work that failed: {failed}"
        )
        print(f"requests whose due instant or events tell another story: {astray}; receipts that do not hold: {broken}")
        print(
            f"{len(rows)} clocks, {self.kills(beats=False)} kills of workers; {self.in_transaction} blows in the middle of a batch"
        )
        print(f"missing {missing}, double {double}", flush=True)
        return int(bool(missing or double or astray or broken or failed))

    def astray(self, rows: list[Row]) -> int:
        """Requests that aren't due when their clock is, or whose events don't lead from one due instant to the next."""
        stands = dict(self.begun)
        lost = set()
        for ticket, before, after in self.ask(TOLD):
            if datetime.fromisoformat(before) != stands[ticket]:
                lost.add(ticket)
            stands[ticket] = datetime.fromisoformat(after)
        lost.update(row.ticket for row in rows if row.due != stands[row.ticket] or (row.runs and row.asked != row.due))
        return len(lost)


def open_requests(cast: Any, clocks: int) -> None:
    """Open requests of two clients, high and low by turns; some are answered."""
    from tests.tickets.acting import act, opened
    from tickets import services as tickets

    for number in range(clocks):
        client = "globex" if number % 4 == 3 else "northwind"
        ticket = opened(cast, client=client, priority="low" if number % 4 == 2 else "high", subject=f"Open {number}")
        if number % ANSWERED == 0:
            act(cast.lea, tickets.reply, ticket_id=ticket.pk, body="We look.", now=cast.now)


def amend(cast: Any, number: int) -> None:
    """Another target for high priority, signed by both sides long ago, and in effect from now on."""
    from common import tenancy
    from contracts import services as contracts
    from tests.contracts import changing

    began, cast.now = cast.now, cast.now - timedelta(days=DAYS - number)
    try:
        wording = contracts.Wording("4.3", "Answered in time.", "À temps.", {HIGH: str(MINUTES[number % 2])})
        proposal = changing.proposed(
            cast, amends=cast.msa, effective_on=cast.now.date(), title=title(number), clauses=[wording],
            change=changing.asked(cast, what=title(number)),
        )  # fmt: skip
        changing.sign(cast.rosa, proposal, cast)
        changing.sign(cast.max, proposal, cast)
    finally:
        cast.now = began
    with tenancy.everyone() as now:
        contracts.take_effect(now=now)


def title(number: int) -> str:
    """What an amendment is called."""
    return f"Amendment No. {number + 1}"


if __name__ == "__main__":
    sys.exit(_stage.main("moves", __doc__, Story, clocks=2000, kills=100))
