"""Celery's shells."""

from celery import shared_task

from common import tenancy

from . import services


@shared_task
def forget() -> int:
    """Delete remembered answers that nobody may ask for any more."""
    with tenancy.engine() as now:
        return services.forget(now=now)
