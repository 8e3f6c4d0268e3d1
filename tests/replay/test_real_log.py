"""The real log, where it lies beside the checkout or where TOTALCARE_EVENT_LOG says; collected only there.

All of it against the rules, and a part through the database: TOTALCARE_EVENT_LOG_CASES=all takes some minutes.
"""

import json
import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command

from portal.replay import reference, report
from portal.replay.log import read
from portal.replay.world import hours
from slo import clock as rule
from slo.calendar import Calendar
from tests.replay.conftest import REAL

# Ten cases worked out by hand from the log's own lines: due (UTC), business seconds, verdict. How: docs/engine.md.
BY_HAND = {
    "Case 3611": ("2011-01-31T12:00:00+00:00", 84, "met"),
    "Case 904": ("2011-03-16T17:00:00+00:00", 0, "met"),
    "Case 3570": ("2011-03-18T08:53:16+00:00", 91_049, "missed"),
    "Case 2707": ("2011-03-28T11:57:37+00:00", 39_438, "missed"),
    "Case 1074": ("2011-11-02T09:45:32+00:00", 86_144, "missed"),
    "Case 205": ("2010-12-09T10:10:52+00:00", 32_931, "missed"),
    "Case 1359": ("2013-01-14T09:07:28+00:00", None, "missed"),
    "Case 259": ("2010-03-23T17:00:00+00:00", 32_400, "missed"),
    "Case 954": ("2012-08-03T07:02:49+00:00", 32_231, "met"),
    "Case 97": ("2013-04-04T10:26:52+00:00", 110_831, "missed"),
}
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


def test_ten_cases_are_as_they_were_worked_out_by_hand():
    found = {row["case"]: (row["due_at"], row["business_seconds"], row["verdict"]) for row in reference.expected(REAL)}
    assert {case: found[case] for case in BY_HAND} == BY_HAND


def test_the_summary_is_the_documented_one():
    """Of the reference, which the rules equal case by case above, and the whole replay by `--check`."""
    rows = [report.Record(**row) for row in reference.expected(REAL)]
    document = (settings.BASE_DIR / "docs/engine.md").read_text(encoding="utf-8")
    for line in report.table(rows, read(REAL).cases):
        assert line in document


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
