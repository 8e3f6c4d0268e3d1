"""Celery's shells."""

from celery import shared_task

from common import tenancy

from . import services


@shared_task
def close_resolved() -> int:
    """Close what was left resolved long enough."""
    with tenancy.engine() as now:
        return services.close_resolved(now=now)
