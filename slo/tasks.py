"""Celery's shells."""

from celery import shared_task

from . import following


@shared_task
def ask_feeds() -> int:
    """Ask the feeds whose day has come."""
    return following.ask_feeds()
