"""The whole way: a log through the services into the database, and out as JSON."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization, User
from common import tenancy
from conftest import login_as, restore_catalogue
from escalation.models import Escalation
from notifications.models import Delivery
from portal.replay import reference, run
from tickets.models import Message, Ticket

FIXTURES = Path(__file__).parent / "fixtures"
SMALL, EXPECTED = FIXTURES / "small-log.csv", FIXTURES / "small-log.expected.jsonl"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


def replay(path, tmp_path, *options):
    """What the command says, and what it writes."""
    out, file = io.StringIO(), tmp_path / "out.jsonl"
    call_command("replay_event_log", path, "--json", file, *options, stdout=out)
    return out.getvalue(), [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def expected():
    return [json.loads(line) for line in EXPECTED.read_text(encoding="utf-8").splitlines()]


def state():
    """Everything that matters of every ticket, without ids: what two runs are compared by."""
    with tenancy.engine():
        return {
            ticket.external_ref: {
                "ticket": (ticket.organization.key, ticket.number, ticket.status, ticket.opened_at, ticket.responded_at,
                           ticket.resolved_at, ticket.closed_at, ticket.due_at, str(ticket.assignee)),
                "said": [(str(one.author), one.audience, one.body, one.at) for one in ticket.messages.order_by("at", "id")],
                "clocks": list(ticket.clocks.values_list("clock__verdict", "clock__judged_at", "clock__business_seconds", "clock__next_at")),
                "steps": sorted(ticket.clocks.values_list("clock__steps__name", "clock__steps__at", "clock__steps__fired_at")),
                "escalations": list(ticket.escalations.order_by("id").values_list("cause", "level", "opened_at", "entered_at", "closed_at", "next_at")),
                "climbs": sorted(ticket.escalations.values_list("steps__level", "steps__cause", "steps__at")),
            }
            for ticket in Ticket.objects.exclude(external_ref="").select_related("organization", "assignee")
        }  # fmt: skip


def test_the_small_log_gives_what_was_computed_by_hand(tmp_path):
    said, rows = replay(SMALL, tmp_path)
    assert rows == expected()
    assert rows == reference.expected(SMALL)
    assert "21 tickets, 100 events" in said
    assert "all             21      12       7       2" in said


def test_a_check_compares_every_ticket_with_the_slow_reference(tmp_path, monkeypatch):
    said, _rows = replay(SMALL, tmp_path, "--check")
    assert "checked: all 21 tickets" in said
    between = reference.between
    monkeypatch.setattr(reference, "between", lambda start, end: between(start, end) + 1)
    with pytest.raises(CommandError, match="differences from the slow reference"):
        replay(SMALL, tmp_path, "--check")
    spoiled = tmp_path / "spoiled.csv"
    spoiled.write_text(SMALL.read_text(encoding="utf-8") + "nonsense\n", encoding="utf-8")
    with pytest.raises(CommandError, match="every line makes sense"):
        replay(spoiled, tmp_path, "--check")


def test_a_second_run_changes_nothing(tmp_path):
    _, first = replay(SMALL, tmp_path)
    before = state()
    said, second = replay(SMALL, tmp_path)
    assert "Nothing to do" in said
    assert (second, state()) == (first, before)


class KilledError(Exception):
    """Stands for a kill: nothing after it is written."""


def wipe():
    """An empty database again, within a test."""
    login_as("owner")
    call_command("flush", interactive=False, verbosity=0)
    restore_catalogue()
    login_as("worker")


def test_a_run_killed_anywhere_is_finished_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 7)
    replay(SMALL, tmp_path)
    straight, apply = state(), run.Driver.apply
    for kill_at in (1, 7, 18, 40, 77, 100):
        wipe()
        seen = 0

        def dying(self, *event, kill_at=kill_at):
            nonlocal seen
            seen += 1
            apply(self, *event)
            if seen == kill_at:
                raise KilledError

        with monkeypatch.context() as patch:
            patch.setattr(run.Driver, "apply", dying)
            with pytest.raises(KilledError):
                replay(SMALL, tmp_path)
        said, rows = replay(SMALL, tmp_path)
        assert f"{100 - (kill_at - 1) // 7 * 7} events" in said
        assert rows == expected()
        assert state() == straight


def test_a_few_cases_first_and_the_others_later(tmp_path):
    _, rows = replay(SMALL, tmp_path, "--limit-cases", "9")
    assert rows == expected()[:9]
    straight = state()
    assert len(straight) == 9
    replay(SMALL, tmp_path)
    later = state()
    assert {ref: later[ref] for ref in straight} == straight


def test_it_lives_through_the_log_as_it_was(tmp_path):
    replay(SMALL, tmp_path)
    with tenancy.engine():
        tickets = {ticket.external_ref: ticket for ticket in Ticket.objects.all()}
        statuses = {ref: ticket.status for ref, ticket in tickets.items()}
        assert statuses["Case 8"] == "closed"
        assert statuses["Case 12"] == "in_progress"  # "Closed" after a reopening is only noted
        assert statuses["Case 5"] == "new"  # its "Resolve ticket" was its submission
        assert statuses["Case 9"] == statuses["Case 16"] == "waiting_client"
        escalated = dict(Escalation.objects.values_list("ticket__external_ref", "cause"))
        assert {ref for ref, cause in escalated.items() if cause == "breach"} >= {
            "Case 2",
            "Case 4",
            "Case 5",
            "Case 9",
            "Case 20",
        }
        assert {"Case 10", "Case 11"} <= {ref for ref, cause in escalated.items() if cause == "persists"}
        assert not Escalation.objects.filter(closed_at=None, ticket__status="closed").exists()
        assert all(message.at.year in (2012, 2013) for message in Message.objects.all())


def test_no_mail_leaves_and_nobody_of_the_log_can_sign_in(tmp_path):
    replay(SMALL, tmp_path)
    with tenancy.engine():
        assert not Delivery.objects.exists()
        assert not Organization.objects.filter(is_historical=False).exists()
        assert not any(person.has_usable_password() for person in User.objects.all())


def test_nonsense_is_told_by_its_line_and_changes_nothing_else(tmp_path):
    lines = SMALL.read_text(encoding="utf-8").splitlines()
    lines[5:5] = ["nonsense", "Case 8,,,,,,,,,,,,,,,"]
    lines += ["", "\ufffd,\0"]
    spoiled = tmp_path / "spoiled.csv"
    spoiled.write_text("\n".join(lines), encoding="utf-8")
    said, rows = replay(spoiled, tmp_path)
    assert rows == expected()
    assert "line 6 skipped: 1 columns instead of 16" in said
    assert "line 7 skipped: no Activity" in said
    assert "lines skipped: 3" in said


def test_a_file_that_is_no_log_is_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="no event log"):
        replay(EXPECTED, tmp_path)


def test_another_log_is_not_mixed_in(tmp_path):
    replay(SMALL, tmp_path, "--limit-cases", "1")
    other = tmp_path / "other.csv"
    other.write_text(
        SMALL.read_text(encoding="utf-8").replace(",2012/", ",2002/").replace(",2013/", ",2003/"), encoding="utf-8"
    )
    with pytest.raises(CommandError, match="another database"):
        replay(other, tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--limit-cases", "0"], "from 1"), (["--json", "/nowhere/at/all.jsonl"], "no folder /nowhere/at")],
)
def test_wrong_options_are_refused_before_anything_is_done(tmp_path, options, words):
    with pytest.raises(CommandError, match=words):
        replay(SMALL, tmp_path, *options)
    with tenancy.engine():
        assert not User.objects.exists()
