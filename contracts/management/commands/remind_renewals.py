"""manage.py remind_renewals"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from common import tenancy
from contracts import services


class Command(BaseCommand):
    """By hand, or from cron where no Celery runs; safe beside any other sweep."""

    help = "Reminds account managers and approvers of renewals 90, 60 and 30 days ahead, once each."

    def handle(self, **options: Any) -> None:
        with tenancy.engine() as now:
            sent = services.remind_renewals(now=now)
        self.stdout.write(f"{sent} reminders")
