"""Clocks fall due while workers and beats are killed, Valkey is emptied and PostgreSQL stopped at once: `script/faults slo`.

Three workers, of which one's clock is ten minutes ahead and one's ten minutes behind, and two beats, on servers of this
command's own. Each round opens some requests whose first answer is late within seconds, catches one process at work if it
can, and kills it. In the end every clock must have been missed exactly once, with all that it causes. Exits with 1 if not.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

from faults import _stage
from faults._processes import Process
from faults._stage import OFF, Stage

LATE = 2.0  # seconds within which a round's clocks fall due
# What each late clock has to cause, once: one row a ticket.
CAUSED = {
    "the breach's step": """SELECT ticket_id FROM tickets_ticketclock JOIN slo_clockstep USING (organization_id, clock_id)
        WHERE name = 'breach'""",
    "the breach's event": "SELECT subject_id FROM audit_event WHERE verb = 'clock.breach'",
    "the verdict": """SELECT ticket_id FROM tickets_ticketclock AS link JOIN slo_clock AS clock ON clock.id = link.clock_id
        WHERE verdict = 'missed'""",
    "the escalation": "SELECT ticket_id FROM escalation_escalation",
    "the escalation's event": "SELECT subject_id FROM audit_event WHERE verb = 'escalation.opened'",
    "the requester's mail": """SELECT subject_id FROM notifications_delivery AS mail JOIN audit_event AS event
        ON event.id = mail.event_id WHERE template = 'clock_missed'""",
}
FROM_THE_FUTURE = "SELECT count(*) FROM slo_clockstep WHERE at > clock_timestamp() OR fired_at > clock_timestamp()"
DUE = "SELECT count(*) FROM slo_clock WHERE next_at IS NOT NULL"


class Story(Stage):
    """One run."""

    opened = early = 0

    def play(self) -> None:
        """Open, kill, wait."""
        self.cast.target = None
        self.rounds()
        self.say("the last kill; the worker whose clock is ahead goes on alone")
        self.last_stand()
        self.say("all is fired; everybody comes back and finds nothing to do")
        self.wait_until_quiet()

    def rounds(self) -> None:
        """As many as there are kills, with a fault of the servers in between."""
        kills = self.options.kills
        servers = {kills // 3: self.valkey, kills * 2 // 3: self.postgresql}
        if kills >= 20:  # and again, later and together
            servers |= {kills * 4 // 5: self.both}
        for number in range(kills):
            self.open(self.options.clocks * (number + 1) // (kills + 1))
            if fault := servers.get(number):
                fault()
            self.strike(self.chance.choice(self.processes))
            self.look()
            self.begin_again()
            if number % 20 == 19:
                self.say(f"{number + 1} kills, {self.opened} clocks")

    def open(self, until: int) -> None:
        """Requests whose first answer is late within seconds, through the service, as a person sends them."""
        while self.opened < until:
            late_in = timedelta(seconds=self.chance.uniform(0.2, LATE))
            open_late(self.cast, late_in, self.opened)
            self.opened += 1

    def strike(self, victim: Process) -> None:
        """Kill it, at work if it can be caught there, and begin it again."""
        admin = os.environ["DATABASE_ADMIN_URL"]
        self.in_transaction += victim.caught_at_work(admin, self.chance.uniform(0.5, LATE))
        victim.kill()
        victim.start()

    def last_stand(self) -> None:
        """The rest of the clocks with no worker but the one whose clock is ahead: it must neither fire early nor be idle."""
        others = [one for one in self.processes if not one.is_beat and one.off != OFF]
        for process in others:
            process.end()
        self.open(self.options.clocks)
        self.until(lambda: self.ask(DUE)[0][0] == 0, "the worker whose clock is ahead fires all that is due")
        self.look()

    def look(self) -> None:
        """What is fired before it is due, by anybody's clock."""
        self.early += self.ask(FROM_THE_FUTURE)[0][0]

    def wait_until_quiet(self) -> None:
        """Everybody back, and some ticks more, which must find nothing left to do."""
        for process in self.processes:
            if not process.alive():
                process.start()
        ticks = self.ticks()
        self.until(lambda: self.ticks() >= ticks + 3, "three more ticks")

    def verdict(self) -> int:
        """The counts, for people and for machines."""
        tickets = {pk for (pk,) in self.ask("SELECT id FROM tickets_ticket")}
        if lost := self.opened - len(tickets):
            print(f"requests that were acknowledged and aren't there: {lost}")
        missing, double = max(0, lost), 0
        for what, statement in CAUSED.items():
            counts = Counter(pk for (pk,) in self.ask(statement))
            lacks, surplus = len(tickets - set(counts)), sum(counts.values()) - len(counts)
            missing, double = missing + lacks, double + surplus
            if lacks or surplus:
                print(f"{what}: missing {lacks}, double {surplus}")
        print(self.blows())
        print(f"steps fired early, or at a time yet to come: {self.early}")
        workers, beats = self.kills(beats=False), self.kills(beats=True)
        print(
            f"{len(tickets)} clocks, {workers + beats} kills: {workers} of workers, {self.in_transaction} of them"
            f" in mid-transaction, {beats} of beats"
        )
        print(f"missing {missing}, double {double}", flush=True)
        return int(bool(missing or double or self.early))


def open_late(cast: SimpleNamespace, late_in: timedelta, number: int) -> None:
    """One critical request of Northwind's, sent so long ago that its first answer is late in a moment."""
    from common import tenancy
    from slo.models import Clock
    from tickets import services as tickets

    with tenancy.user(cast.ann) as now:
        at: datetime = now - (cast.target or timedelta()) + late_in
        ticket = tickets.open_ticket(
            actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject=f"Late {number}",
            body="It stands still.", impact="organization", urgency="blocked", priority="critical",
            now=at if cast.target else now - timedelta(minutes=59, seconds=58),
        )  # fmt: skip
        if cast.target is None:
            clock = Clock.objects.get(pk=ticket.clocks.get().clock_id)
            cast.target = clock.due_at - clock.started_at


if __name__ == "__main__":
    sys.exit(_stage.main("slo", __doc__, Story, clocks=5000, kills=200))
