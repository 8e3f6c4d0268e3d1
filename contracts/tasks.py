"""Celery's shells."""

from celery import shared_task

from common import tenancy

from . import services


@shared_task
def remind_renewals() -> int:
    """Remind of renewals 90, 60 and 30 days ahead."""
    with tenancy.engine() as now:
        return services.remind_renewals(now=now)


@shared_task
def end_contracts() -> int:
    """End the contracts whose last day has passed."""
    with tenancy.engine() as now:
        return services.end_due(now=now)


@shared_task
def settle_proposals() -> int:
    """End the proposals that nobody signed in time, and put into effect those whose day has come."""
    with tenancy.engine() as now:
        return services.expire(now=now) + services.take_effect(now=now)
