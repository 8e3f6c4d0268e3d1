"""The demo data: whole, believable, alive, and written once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import Assignment, Membership, Organization, User
from accounts.roles import ClientRole, StaffRole
from audit.models import Event
from common import tenancy
from contracts.models import Approval, HoursAccount, HoursEntry, Proposal, Responsibility
from contracts.services import verify
from escalation.models import Escalation
from notifications.models import Delivery
from portal.demo import people
from portal.demo.play import weekday, when
from portal.demo.seed import seed
from slo import history
from slo.models import Clock, ClockEvent
from tickets.models import Blocking, Contest, Message, Ticket, WorkLog
from tickets.workflow import Status

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Paris
written = pytest.mark.usefixtures("worker")
stored = pytest.mark.django_db(transaction=True)


def run(*options, settings):
    settings.DEBUG = True
    out = io.StringIO()
    call_command("seed_demo", *options, stdout=out, skip_checks=True)
    return out.getvalue()


@stored
@written
def test_a_second_run_changes_nothing(settings):
    assert "63 tickets" in run(settings=settings)
    models = (User, Organization, Ticket, Message, Event, Delivery, Clock, Escalation, HoursEntry, WorkLog)
    with tenancy.engine():
        before = [list(model.objects.order_by("pk").values()) for model in models]
    assert "here already" in run(settings=settings)
    with tenancy.engine():
        assert [list(model.objects.order_by("pk").values()) for model in models] == before


@stored
@written
def test_it_is_refused_where_debug_is_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("seed_demo", skip_checks=True)
    with tenancy.engine():
        assert not User.objects.exists()


@stored
@written
def test_the_logins_are_printed_and_work(settings):
    said = run("--logins", settings=settings)
    for one in people.CAST:
        assert one.email in said
    with tenancy.engine():
        assert all(person.check_password(people.PASSWORD) for person in User.objects.all())
        verified = set(EmailAddress.objects.filter(verified=True, primary=True).values_list("email", flat=True))
    assert verified == {one.email for one in people.CAST}


@stored
@written
def test_an_amendment_waits_for_northwind_and_one_holds_at_globex():
    seed(NOW)
    with tenancy.engine():
        found = Proposal.objects.order_by("organization__key").values_list("organization__key", "status")
        assert list(found) == [("GLX", "in_effect"), ("NW", "proposed")]
        assert list(Approval.objects.filter(proposal__organization__key="NW").values_list("side", flat=True)) == [
            "house"
        ]
        assert verify() == (3, [])


@stored
@written
def test_it_shows_every_role_and_every_status():
    seed(NOW)
    with tenancy.engine():
        assert set(Ticket.objects.values_list("status", flat=True)) == set(Status)
        assert Ticket.objects.count() >= 60
        for organization in Organization.objects.all():
            roles = set(Membership.objects.filter(organization=organization).values_list("role", flat=True))
            assert roles == set(ClientRole)
            assert Ticket.objects.filter(organization=organization).count() >= 12
            assert Assignment.objects.filter(organization=organization, user__staff_role=StaffRole.CONSULTANT).exists()
        assert set(User.objects.exclude(staff_role="").values_list("staff_role", flat=True)) == set(StaffRole)
        assert set(Message.objects.values_list("audience", flat=True)) == {"client", "internal"}
        assert set(Ticket.objects.values_list("channel", flat=True)) == {"portal", "email", "phone"}
        assert Escalation.objects.open().filter(acknowledged_at=None).exists()
        assert Escalation.objects.open().exclude(acknowledged_at=None).exists()
        assert Escalation.objects.exclude(closed_at=None).exists()


@stored
@written
def test_hours_are_drawn_and_initechs_are_used_up():
    seed(NOW)
    with tenancy.engine():
        accounts = {
            account.organization.key: account for account in HoursAccount.objects.select_related("organization")
        }
        assert 0 < accounts["NW"].consumed_minutes < accounts["NW"].granted_minutes
        assert accounts["INI"].balance_minutes == 0
        waiting = [
            one for one in WorkLog.objects.select_related("organization") if one.billable_minutes > one.covered_minutes
        ]
        assert len(waiting) == 3
        assert {one.organization.key for one in waiting} == {"INI"}
        for account in accounts.values():  # posted in the order of time
            days = list(account.entries.order_by("id").values_list("posted_at", flat=True))
            assert days == sorted(days)


@stored
@written
def test_every_receipt_holds_and_every_clock_is_what_its_events_say():
    seed(NOW)
    with tenancy.engine():
        assert list(history.problems(history.clocks(), NOW)) == []
        assert history.clocks().count() > 50
        kinds = set(ClockEvent.objects.values_list("kind", flat=True))
    assert kinds >= {"started", "stopped", "missed"}


@stored
@written
def test_a_promise_can_be_followed_to_its_invented_clause():
    seed(NOW)
    with tenancy.engine():
        clock = Clock.objects.filter(organization__key="NW", priority="critical").first()
    assert (clock.target_minutes, clock.provenance["clause"], clock.provenance["kind"]) == (30, "4.2", "msa")
    assert "(example)" in clock.provenance["document"]


@stored
@written
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 2, 15, tzinfo=UTC),  # a Sunday night
        datetime(2026, 12, 25, 17, 0, tzinfo=UTC),  # Christmas
        datetime(2027, 3, 29, 6, 30, tzinfo=UTC),  # Easter Monday, the day after the clocks changed
        datetime(2028, 1, 3, 8, 0, tzinfo=UTC),  # a Monday morning in London
    ],
)
def test_the_engine_is_seen_at_work_whenever_it_is_written(now):
    seed(now)
    with tenancy.engine():
        running = Clock.objects.filter(verdict="running", priority="critical")
        due = sorted((clock.due_at - now) / timedelta(minutes=1) for clock in running)
        assert [round(minutes) for minutes in due[:3]] == [2, 4, 6]
        warning = running.filter(next_at__gt=now, next_at__lt=now + timedelta(minutes=3)).exclude(
            due_at__lt=now + timedelta(minutes=7)
        )
        assert warning.count() == 1
        assert not Clock.objects.filter(verdict="running", due_at__lt=now).exists()
        assert not Delivery.objects.filter(next_at__isnull=False, queued_at__lt=now - timedelta(hours=1)).exists()
        assert 10 < Delivery.objects.filter(next_at__isnull=False).count() < 40
        assert Escalation.objects.open().count() == 2
        assert not Event.objects.filter(at__gt=now).exists()
        assert set(Ticket.objects.values_list("status", flat=True)) == set(Status)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-25m", "2026-11-18T08:35:00"),
        ("-24.5m", "2026-11-18T08:35:30"),
        ("+90m", "2026-11-16T11:30:00"),
        ("-1 10:20", "2026-11-17T09:20:00"),
        ("-6 10:20", "2026-11-09T09:20:00"),  # over a weekend and the eleventh
        ("+0 18:00", "2026-11-16T17:00:00"),
        ("+1 09:05", "2026-11-17T08:05:00"),
    ],
)
def test_instants_are_read_from_a_script(text, expected):
    opening = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
    assert when(text, opening, NOW).isoformat() == f"{expected}+00:00"


def test_working_days_leave_out_what_any_client_is_closed_on():
    friday = datetime(2026, 12, 24, tzinfo=UTC).date()
    assert weekday(friday, 1).isoformat() == "2026-12-29"  # Christmas, the weekend, London's Boxing Day on Monday
    assert weekday(weekday(friday, 1), -1) == friday


@stored
@written
def test_promises_are_contested_and_excused_in_every_standing():
    seed(NOW)
    with tenancy.engine():
        contests = Contest.objects.order_by("ticket__organization__key", "id").values_list(
            "ticket__organization__key", "about", "outcome"
        )
        assert list(contests) == [("GLX", "coverage", "upheld"), ("GLX", "pause", ""), ("NW", "priority", "")]
        standing = Clock.objects.exclude(excusal="").values_list("organization__key", "excusal")
        assert sorted(standing) == [
            ("GLX", "agreed"), ("GLX", "asks_client"), ("GLX", "asks_valiantys"), ("NW", "declined"),
        ]  # fmt: skip


@stored
@written
def test_scope_and_registers_have_something_to_show():
    seed(NOW)
    with tenancy.engine():
        scopes = dict(Ticket.objects.exclude(scope="undecided").values_list("subject", "scope"))
        assert scopes == {
            "More disk space before the year-end closing": "looks_excluded",
            "Vingt licences supplémentaires pour l’équipe Achats": "to_be_quoted",
        }
        for organization in Organization.objects.all():
            mine = Responsibility.objects.filter(organization=organization)
            assert mine.count() >= 2
            assert mine.overdue(NOW.date()).exists()
        blocked = Blocking.objects.get()
        assert blocked.ticket.organization.key == "NW"
        assert blocked.responsibility.is_overdue(NOW.date())
