"""The Celery application: `celery -A totalcare worker` and `beat`. The schedule is static, in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
app = Celery("totalcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
