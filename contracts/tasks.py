"""Celery's shells."""

from celery import shared_task

from common import tenancy

from . import services


@shared_task
def remind_renewals() -> int:
    """Remind of renewals 90, 60 and 30 days ahead."""
    with tenancy.engine() as now:
        return services.remind_renewals(now=now)
