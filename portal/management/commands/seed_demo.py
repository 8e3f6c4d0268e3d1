"""Demo data, for development and for whoever looks around."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from portal.demo import people
from portal.demo.seed import seed


class Command(BaseCommand):
    """Idempotent: what is there is left alone."""

    help = "Writes invented clients, people, contracts and tickets. Only with DEBUG on: everybody shares one password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="print a table of who can sign in, and how")

    def handle(self, *, logins: bool, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Demo data has one password for everybody: it is written only where DEBUG is on (DEBUG=1)."
            )
        count = seed(clock.now())
        self.stdout.write("The demo data is here already." if count is None else f"Demo data written: {count} tickets.")
        if logins:
            self.stdout.write("\n".join(people.logins()))
