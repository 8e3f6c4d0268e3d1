"""Celery's shells."""

from celery import shared_task

from common import tenancy

from . import services


@shared_task
def close_resolved() -> int:
    """Close what was left resolved long enough."""
    with tenancy.engine() as now:
        return services.close_resolved(now=now)


@shared_task
def do_long_work() -> int:
    """Take up, or carry on with, what takes longer than anybody waits."""
    return services.count_impact() + services.follow_calendars()
