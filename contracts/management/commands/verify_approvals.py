"""Proves every signature again: recomputes the hashes of what was signed, and lists what doesn't match."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from common import tenancy
from contracts import services


class Command(BaseCommand):
    """For an auditor, or from cron: it only reads, and fails when something doesn't prove itself."""

    help = "Recomputes the hash of every approval that stands. Needs the worker's role: DATABASE_ROLE=worker."

    def handle(self, **options: Any) -> None:
        try:
            with tenancy.engine():
                count, found = services.verify()
        except ProgrammingError as error:
            raise CommandError("Only a worker may read all clients: set DATABASE_ROLE=worker.") from error
        for one in found:
            self.stdout.write(
                f"client {one.organization_id} proposal {one.proposal_id}"
                f"{f' approval {one.approval_id}' if one.approval_id else ''}: {one.problem},"
                f" expected {one.expected or '-'}, found {one.found or '-'}"
            )
        if found:
            raise CommandError(f"{len(found)} of {count} approvals and amendments do not match.")
        self.stdout.write(f"{count} approvals verified")
