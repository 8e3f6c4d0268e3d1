"""A contract's life: going live when nothing is missing, suspended, ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from audit.models import Event
from common import tenancy
from common.errors import Refused
from contracts import readiness, services
from contracts.models import Contract, OnboardingActivity, OnboardingWait
from contracts.selectors import live_contracts
from notifications.models import Delivery
from slo.models import BusinessCalendar
from tests.contracts.writing import bound
from tests.slo.cases import at
from tests.tickets.acting import act, everything, fresh


@pytest.fixture
def draft(cast: Any) -> Contract:
    with tenancy.everyone():
        contract: Contract = Contract.objects.create(
            organization=cast.northwind, reference="NW-2027", starts_on=date(2027, 1, 1), calendar=cast.paris
        )
    return contract


def change(cast: Any, service: Any, contract: Contract, actor: Any = None, **more: Any) -> Contract:
    done: Contract = act(actor or cast.ada, service, contract=contract, **{"now": cast.now} | more)
    return done


def clauses(contract: Contract, *values: str, kinds: tuple[str, ...] = ("order", "order")) -> None:
    for number, (value, kind) in enumerate(zip(values, kinds, strict=False), start=1):
        bound(
            contract, {"hours.increment": value}, title=f"Order {number}", kind=kind, effective_on=date(2027, 1, 1),
            number=f"{number}.1",
        )  # fmt: skip


def missing(contract: Contract) -> list[str]:
    """What this floor's own checks miss; upper floors add theirs."""
    with tenancy.everyone():
        return [*readiness.has_calendar(contract), *readiness.has_no_conflict(contract)]


def test_without_a_calendar_it_does_not_go_live_and_is_told_so(cast: Any, draft: Contract) -> None:
    draft.calendar = None
    with tenancy.everyone():
        draft.save()
    before = everything()
    with pytest.raises(Refused, match=r"Missing: .*a business calendar"):
        change(cast, services.activate, draft)
    assert (everything(), fresh(draft).status) == (before, "draft")


@pytest.mark.parametrize("field", ["calendar", "critical_calendar"])
def test_a_calendar_without_opening_hours_is_none(cast: Any, draft: Contract, field: str) -> None:
    setattr(draft, field, BusinessCalendar.objects.create(name="Lyon"))
    assert missing(draft) == ["opening hours for the calendar “Lyon”"]


def test_two_clauses_that_contradict_each_other_are_named(cast: Any, draft: Contract) -> None:
    clauses(draft, "15", "30")
    assert missing(draft) == [
        "one value for hours.increment, that §1.1 of “Order 1” and §2.1 of “Order 2” set differently"
    ]


@pytest.mark.parametrize(("values", "kinds"), [(("15", "15"), ("order", "order")), (("15", "30"), ("order", "guide"))])
def test_clauses_that_agree_or_give_way_are_no_conflict(
    cast: Any, draft: Contract, values: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    clauses(draft, *values, kinds=kinds)
    assert missing(draft) == []


def test_a_check_of_an_upper_floor_is_asked_and_all_that_is_missing_is_said_at_once(
    cast: Any, draft: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "CHECKS", [readiness.has_calendar])
    readiness.register(lambda contract: ["a ladder", "a welcome"])
    draft.calendar = None
    assert readiness.missing(draft) == ["a business calendar", "a ladder", "a welcome"]


def test_suspended_it_can_be_resumed_and_each_change_is_remembered(cast: Any) -> None:
    contract = cast.northwind_contract
    for service, status in ((services.suspend, "suspended"), (services.activate, "active"), (services.end, "ended")):
        assert change(cast, service, contract).status == status
    with tenancy.user(cast.carl):
        kept = Event.objects.filter(subject_kind="contract", subject_id=contract.pk).order_by("id")
        assert [(one.verb, one.actor_id) for one in kept] == [
            (f"contract.{status}", cast.ada.pk) for status in ("suspended", "active", "ended")
        ]


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("draft", [services.suspend, services.end]),
        ("active", [services.activate]),
        ("suspended", [services.suspend]),
        ("ended", [services.activate, services.suspend, services.end]),
    ],
)
def test_what_can_not_be_done_now_is_refused(cast: Any, status: str, refused: list[Any]) -> None:
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(status=status)
    for service in refused:
        with pytest.raises(Refused, match=f"This contract is {status}"):
            change(cast, service, cast.northwind_contract)


def test_without_somebody_who_signs_on_each_side_it_does_not_go_live(cast: Any, draft: Contract) -> None:
    with tenancy.everyone():
        cast.northwind.memberships.exclude(role="requester").update(role="requester")
        User.objects.filter(staff_role__in=["account_manager", "administrator"]).update(is_active=False)
        assert readiness.has_signatories(draft) == [
            "an approver or administrator at Northwind",
            "an account manager of Valiantys who serves Northwind",
        ]


@pytest.mark.parametrize("who", ["rosa", "carl"])
def test_one_who_left_signs_nothing_and_the_other_will_do(cast: Any, draft: Contract, who: str) -> None:
    with tenancy.everyone():
        User.objects.filter(pk=getattr(cast, who).pk).update(is_active=False)
        assert readiness.has_signatories(draft) == []
        cast.northwind.memberships.exclude(user__is_active=False).filter(role__in=["approver", "client_admin"]).delete()
        assert readiness.has_signatories(draft) == ["an approver or administrator at Northwind"]


