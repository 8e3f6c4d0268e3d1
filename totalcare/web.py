"""gunicorn's configuration: `gunicorn --config python:totalcare.web totalcare.wsgi`. Used by script/server and the image.

Requests are logged by our own middleware: gunicorn's access log names addresses, and who asked.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from totalcare.logs import configuration

bind = ":".join((os.environ.get("BIND", "127.0.0.1"), os.environ.get("PORT") or "8000"))
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 10
control_socket_disable = True
logconfig_dict = configuration()
# The worker's own heartbeat file: a disk that hangs must not look like a worker that does.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


COUNTS = "PROMETHEUS_MULTIPROC_DIR"
_made: list[Path] = []


def on_starting(server: Any) -> None:
    """Each process counts in a file of its own, and whichever answers /metrics adds them up. Begin at nought.

    Before the processes are forked: prometheus_client looks for the folder once, when it loads.
    """
    if not os.environ.get(COUNTS):
        _made.append(Path(tempfile.mkdtemp(prefix="totalcare-metrics-")))
        os.environ[COUNTS] = str(_made[0])
    folder = Path(os.environ[COUNTS])
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()


def post_worker_init(worker: Any) -> None:
    """What is loaded by now stays for good: the collector of cycles needn't walk it again and again during requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def child_exit(server: Any, worker: Any) -> None:
    """What a process counted stays; what it measured goes with it."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave nothing behind in a folder of our making."""
    for folder in _made:
        shutil.rmtree(folder, ignore_errors=True)
