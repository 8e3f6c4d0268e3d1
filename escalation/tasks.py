"""Celery's shells."""

from celery import shared_task

from common import clock

from . import services


@shared_task
def tick() -> int:
    """Fire what is due, batch after batch, and leave a sign of life."""
    return services.tick_and_tell(now=clock.now() - services.BEHIND)
