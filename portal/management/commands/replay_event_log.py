"""A help desk's event log, replayed through the services at historic time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from portal.replay import reference, report, world
from portal.replay.log import NotALogError, read
from portal.replay.run import Outcome, replay


class Command(BaseCommand):
    """Idempotent and resumable: a second run changes nothing, one after a kill finishes. No mail leaves."""

    help = "Replays a help desk's event log (CSV) through the services at historic time; as often as one likes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the log: one event a line, with a header")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write a line a ticket to this file")
        parser.add_argument("--check", action="store_true", help="compare every ticket with a slow reference")
        parser.add_argument("--limit-cases", type=int, metavar="N", help="only the first N cases of the log")

    def handle(self, *, file: Path, json: Path | None, limit_cases: int | None, check: bool, **options: Any) -> None:
        if limit_cases is not None and limit_cases < 1:
            raise CommandError("--limit-cases takes a number from 1.")
        if json and not json.absolute().parent.is_dir():
            raise CommandError(f"--json: there is no folder {json.absolute().parent}.")
        try:
            log = read(file)
        except NotALogError as error:
            raise CommandError(str(error)) from error
        if check and log.rejected:
            raise CommandError("--check needs a log whose every line makes sense.")
        cases = log.cases[:limit_cases]
        for line in log.rejected:
            self.stdout.write(f"line {line.number} skipped: {line.why}")
        began = time.monotonic()
        customers = len({case.customer for case in cases})
        with tqdm(total=customers, desc="clients", unit="", disable=None, leave=False) as bar:
            try:
                built = world.build(log, cases, made=bar.update)
            except world.AnotherLogError as error:
                raise CommandError(str(error)) from error
        with tqdm(
            total=sum(len(case.lines) for case in cases), desc="events", unit="", disable=None, leave=False
        ) as bar:
            outcome = replay(log, cases, built, done=bar.update)
        took = time.monotonic() - began
        rows = report.records(built, cases)
        if json:
            report.write_json(rows, json)
        self.tell(outcome, took)
        for text in report.table(rows, cases):
            self.stdout.write(text)
        levels = ", ".join(f"{count} to level {level}" for level, count in report.escalated(built).items())
        self.stdout.write(f"escalated: {levels or 'none'}; lines skipped: {len(log.rejected)}")
        if check:
            self.compare(rows, reference.expected(file)[:limit_cases])

    def compare(self, rows: Sequence[report.Record], expected: Sequence[dict[str, Any]]) -> None:
        """Exit with 1 where a ticket's due instant, business time or verdict isn't the slow reference's."""
        found = report.differences(rows, expected)
        for line in found[:20]:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences from the slow reference.")
        self.stdout.write(
            f"checked: all {len(rows)} tickets are as the slow reference has them, and so are the totals."
        )

    def tell(self, outcome: Outcome, took: float) -> None:
        """What this run did, and at what pace."""
        for number, why in outcome.refused:
            self.stdout.write(f"line {number} kept as a note: {why}")
        if not outcome.events:
            self.stdout.write("Nothing to do: every event has been applied before.")
            return
        self.stdout.write(
            f"{outcome.opened} tickets, {outcome.events} events and {outcome.ticks} ticks in {took:.1f} s:"
            f" {outcome.opened / took:.1f} tickets/s, {outcome.events / took:.0f} events/s"
        )
