"""Celery's shells."""

from celery import shared_task

from common import clock

from . import services


@shared_task
def send_due() -> int:
    """Send the mails that are due."""
    return services.send_all(now=clock.now())
