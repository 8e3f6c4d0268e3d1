"""Celery's shells."""

from celery import shared_task

from common import clock

from . import services


@shared_task
def tick() -> int:
    """Fire what is due, batch after batch."""
    return services.tick_all(now=clock.now() - services.BEHIND)
