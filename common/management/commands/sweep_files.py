"""manage.py sweep_files [--dry-run]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common import clock
from common.files import sweep_files


class Command(BaseCommand):
    """Once a week is enough: only a process that was killed between writing a file and COMMIT leaves one."""

    help = "Remove attached files that are older than a day and belong to no message or document; say which rows miss theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep_files(now=clock.now(), dry_run=options["dry_run"])
        for key in swept.orphans:
            self.stdout.write(f"{'would remove' if options['dry_run'] else 'removed'} {key}")
        for key in swept.missing:
            self.stderr.write(f"missing {key}")
        self.stdout.write(f"{len(swept.orphans)} orphans, {len(swept.missing)} missing")
