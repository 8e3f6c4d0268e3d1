"""Recomputes the receipt of every clock by the program that clients get, and lists what doesn't hold."""

from __future__ import annotations

import json as jsonlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from accounts.models import Organization
from common import clock, tenancy
from slo import history


class Command(BaseCommand):
    """For an auditor, or from cron: it only reads, and fails when a receipt, or a clock's row, isn't what its events say."""

    help = "Recomputes the receipts of all clocks. Needs the worker's role: DATABASE_ROLE=worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", metavar="KEY", help="only this client's clocks, such as NW")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object a clock that doesn't hold, then the sums"
        )

    def handle(self, *, client: str | None, json: bool, **options: Any) -> None:
        broken = 0
        try:
            with tenancy.engine():
                chosen = self.chosen(client)
                count = chosen.count()
                for pk, problems in history.problems(chosen, clock.now()):
                    broken += 1
                    self.tell(pk, problems, json)
        except ProgrammingError as error:
            raise CommandError("Only a worker may read all clients: set DATABASE_ROLE=worker.") from error
        if json:
            self.stdout.write(jsonlib.dumps({"clocks": count, "broken": broken}))
        if broken:
            raise CommandError(f"{broken} of {count} receipts do not hold.")
        if not json:
            self.stdout.write(f"{count} receipts verified")

    def chosen(self, client: str | None) -> Any:
        """All clocks, or a client's; CommandError for a client that isn't there."""
        if client is None:
            return history.clocks()
        organization = Organization.objects.filter(key=client.upper()).first()
        if organization is None:
            raise CommandError(f"There is no client {client.upper()!r}.")
        return history.clocks().filter(organization=organization)

    def tell(self, pk: int, problems: list[str], json: bool) -> None:
        """One that doesn't hold."""
        if json:
            self.stdout.write(jsonlib.dumps({"clock": pk, "problems": problems}))
        else:
            self.stdout.write("\n".join(f"clock {pk}: {one}" for one in problems))