def test_an_account_manager_of_other_clients_alone_is_none_but_an_administrator_serves_all(
    cast: Any, draft: Contract
) -> None:
    with tenancy.everyone():
        cast.max.assignments.filter(organization=cast.northwind).delete()
        assert readiness.has_signatories(draft) == []
        User.objects.filter(pk=cast.ada.pk).update(is_active=False)
        assert readiness.has_signatories(draft) == ["an account manager of Valiantys who serves Northwind"]


def test_a_ladder_with_nobody_to_call_in_is_not_ready(cast: Any, draft: Contract) -> None:
    from escalation.readiness import has_ladder

    with tenancy.everyone():
        assert has_ladder(draft) == ["an escalation ladder"]
        cast.northwind_ladder.contract = draft
        cast.northwind_ladder.save()
        assert has_ladder(draft) == []
        User.objects.filter(pk__in=[cast.nadia.pk, cast.max.pk]).update(is_active=False)
        assert has_ladder(draft) == ["somebody to call in on the escalation ladder"]
        cast.northwind_ladder.levels.all().delete()
        assert has_ladder(draft) == ["an escalation ladder"]


@pytest.mark.parametrize(
    ("when", "planned", "last_day"),
    [
        ("2026-11-18T10:00", None, date(2026, 11, 18)),
        ("2026-11-19T00:01", None, date(2026, 11, 19)),  # in Paris
        ("2026-11-18T10:00", date(2026, 12, 31), date(2026, 11, 18)),
        ("2026-11-18T10:00", date(2026, 10, 31), date(2026, 10, 31)),
        ("2025-12-15T10:00", None, date(2026, 1, 1)),  # before it began
    ],
)
def test_ended_today_is_its_last_day(cast: Any, when: str, planned: date | None, last_day: date) -> None:
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(ends_on=planned)
    assert change(cast, services.end, cast.northwind_contract, now=at(when)).ends_on == last_day


@pytest.mark.parametrize(
    ("fields", "live"),
    [
        ({}, True),
        ({"status": "suspended"}, False),
        ({"status": "ended"}, False),
        ({"status": "draft"}, False),
        ({"starts_on": date(2026, 11, 18)}, True),
        ({"starts_on": date(2026, 11, 19)}, False),
        ({"ends_on": date(2026, 11, 18)}, True),
        ({"ends_on": date(2026, 11, 17)}, False),
    ],
)
def test_tickets_are_opened_under_contracts_that_are_active_that_day(
    cast: Any, fields: dict[str, Any], live: bool
) -> None:
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(**fields)
    with tenancy.user(cast.ann):
        assert live_contracts(cast.ann, date(2026, 11, 18)) == ([cast.northwind_contract] if live else [])


@pytest.mark.parametrize(("who", "error"), [("max", PermissionDenied), ("carl", PermissionDenied), ("bob", Http404)])
def test_only_administrators_may(cast: Any, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        change(cast, services.suspend, cast.northwind_contract, actor=getattr(cast, who))


class TestItsLastDay:
    @pytest.fixture
    def due(self, cast: Any) -> Contract:
        """Northwind's, whose last day is the 18th, today."""
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(ends_on=cast.now.date())
        contract: Contract = fresh(cast.northwind_contract)
        return contract

    def sweep(self, cast: Any, days: int) -> int:
        with tenancy.everyone():
            return services.end_due(now=cast.now + timedelta(days=days))

    def test_it_goes_on_until_its_end_then_both_sides_are_told_once(self, cast: Any, due: Contract) -> None:
        assert (self.sweep(cast, 0), fresh(due).status) == (0, "active")
        assert (self.sweep(cast, 1), self.sweep(cast, 1)) == (1, 0)
        assert (fresh(due).status, fresh(due).ends_on) == ("ended", cast.now.date())
        with tenancy.everyone():
            event = Event.objects.get(verb="contract.ended")
            told = set(Delivery.objects.filter(template="contract_ended").values_list("address", flat=True))
        assert (event.actor_id, event.subject_id, event.audience) == (None, due.pk, "client")
        assert {"rosa@example.com", "max@example.com"} <= told

    def test_a_suspended_one_ends_too_and_one_without_a_last_day_goes_on(self, cast: Any, due: Contract) -> None:
        change(cast, services.suspend, due)
        assert (self.sweep(cast, 30), fresh(due).status) == (1, "ended")
        assert fresh(cast.globex_contract).status == "active"


def test_an_onboarding_that_falls_through_ends_with_a_reason_and_nobody_is_waited_for(
    cast: Any, draft: Contract
) -> None:
    plan = change(cast, services.begin_onboarding, draft)
    with tenancy.everyone():
        activity = OnboardingActivity.objects.filter(plan_id=plan.pk).first()
    assert activity is not None
    act(cast.max, services.hand_over, activity_id=activity.pk, state="waiting_for_client", reason="A login.", now=cast.now)  # fmt: skip
    with pytest.raises(Refused, match="Say why the onboarding ends here"):
        change(cast, services.end, draft, reason=" ")
    change(cast, services.end, draft, reason="They chose another house.")
    assert (fresh(draft).status, fresh(draft).ended_reason) == ("ended", "They chose another house.")
    with tenancy.everyone():
        assert not OnboardingWait.objects.filter(ended_at=None).exists()
        assert "another house" not in str(Event.objects.get(verb="contract.ended").data)
        mail = Delivery.objects.filter(template="contract_ended", address="rosa@example.com").get()
    assert mail.context["reason"] == "They chose another house."


def test_a_draft_is_not_ended(cast: Any, draft: Contract) -> None:
    with pytest.raises(Refused, match="that can't be done now"):
        change(cast, services.end, draft, reason="Never begun.")
