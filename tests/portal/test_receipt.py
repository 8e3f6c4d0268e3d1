"""The receipt of a first answer, as the ticket page shows it: intervals, sums, calendar, clause, corrected priorities."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common import tenancy
from portal.clocks import Correction, chip, receipt
from tests.portal.acting import HOUR, answer, clause
from tests.tickets.acting import act, lived, opened
from tickets import services

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(ticket: Any) -> str:
    return f"/tickets/{ticket.reference}/"


class TestReceipt:
    def test_every_interval_adds_up_to_the_double_rule(self, cast, get):
        cast.now = datetime(
            2026, 11, 10, 16, 42, 30, tzinfo=UTC
        )  # a Tuesday, 17:42 in Paris; the eleventh is a holiday
        ticket = opened(cast, priority="medium")
        cast.now = datetime(2026, 11, 12, 9, 20, 15, tzinfo=UTC)
        page = get(cast.ann, url(ticket))
        shown = page.context["receipt"]
        assert [(row["kind"], row["counted_minutes"]) for row in shown["rows"]] == [
            ("open", 18), ("closed", None), ("closed", None), ("closed", None), ("now", 80),
        ]  # fmt: skip
        assert [row["left_minutes"] for row in shown["rows"]] == [522, 522, 522, 522, 442]
        assert (shown["promised_minutes"], shown["counted_minutes"], shown["left_minutes"]) == (540, 98, 442)
        assert shown["clock"].minutes == shown["left_minutes"]
        assert "Wed 11 Nov, all day" in page.text
        assert "Closed, Armistice 1918" in page.text
        assert "Left, due Thu 12 Nov, 17:42" in page.text
        assert 'class="final"' in page.text

    def test_it_names_calendar_edition_and_that_no_clause_set_it(self, cast, get):
        page = get(cast.ann, url(opened(cast)))
        assert "Paris 9–18, edition 1, Europe/Paris" in page.text
        assert "Target: default, no clause" in page.text

    def test_it_names_the_clause(self, cast, get):
        clause(cast, "slo.first_response.high", "90")
        page = get(cast.ann, url(opened(cast)))
        assert "Target: The msa, edition 3, clause 4.2" in page.text
        assert f"/contracts/{cast.northwind_contract.pk}/promises/" in page.text

    def test_late_and_unanswered_it_runs_on_as_its_chip_does(self, cast, get):
        ticket = opened(cast)
        cast.now += timedelta(hours=2, minutes=27, seconds=40)
        shown = get(cast.ann, url(ticket)).context["receipt"]
        assert shown["result"].startswith("Missed: was due")
        assert (shown["left_minutes"], shown["clock"].minutes) == (-27, 27)

    def test_answered_late(self, cast, get):
        ticket = opened(cast)
        answer(cast, ticket, 3 * HOUR)
        cast.now += 5 * HOUR
        page = get(cast.ann, url(ticket))
        assert page.context["receipt"]["left_minutes"] == -60
        assert "First answer, 1 h 00 late" in page.text

    def test_withdrawn_it_is_void(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="Found it.", now=cast.now + HOUR)
        cast.now += 50 * HOUR
        page = get(cast.ann, url(ticket))
        assert page.context["receipt"]["counted_minutes"] == 60
        assert "Void: the request was withdrawn" in page.text

    def test_cancelled_late_it_counts_no_further(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, services.cancel, ticket_id=ticket.pk, reason="Too late.", now=cast.now + 3 * HOUR)
        cast.now += timedelta(days=9)
        shown = get(cast.ann, url(ticket)).context["receipt"]
        assert (shown["clock"].state, shown["clock"].closed, shown["clock"].minutes) == ("missed", True, 60)
        assert shown["left_minutes"] == -60

    def test_not_covered_says_why(self, cast, get):
        ticket = opened(cast, cast.lea, channel="email", requester=cast.ann)
        page = get(cast.ann, url(ticket))
        assert "No first answer is promised for requests that come by e-mail." in page.text
        assert "Coverage: default, no clause" in page.text
        assert page.context["receipt"] is None

    def test_times_are_the_readers(self, cast, get):
        with tenancy.everyone():
            type(cast.ann).objects.filter(pk=cast.ann.pk).update(time_zone="America/New_York")
        cast.ann.refresh_from_db()
        ticket = opened(cast)
        cast.now += HOUR
        assert "Wed 18 Nov, 04:00 – now" in get(cast.ann, url(ticket)).text


class TestCorrectedPriority:
    """What a correction did to the due instant is said, and the sums stay those of the due instant."""

    def shown(self, cast: Any, ticket: Any, *corrections: Correction) -> Any:
        past = lived(ticket)
        shown = receipt(past.clock, ticket.reference, cast.now, lived=past.state, corrections=corrections)
        return shown, past.clock

    def test_upwards_counted_from_the_correction(self, cast, get):
        ticket = opened(cast, priority="low")  # due in 18 business hours
        cast.now += HOUR
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="high", reason="All.", now=cast.now)
        cast.now += 30 * MINUTE
        page = get(cast.ann, url(ticket))
        shown = page.context["receipt"]
        assert (shown["promised_minutes"], shown["counted_minutes"], shown["left_minutes"]) == (180, 90, 90)
        assert (
            "Up to the due instant: 2 h 00 for high priority, counted from the correction at Wed 18 Nov, 11:00"
            in page.text
        )
        assert [row["kind"] for row in shown["rows"]] == ["open", "mark", "now"]
        assert "Left, due Wed 18 Nov, 13:00" in page.text

    def test_upwards_but_the_first_promise_ends_earlier(self, cast, get):
        ticket = opened(cast, priority="medium")  # 9 business hours: due tomorrow 10:00
        cast.now += timedelta(hours=7, minutes=30)
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="high", reason="All.", now=cast.now)
        page = get(cast.ann, url(ticket))
        shown = page.context["receipt"]
        assert (shown["promised_minutes"], shown["left_minutes"]) == (540, 90)
        assert "Up to the due instant first given: 2 h 00 for high priority would have ended later" in page.text

    def test_downwards_from_submission_needs_no_excuse(self, cast, get):
        ticket = opened(cast)
        cast.now += HOUR
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="low", reason="One.", now=cast.now)
        shown = get(cast.ann, url(ticket)).context["receipt"]
        assert (shown["promised_minutes"], shown["counted_minutes"], shown["promised_note"]) == (1080, 60, "")

    def test_down_again_the_due_instant_already_given_stands(self, cast, get):
        ticket = opened(cast, priority="low")
        cast.now += 8 * HOUR
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="high", reason="All.", now=cast.now)
        cast.now += MINUTE
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="medium", reason="Some.", now=cast.now)
        page = get(cast.ann, url(ticket))
        assert page.context["receipt"]["promised_minutes"] == 600
        assert "already given: 9 h 00 from submission would have ended before it" in page.text

    def test_seconds_of_a_correction_lose_no_minute(self, cast):
        ticket = opened(cast, priority="low")
        cast.now += timedelta(minutes=40, seconds=23)
        act(cast.lea, services.prioritize, ticket_id=ticket.pk, priority="high", reason="All.", now=cast.now)
        made = Correction(cast.now, "low", "high")
        for seconds in (0, 1, 37, 60, 61, 3599):
            cast.now += timedelta(seconds=seconds)
            shown, clock = self.shown(cast, ticket, made)
            assert shown["left_minutes"] == chip(clock, cast.now).minutes
            assert shown["promised_minutes"] - shown["counted_minutes"] == shown["left_minutes"]
            assert sum(row["counted_minutes"] or 0 for row in shown["rows"]) == shown["counted_minutes"]


def test_a_long_receipt_sums_its_middle_up(cast):
    ticket = opened(cast, priority="low")
    cast.now += timedelta(days=90)
    past = lived(ticket)
    clock = past.clock
    shown = receipt(clock, ticket.reference, cast.now, lived=past.state)
    assert len(shown["rows"]) == 11
    assert "Counted, the open hours of" in shown["rows"][5]["note"]
    assert sum(row["counted_minutes"] or 0 for row in shown["rows"]) == shown["counted_minutes"]
    assert shown["left_minutes"] == -chip(clock, cast.now).minutes
