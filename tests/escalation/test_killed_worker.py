"""A worker that is killed in the middle of a tick: nothing is lost, nothing happens twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from audit.models import Event
from common import tenancy
from conftest import login_as
from escalation import services
from escalation.models import Escalation
from notifications.models import Delivery
from slo.models import Clock, ClockStep

# A worker that has written all of a batch, says so, and never comes to COMMIT.
WORKER = """
import sys, time
from datetime import datetime
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from escalation import services
from escalation.services import fire
wrote = fire.climb
def climb(*args, **kwargs):
    wrote(*args, **kwargs)
    print("written", flush=True)
    time.sleep(60)
fire.climb = climb
services.tick_all(now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_tick_loses_nothing_and_repeats_nothing(cast, open_ticket):
    for _number in range(5):
        open_ticket(assignee=cast.lea)
    with tenancy.everyone():
        queued = Delivery.objects.count()
    now = cast.now + timedelta(hours=3)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], now.isoformat()],
        env={**os.environ, "DATABASE_ROLE": "worker"}, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert worker.stdout.readline() == "written\n"
        login_as("worker")
        assert services.tick(now=now).claimed == 0  # its rows are its own while it lives
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        with tenancy.engine():
            assert not ClockStep.objects.exists()
            assert Clock.objects.due(now).count() == 5
        fired = [services.tick_all(now=now) for _number in range(2)]
        for _patience in range(50):  # the server notices a broken connection at its next look
            if sum(fired) == 10:
                break
            time.sleep(0.05)
            fired.append(services.tick_all(now=now))
        assert sum(fired) == 10
        with tenancy.engine():
            assert ClockStep.objects.count() == Event.objects.filter(verb__startswith="clock.").count() == 10
            assert Escalation.objects.count() == Event.objects.filter(verb="escalation.opened").count() == 5
            # A warning and a breach each to the assignee, "we missed it" to who asked, and the level's call.
            assert Delivery.objects.count() - queued == 5 * 4
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
        login_as("app")
