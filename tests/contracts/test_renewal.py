"""Renewals: reminders once each, however late; renewing with dates in order; one contract of a plan at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common import clock, tenancy
from common.errors import Refused
from contracts import services
from contracts.models import Contract, RenewalReminder
from contracts.renewal import windows
from notifications.models import Delivery
from tests.tickets.acting import act, at_once, everything, fresh

TODAY = date(2026, 11, 18)


def change(contract: Contract, **fields: Any) -> Contract:
    with tenancy.everyone():
        Contract.objects.filter(pk=contract.pk).update(**fields)
    return contract


def remind(cast: Any, days: int = 0) -> int:
    with tenancy.everyone():
        return services.remind_renewals(now=cast.now + timedelta(days=days))


def reminded() -> list[int]:
    with tenancy.everyone():
        return list(RenewalReminder.objects.order_by("id").values_list("days", flat=True))


def mails(template: str) -> list[tuple[str, Any]]:
    with tenancy.everyone():
        found = Delivery.objects.filter(template=template).order_by("id")
        return [(one.address, one.context.get("days")) for one in found]


class TestWindows:
    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-10, 120))
    def test_the_latest_reminder_whose_time_has_come(self, today, left):
        renewal = today + timedelta(days=left)
        due = [one.days for one in windows(today) if one.first <= renewal <= one.last]
        expected = min((days for days in (90, 60, 30) if left <= days), default=None) if left >= 0 else None
        assert due == ([] if expected is None else [expected])


class TestReminders:
    def test_each_of_the_three_goes_out_once_to_both_sides(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=90))
        counts = [remind(cast, days) for days in range(-2, 95)]
        assert {day - 2: sent for day, sent in enumerate(counts) if sent} == {0: 1, 30: 1, 60: 1}
        assert mails("renewal_reminder") == [
            (address, days) for days in (90, 60, 30) for address in ("rosa@example.com", "max@example.com")
        ]

    def test_late_it_sends_the_latest_and_says_how_many_days_are_left(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=41))
        assert (remind(cast), remind(cast), reminded()) == (1, 0, [60])
        assert mails("renewal_reminder")[0] == ("rosa@example.com", 41)

    def test_another_date_is_another_renewal(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=80))
        remind(cast)
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=81))
        assert (remind(cast), reminded()) == (1, [90, 90])

    @pytest.mark.parametrize(
        "fields",
        [
            {"renews_on": None},
            {"renews_on": TODAY - timedelta(days=1)},
            {"renews_on": TODAY + timedelta(days=91)},
            {"renews_on": TODAY + timedelta(days=20), "status": "draft"},
            {"renews_on": TODAY + timedelta(days=20), "status": "ended"},
        ],
    )
    def test_what_does_not_renew_soon_is_left_alone(self, cast, fields):
        change(cast.northwind_contract, **fields)
        assert remind(cast) == 0

    def test_a_replayed_client_is_left_alone(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=20))
        with tenancy.everyone():
            type(cast.northwind).objects.filter(pk=cast.northwind.pk).update(is_historical=True)
        assert remind(cast) == 0

    def test_where_no_approver_is_left_the_client_s_administrator_is_told(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=20), status="suspended")
        with tenancy.everyone():
            cast.northwind.memberships.filter(role="approver").delete()
            cast.northwind.assignments.all().delete()
        remind(cast)
        assert [address for address, _days in mails("renewal_reminder")] == ["carl@example.com", "ada@example.com"]

    def test_the_next_batch_finds_what_the_last_one_left(self, cast):
        for contract in (cast.northwind_contract, cast.globex_contract):
            change(contract, renews_on=TODAY + timedelta(days=20))
        with tenancy.everyone():
            assert [services.remind_renewals(now=cast.now, limit=1) for _time in range(3)] == [1, 1, 0]

    @pytest.mark.django_db(transaction=True)
    def test_two_sweeps_at_one_moment_send_one(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=20))
        assert sorted(at_once(lambda: remind(cast), lambda: remind(cast))) == [0, 1]
        assert len(mails("renewal_reminder")) == 2

    @pytest.mark.django_db(transaction=True)
    def test_the_command_does_the_same_as_the_worker(self, cast, worker, capsys):
        with tenancy.engine():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(
                renews_on=clock.now().date() + timedelta(days=20), starts_on=date(2026, 1, 1)
            )
        call_command("remind_renewals", skip_checks=True)
        call_command("remind_renewals", skip_checks=True)
        assert capsys.readouterr().out.splitlines() == ["1 reminders", "0 reminders"]

    def test_what_was_sent_stays(self, cast):
        change(cast.northwind_contract, renews_on=TODAY + timedelta(days=20))
        remind(cast)
        with tenancy.everyone(), pytest.raises(IntegrityError, match="contracts_reminder_once"):
            RenewalReminder.objects.create(
                organization=cast.northwind, contract=cast.northwind_contract, days=30, at=cast.now,
                renews_on=TODAY + timedelta(days=20),
            )  # fmt: skip


def renew(cast: Any, who: str = "max", **more: Any) -> Contract:
    arguments = {"contract": cast.northwind_contract, "renews_on": date(2028, 1, 1), "ends_on": None, "now": cast.now}
    renewed: Contract = act(getattr(cast, who), services.renew, **arguments | more)
    return renewed


class TestRenew:
    def test_the_dates_are_new_and_both_sides_are_told(self, cast):
        change(cast.northwind_contract, renews_on=date(2027, 1, 1), ends_on=date(2027, 1, 1))
        renew(cast, renews_on=date(2028, 1, 1), ends_on=date(2028, 6, 30))
        contract = fresh(cast.northwind_contract)
        assert (contract.renews_on, contract.ends_on) == (date(2028, 1, 1), date(2028, 6, 30))
        with tenancy.user(cast.ann):
            event = Event.objects.get(verb="contract.renewed")
        assert event.data == {
            "before": {"renews_on": "2027-01-01", "ends_on": "2027-01-01"},
            "after": {"renews_on": "2028-01-01", "ends_on": "2028-06-30"},
        }
        assert [address for address, _days in mails("contract_renewed")] == ["rosa@example.com"]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"renews_on": date(2028, 1, 2), "ends_on": date(2028, 1, 1)}, "between its first and its last day"),
            ({"renews_on": date(2027, 1, 1)}, "after the one that is planned"),
            ({"renews_on": date(2026, 11, 18)}, "after today"),
            ({"renews_on": None, "ends_on": date(2026, 11, 17)}, "last day has passed"),
            ({"renews_on": None, "ends_on": None}, "when it renews next, or when it ends"),
        ],
    )
    def test_dates_out_of_order_are_refused(self, cast, fields, words):
        change(cast.northwind_contract, renews_on=date(2027, 1, 1))
        before = everything()
        with pytest.raises(Refused, match=words):
            renew(cast, **fields)
        assert (everything(), fresh(cast.northwind_contract).renews_on) == (before, date(2027, 1, 1))

    @pytest.mark.parametrize("status", ["draft", "onboarding", "ended"])
    def test_only_what_goes_on_is_renewed(self, cast, status):
        change(cast.northwind_contract, status=status)
        with pytest.raises(Refused, match=f"This contract is {status}"):
            renew(cast)

    @pytest.mark.parametrize(
        ("who", "error"),
        [("rosa", PermissionDenied), ("lea", PermissionDenied), ("gina", Http404), ("julien", Http404)],
    )
    def test_account_managers_renew(self, cast, who, error):
        before = everything()
        with pytest.raises(error):
            renew(cast, who)
        assert everything() == before

    def test_ended_it_renews_no_more(self, cast):
        change(cast.northwind_contract, renews_on=date(2027, 1, 1))
        ended = act(cast.ada, services.end, contract=cast.northwind_contract, now=cast.now)
        assert (ended.ends_on, ended.renews_on) == (TODAY, None)


class TestOneAtATime:
    @pytest.fixture
    def other(self, cast):
        with tenancy.everyone():
            contract = Contract.objects.create(
                organization=cast.northwind, reference="NW-2", starts_on=date(2027, 1, 1), calendar=cast.paris
            )
            ladder = type(cast.northwind_ladder).objects.create(organization=cast.northwind, contract=contract)
            level = ladder.levels.create(organization=cast.northwind, position=1, title="Lead", acknowledge_minutes=9)
            level.members.create(organization=cast.northwind, user=cast.nadia)
        return contract

    def activate(self, cast: Any, contract: Contract, now: datetime | None = None) -> Contract:
        live: Contract = act(cast.ada, services.activate, contract=contract, now=now or cast.now)
        return live

    @pytest.mark.parametrize("status", ["active", "suspended"])
    def test_a_second_one_of_the_plan_is_refused_while_the_first_goes_on(self, cast, other, status):
        change(cast.northwind_contract, status=status)
        with pytest.raises(Refused, match="NW-2026, of the same plan, runs on some of these days"):
            self.activate(cast, other)
        assert fresh(other).status == "draft"

    @pytest.mark.parametrize(
        "first",
        [{"ends_on": date(2026, 12, 31)}, {"plan": "on_demand"}, {"status": "ended", "ends_on": date(2027, 6, 1)}],
    )
    def test_days_or_plans_of_their_own_are_no_overlap(self, cast, other, first):
        change(cast.northwind_contract, **first)
        assert self.activate(cast, other).status == "active"

    def test_the_last_day_of_one_is_no_first_day_of_another(self, cast, other):
        change(cast.northwind_contract, ends_on=date(2027, 1, 1))
        with pytest.raises(Refused, match="same plan"):
            self.activate(cast, other)

    def test_a_renewal_into_the_next_one_is_refused(self, cast, other):
        change(cast.northwind_contract, ends_on=date(2026, 12, 31))
        self.activate(cast, other)
        with pytest.raises(Refused, match="NW-2, of the same plan"):
            renew(cast, renews_on=None, ends_on=date(2027, 2, 1))

    def test_postgresql_holds_it_whoever_writes(self, cast, other):
        with tenancy.everyone(), pytest.raises(IntegrityError, match="contracts_contract_one_at_a_time"):
            Contract.objects.filter(pk=other.pk).update(status="active")

    @pytest.mark.parametrize(
        "fields", [{"renews_on": date(2025, 1, 1)}, {"renews_on": date(2027, 2, 1), "ends_on": date(2027, 1, 1)}]
    )
    def test_postgresql_holds_the_order_of_dates(self, cast, fields):
        with tenancy.everyone(), pytest.raises(IntegrityError, match="contracts_contract_renewal"):
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(**fields)

    @pytest.mark.django_db(transaction=True)
    def test_two_that_go_live_at_one_moment_are_one(self, cast, other):
        change(cast.northwind_contract, status="suspended")
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="draft")
        live, refused = sorted(
            at_once(lambda: self.activate(cast, other), lambda: self.activate(cast, cast.northwind_contract)),
            key=lambda result: isinstance(result, Exception),
        )
        assert live.status == "active"
        assert isinstance(refused, Refused), refused
