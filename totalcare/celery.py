"""The Celery application: `celery -A totalcare worker` and `beat`. The schedule is static, in the settings."""

import gc
import logging.config
import os
from typing import Any

from celery import Celery, signals

from . import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
app = Celery("totalcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """In place of Celery's own handlers, which would say everything twice and know nothing of requests."""
    logging.captureWarnings(True)
    logging.config.dictConfig(logs.configuration())


@signals.worker_process_init.connect
def leave_what_is_loaded_alone(**_: Any) -> None:
    """Python's collector went through all that Django has loaded, a tenth of a second, in every second batch of a flood."""
    gc.freeze()


@signals.before_task_publish.connect
def hand_on_the_request(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """A task that a request asks for logs under the request's id."""
    if headers is not None and (asked_by := logs.request_id.get()):
        headers["request_id"] = asked_by


@signals.task_prerun.connect
def take_the_request(task_id: str = "", task: Any = None, **_: Any) -> None:
    """What beat asks for logs under the task's own id."""
    logs.request_id.set(logs.accepted(str(getattr(task.request, "request_id", None) or task_id)))


@signals.task_postrun.connect
def forget_the_request(**_: Any) -> None:
    """The next line isn't this task's any more."""
    logs.request_id.set("")
