"""Settings, addresses, Celery and the embedded services: knows everything, contains no rule."""

from .celery import app as celery_app

__all__ = ["celery_app"]
