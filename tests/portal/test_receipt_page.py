"""The whole receipt over HTTP: to read, to download, to recompute; for whoever sees the ticket, and nobody else."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slo.verify_receipt import verify
from tests.portal.acting import HOUR, answer, clause
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(ticket: Any, objective: str = "first_response") -> str:
    return f"/tickets/{ticket.reference}/clocks/{objective}/receipt/"


def test_day_by_day_its_lines_add_up_to_the_double_rule(cast, get):
    cast.now = datetime(2026, 11, 10, 16, 42, 30, tzinfo=UTC)  # a Tuesday, 17:42 in Paris; the eleventh is a holiday
    ticket = opened(cast, priority="medium")
    cast.now = datetime(2026, 11, 12, 9, 20, 15, tzinfo=UTC)
    page = get(cast.ann, url(ticket))
    days = page.context["days"]
    assert [day.on.day for day in days] == [10, 11, 12]
    lines = [line for day in days for line in day.lines if line.kind != "mark"]
    assert [(line.kind, line.label) for line in lines] == [
        ("open", "17:42 – 18:00"), ("closed", "18:00 – 24:00"), ("holiday", "00:00 – 24:00"), ("closed", "00:00 – 09:00"),
        ("open", "09:00 – 10:20"),
    ]  # fmt: skip
    assert sum(line.counted_minutes or 0 for line in lines) == page.context["total_minutes"] == 97
    assert "Closed, Armistice 1918" in page.text
    assert 'class="final"' in page.text
    assert "Paris 9–18" in page.text


def test_the_file_is_what_the_page_shows_and_holds(cast, get, tmp_path):
    clause(cast, "slo.first_response.high", "90")
    ticket = opened(cast)
    cast.now += HOUR
    act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="low", reason="By phone.", now=cast.now)
    answer(cast, ticket)
    cast.now += timedelta(days=3)
    shown, file = get(cast.ann, url(ticket)), get(cast.ann, f"{url(ticket)}?format=json")
    paper = json.loads(file.content)
    assert shown.context["paper"] == paper
    assert verify(paper) == []
    assert (paper["verdict"], paper["promise"]["target_minutes"], paper["sums"]["open"]) == ("met", 1080, 7200)
    assert [one["by"]["side"] for one in paper["events"]] == ["client", "valiantys", "valiantys"]
    assert file["Content-Disposition"] == f'attachment; filename="receipt-{ticket.reference}-first_response.json"'
    assert "no-store" in file["Cache-Control"]
    assert "By phone" not in file.text
    program = get(cast.ann, "/receipts/verify_receipt.py")
    for name, text in (("verify_receipt.py", program.content), ("receipt.json", file.content)):
        (tmp_path / name).write_bytes(text)
    ran = subprocess.run(
        [sys.executable, "-I", "verify_receipt.py", "receipt.json"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, b"The receipt holds.\n")


def test_the_ticket_page_leads_there(cast, get):
    ticket = opened(cast)
    assert f'href="{url(ticket)}"' in get(cast.ann, f"/tickets/{ticket.reference}/").text


def test_whoever_does_not_see_the_ticket_meets_nothing(cast, get):
    ticket = opened(cast)
    for person in (cast.bob, cast.julien):
        get(person, url(ticket), 404)
        get(person, f"{url(ticket)}?format=json", 404)
    get(cast.ann, url(ticket, "resolution"), 404)
    get(cast.ann, url(opened(cast, cast.lea, channel="email", requester=cast.ann)), 404)


def test_late_it_says_from_when_on(cast, get):
    ticket = opened(cast)
    answer(cast, ticket, 3 * HOUR)
    cast.now += 5 * HOUR
    page = get(cast.ann, url(ticket))
    assert "Due: from here on it is late" in page.text
    assert "1 h 00 late" in page.text
    marks = [line.note for day in page.context["days"] for line in day.lines if line.kind == "mark"]
    assert marks[-1] == "Answered by Valiantys: the clock stops"


def test_a_long_one_has_a_line_a_day(cast, get):
    ticket = opened(cast, priority="low")
    cast.now += timedelta(days=90)
    page = get(cast.ann, url(ticket))
    days = page.context["days"]
    assert len(days) == 91
    assert all(len([line for line in day.lines if line.kind != "mark"]) == 1 for day in days)
    assert sum(day.counted_minutes for day in days) == page.context["total_minutes"]


@pytest.mark.parametrize("priority", ["critical", "low"])
def test_its_queries_do_not_grow(cast, get, priority, django_assert_max_num_queries):
    ticket = opened(cast, priority=priority)
    for number in range(3):
        to = ("high", "medium", "low")[number] if priority == "critical" else ("medium", "high", "critical")[number]
        cast.now += timedelta(minutes=2)
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority=to, reason="Again.", now=cast.now)
    get(cast.ann, url(ticket))
    with django_assert_max_num_queries(21):
        page = get(cast.ann, url(ticket))
    assert verify(page.context["paper"]) == []
    assert len(page.context["paper"]["events"]) == 4
