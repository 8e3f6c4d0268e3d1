"""The tick by hand, or from cron where no Celery runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from common import clock
from escalation import services


class Command(BaseCommand):
    """Fires what is due now; safe beside any other tick."""

    help = "Fires due clocks and escalations once. Needs the worker's role: DATABASE_ROLE=worker."

    def handle(self, **options: Any) -> None:
        try:
            fired = services.tick_and_tell(now=clock.now() - services.BEHIND)
        except ProgrammingError as error:
            raise CommandError("Only a worker may sweep all clients: set DATABASE_ROLE=worker.") from error
        self.stdout.write(f"{fired} steps fired")
