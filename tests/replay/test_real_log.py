"""The real log, where it lies beside the checkout or where TOTALCARE_EVENT_LOG says; collected only there.

All of it against the rules, and a part through the database: TOTALCARE_EVENT_LOG_CASES=all takes some minutes.
"""

import json
import os
from datetime import timedelta

import pytest
from django.core.management import call_command

from portal.replay.log import read
from portal.replay.world import hours
from slo import clock as rule
from slo.calendar import Calendar
from tests.replay import reference
from tests.replay.conftest import REAL

CASES = os.environ.get("TOTALCARE_EVENT_LOG_CASES", "300")


def test_every_line_makes_sense():
    log = read(REAL)
    assert log.rejected == ()
    assert (len(log.cases), sum(len(case.lines) for case in log.cases)) == (4580, 21348)


def test_the_rules_agree_with_the_slow_reference_on_every_case():
    log = read(REAL)
    calendar = Calendar.from_data(hours(log.years))
    for case, wanted in zip(log.cases, reference.expected(REAL), strict=True):
        answers = (line.at for line in case.lines[1:] if line.activity in reference.ANSWERS)
        answered = next(answers, None)
        due = rule.due(calendar, case.submitted_at, timedelta(minutes=wanted["target_minutes"]))
        seconds = answered and int(calendar.between(case.submitted_at, answered).total_seconds())
        verdict = rule.verdict(due, answered, log.ends_at)
        assert (case.ref, case.customer, case.priority) == (wanted["case"], wanted["organization"], wanted["priority"])
        assert (due.isoformat(), seconds, verdict) == (wanted["due_at"], wanted["business_seconds"], wanted["verdict"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
def test_the_replay_agrees_with_the_slow_reference(tmp_path):
    limit = [] if CASES == "all" else ["--limit-cases", CASES]
    call_command(
        "replay_event_log", REAL, "--json", tmp_path / "out.jsonl", *limit, stdout=(tmp_path / "said").open("w")
    )
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = reference.expected(REAL)
    assert rows == (wanted if CASES == "all" else wanted[: int(CASES)])
