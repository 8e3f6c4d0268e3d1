"""Onboarding: a plan of business days, handed to and fro, done when both sides agree."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from contracts import services
from contracts.models import (
    Contract,
    OnboardingActivity,
    OnboardingPlan,
    OnboardingTemplateActivity,
    OnboardingWait,
)
from notifications.models import Delivery
from tests.contracts.writing import bound
from tests.slo.cases import at
from tests.tickets.acting import act, at_once, everything, fresh

MINE = {"client": "rosa", "house": "max"}


@pytest.fixture
def draft(cast: Any) -> Contract:
    with tenancy.everyone():
        contract: Contract = Contract.objects.create(
            organization=cast.northwind,
            reference="NW-2027",
            plan="on_demand",
            starts_on=date(2026, 11, 18),
            calendar=cast.paris,
        )
    return contract


def begin(cast: Any, contract: Contract, **more: Any) -> OnboardingPlan:
    plan: OnboardingPlan = act(
        more.pop("actor", cast.ada), services.begin_onboarding, contract=contract, **{"now": cast.now} | more
    )
    return plan


@pytest.fixture
def plan(cast: Any, draft: Contract) -> OnboardingPlan:
    return begin(cast, draft)


def activities(plan: OnboardingPlan) -> list[OnboardingActivity]:
    with tenancy.everyone():
        return list(OnboardingActivity.objects.filter(plan=plan))


def first(plan: OnboardingPlan) -> OnboardingActivity:
    return activities(plan)[0]


def waits(activity: OnboardingActivity) -> list[tuple[str, str, datetime, datetime | None]]:
    with tenancy.everyone():
        rows = OnboardingWait.objects.filter(activity=activity)
        return list(rows.values_list("side", "reason", "began_at", "ended_at"))


def do(cast: Any, who: str, service: Any, activity: OnboardingActivity, **more: Any) -> OnboardingActivity:
    done: OnboardingActivity = act(getattr(cast, who), service, activity_id=activity.pk, **{"now": cast.now} | more)
    return done


def show(cast: Any, activity: OnboardingActivity, who: str = "max", **more: Any) -> OnboardingActivity:
    return do(cast, who, services.show_evidence, activity, **{"evidence": "Minutes of the meeting", **more})


def agree(cast: Any, activity: OnboardingActivity, side: str, **more: Any) -> OnboardingActivity:
    return do(cast, MINE[side], services.agree, activity, side=side, **more)


def told(verb: str) -> dict[str, str]:
    with tenancy.everyone():
        event = Event.objects.filter(verb=verb).latest("id")
        return dict(Delivery.objects.filter(event=event).values_list("address", "template"))


class TestBegin:
    def test_the_six_activities_are_due_over_two_weeks_of_business_days(self, cast, plan):
        assert [(one.key, one.owner, one.due_on) for one in activities(plan)] == [
            ("kickoff", "house", date(2026, 11, 19)),
            ("portal-access", "client", date(2026, 11, 20)),
            ("environments", "client", date(2026, 11, 24)),
            ("intake", "house", date(2026, 11, 26)),
            ("golden-rules", "house", date(2026, 11, 30)),
            ("outcomes", "client", date(2026, 12, 1)),
        ]
        assert fresh(plan.contract).status == "onboarding"

    @pytest.mark.parametrize(
        ("starts", "first_due"),
        [
            (date(2026, 12, 24), date(2026, 12, 28)),  # Christmas and a weekend come between
            (date(2026, 12, 26), date(2026, 12, 29)),  # it commences on a Saturday: Monday is the first business day
            (date(2026, 1, 1), date(2026, 11, 19)),  # the start has passed: counted from today
        ],
    )
    def test_days_count_from_the_start_over_weekends_and_holidays(self, cast, draft, starts, first_due):
        with tenancy.everyone():
            Contract.objects.filter(pk=draft.pk).update(starts_on=starts)
        assert first(begin(cast, draft)).due_on == first_due

    def test_words_are_those_of_that_day_in_both_languages(self, cast, plan):
        with tenancy.everyone():
            OnboardingTemplateActivity.objects.update(title_en="Otherwise")
        one = first(plan)
        assert "Kickoff" in one.title_en
        assert "lancement" in one.title_fr

    def test_what_the_template_no_longer_offers_is_left_out(self, cast, draft):
        with tenancy.everyone():
            OnboardingTemplateActivity.objects.exclude(key="kickoff").update(is_active=False)
        assert [one.key for one in activities(begin(cast, draft))] == ["kickoff"]

    def test_both_sides_are_told(self, cast, plan):
        assert told("contract.onboarding") == dict.fromkeys(
            ["rosa@example.com", "carl@example.com", "max@example.com"], "onboarding_began"
        )

    def test_without_a_calendar_there_is_nothing_to_count_in(self, cast, draft):
        with tenancy.everyone():
            Contract.objects.filter(pk=draft.pk).update(calendar=None)
        before = everything()
        with pytest.raises(Refused, match="Choose a calendar first"):
            begin(cast, draft)
        assert (everything(), fresh(draft).status) == (before, "draft")

    def test_an_empty_template_makes_no_plan(self, cast, draft):
        with tenancy.everyone():
            OnboardingTemplateActivity.objects.update(is_active=False)
        with pytest.raises(Refused, match="template is empty"):
            begin(cast, draft)

    @pytest.mark.parametrize("status", ["onboarding", "active", "suspended", "ended"])
    def test_only_a_draft_is_onboarded(self, cast, draft, status):
        with tenancy.everyone():
            Contract.objects.filter(pk=draft.pk).update(status=status)
        with pytest.raises(Refused, match=f"This contract is {status}"):
            begin(cast, draft)

    @pytest.mark.parametrize(
        ("who", "error"), [("max", PermissionDenied), ("carl", PermissionDenied), ("bob", Http404)]
    )
    def test_only_administrators_begin_it(self, cast, draft, who, error):
        with pytest.raises(error):
            begin(cast, draft, actor=getattr(cast, who))


class TestGoingLive:
    def test_it_asks_for_ladder_and_signatories_and_not_for_the_activities(self, cast, plan):
        with tenancy.everyone():
            cast.northwind.memberships.exclude(role="requester").delete()
        with pytest.raises(Refused) as refused:
            act(cast.ada, services.activate, contract=plan.contract, now=cast.now)
        assert str(refused.value) == (
            "The contract can't go live yet. Missing: an approver or administrator at Northwind, an escalation ladder."
        )

    def test_with_all_of_it_it_goes_live_and_the_plan_goes_on(self, cast, plan):
        with tenancy.everyone():
            type(cast.northwind_ladder).objects.filter(pk=cast.northwind_ladder.pk).update(contract=plan.contract)
        assert act(cast.ada, services.activate, contract=plan.contract, now=cast.now).status == "active"
        assert show(cast, first(plan)).evidence


class TestHandingOver:
    def test_each_wait_is_kept_with_its_side_and_reason(self, cast, plan):
        one = first(plan)
        do(cast, "max", services.hand_over, one, state="waiting_for_client", reason="  Who  is the sponsor? ")
        later = at("2026-11-20T15:00")
        do(cast, "carl", services.hand_over, one, state="waiting_for_us", reason="A date, please", now=later)
        do(cast, "lea", services.hand_over, one, state="open", now=at("2026-11-23T09:00"))
        assert waits(one) == [
            ("client", "Who is the sponsor?", cast.now, later),
            ("house", "A date, please", later, at("2026-11-23T09:00")),
        ]
        assert fresh(one).state == "open"

    def test_the_side_whose_turn_it_is_is_told(self, cast, plan):
        one = first(plan)
        do(cast, "max", services.hand_over, one, state="waiting_for_client", reason="A name")
        assert told("onboarding.handed_over") == dict.fromkeys(
            ["rosa@example.com", "carl@example.com"], "onboarding_turn"
        )
        do(cast, "rosa", services.hand_over, one, state="waiting_for_us", reason="A date")
        assert told("onboarding.handed_over") == {"max@example.com": "onboarding_turn"}

    @pytest.mark.parametrize(
        ("state", "reason", "words"),
        [
            ("waiting_for_client", " ", "Say what is waited for"),
            ("waiting_for_us", "", "Say what is waited for"),
            ("waiting_for_us", "x" * 501, "under 500 characters"),
            ("done", "Surely", "when both sides agree"),
            ("nonsense", "Surely", "when both sides agree"),
        ],
    )
    def test_a_state_or_reason_that_can_not_be_is_refused(self, cast, plan, state, reason, words):
        before = everything()
        with pytest.raises(Refused, match=words):
            do(cast, "max", services.hand_over, first(plan), state=state, reason=reason)
        assert everything() == before


class TestAgreeing:
    def test_it_is_done_when_both_sides_agree(self, cast, plan):
        one = show(cast, first(plan))
        one = agree(cast, one, "house")
        assert (one.state, one.done_at) == ("waiting_for_client", None)
        assert told("onboarding.agreed") == dict.fromkeys(["rosa@example.com", "carl@example.com"], "onboarding_turn")
        later = at("2026-11-19T10:00")
        one = agree(cast, one, "client", now=later)
        assert (one.state, one.done_at, one.client_agreed_by, one.house_agreed_by) == (
            "done",
            later,
            cast.rosa,
            cast.max,
        )
        assert waits(one) == [("client", "", cast.now, later)]
        assert fresh(plan).done_at is None

    def test_with_the_last_one_the_onboarding_is_done(self, cast, plan):
        for one in activities(plan):
            show(cast, one)
            agree(cast, one, "house")
            agree(cast, one, "client")
        assert fresh(plan).done_at == cast.now
        assert set(told("onboarding.done").values()) == {"onboarding_done"}

    def test_a_link_alone_is_evidence_and_nothing_is_none(self, cast, plan):
        one = first(plan)
        with pytest.raises(Refused, match="what shows that it is done"):
            agree(cast, one, "house")
        show(cast, one, evidence="", link="https://wiki.example/minutes")
        assert agree(cast, one, "house").house_agreed_by == cast.max

    @pytest.mark.parametrize(("who", "side"), [("rosa", "house"), ("max", "client"), ("rosa", "nobody")])
    def test_nobody_agrees_or_withdraws_for_the_other_side(self, cast, plan, who, side):
        one = agree(cast, show(cast, first(plan)), "house" if who == "rosa" else "client")
        before = everything()
        for service in (services.agree, services.take_back):
            with pytest.raises(Refused, match=r"Only people of .* can agree for"):
                do(cast, who, service, one, side=side)
        assert everything() == before

    def test_one_side_agrees_once(self, cast, plan):
        one = agree(cast, show(cast, first(plan)), "house")
        with pytest.raises(Refused, match="agreed already"):
            do(cast, "lea", services.agree, one, side="house")

    def test_other_words_or_another_turn_void_what_was_agreed(self, cast, plan):
        one = agree(cast, show(cast, first(plan)), "house")
        one = show(cast, one, who="carl", evidence="Other minutes")
        assert (one.state, one.house_agreed_by) == ("open", None)
        one = agree(cast, one, "house")
        one = do(cast, "rosa", services.hand_over, one, state="waiting_for_us", reason="Page 2 is missing")
        assert (one.state, one.house_agreed_by) == ("waiting_for_us", None)

    def test_the_same_words_again_change_nothing(self, cast, plan):
        one = agree(cast, show(cast, first(plan)), "house")
        before = everything()
        assert show(cast, one).house_agreed_by == cast.max
        assert everything() == before

    def test_what_is_done_is_changed_by_taking_an_agreement_back(self, cast, plan):
        one = agree(cast, agree(cast, show(cast, first(plan)), "house"), "client")
        with pytest.raises(Refused, match="take your agreement back first"):
            show(cast, one, evidence="Otherwise")
        one = do(cast, "carl", services.take_back, one, side="client")
        assert (one.state, one.done_at, one.house_agreed_by) == ("waiting_for_client", None, cast.max)
        one = do(cast, "max", services.take_back, one, side="house")
        assert one.state == "open"
        with pytest.raises(Refused, match="nothing to take back"):
            do(cast, "max", services.take_back, one, side="house")

    def test_an_onboarding_that_was_done_goes_on_when_somebody_withdraws(self, cast, plan):
        for one in activities(plan):
            agree(cast, agree(cast, show(cast, one), "house"), "client")
        do(cast, "rosa", services.take_back, first(plan), side="client")
        assert fresh(plan).done_at is None

    def test_the_database_knows_no_activity_done_by_one_side(self, cast, plan):
        one = agree(cast, show(cast, first(plan)), "house")
        with pytest.raises(IntegrityError, match="contracts_activity_done_by_both"), tenancy.everyone():
            OnboardingActivity.objects.filter(pk=one.pk).update(state="done", done_at=cast.now)

    @pytest.mark.django_db(transaction=True)
    def test_both_sides_at_one_moment_make_it_done_once(self, cast, plan):
        one = show(cast, first(plan))
        results = at_once(lambda: agree(cast, one, "house"), lambda: agree(cast, one, "client"))
        assert sorted(result.state for result in results)[0] == "done"
        assert fresh(one).state == "done"
        assert [ended for _side, _reason, _began, ended in waits(one)] == [cast.now]


class TestEvidence:
    @pytest.mark.parametrize("link", ["javascript:alert(1)", "a page", "https://"])
    def test_a_link_is_an_address(self, cast, plan, link):
        with pytest.raises(Refused, match="URL"):
            show(cast, first(plan), link=link)
        assert fresh(first(plan)).evidence == ""

    def test_too_long_is_said_and_nothing_is_cut(self, cast, plan):
        with pytest.raises(Refused, match="10,000"):
            show(cast, first(plan), evidence="x" * 10_001)

    def test_a_secret_is_refused_wherever_it_is_written(self, cast, plan):
        before = everything()
        for job in (
            lambda: show(cast, first(plan), evidence="The password: hunter2hunter"),
            lambda: do(
                cast,
                "max",
                services.hand_over,
                first(plan),
                state="waiting_for_client",
                reason="password: hunter2hunter",
            ),
        ):
            with pytest.raises(Refused, match="password"):
                job()
        assert (everything(), fresh(first(plan)).evidence) == (before, "")

    def test_its_words_stand_in_the_row_and_never_in_an_event(self, cast, plan):
        show(cast, first(plan), evidence="Secret sauce")
        do(cast, "max", services.hand_over, first(plan), state="waiting_for_client", reason="Secret reason")
        with tenancy.everyone():
            assert not [one for one in Event.objects.all() if "Secret" in str(one.data)]


class TestWho:
    JOBS = (
        (services.hand_over, {"state": "open"}),
        (services.show_evidence, {"evidence": "Mine"}),
        (services.agree, {"side": "client"}),
        (services.take_back, {"side": "client"}),
    )

    @pytest.mark.parametrize(("who", "error"), [("ann", PermissionDenied), ("gina", Http404), ("julien", Http404)])
    @pytest.mark.parametrize(("service", "arguments"), JOBS)
    def test_requesters_read_and_outsiders_meet_nothing(self, cast, plan, service, arguments, who, error):
        before = everything()
        with pytest.raises(error):
            do(cast, who, service, first(plan), **arguments)
        assert everything() == before

    @pytest.mark.parametrize(("service", "arguments"), JOBS)
    def test_an_ended_contract_s_plan_is_only_read(self, cast, plan, service, arguments):
        with tenancy.everyone():
            Contract.objects.filter(pk=plan.contract_id).update(status="ended")
        with pytest.raises(Refused, match="has ended"):
            do(cast, "rosa", service, first(plan), **arguments)

    def test_another_client_s_scope_sees_and_writes_no_row(self, cast, plan):
        do(cast, "max", services.hand_over, first(plan), state="waiting_for_client", reason="A name")
        for model in (OnboardingPlan, OnboardingActivity, OnboardingWait):
            with tenancy.user(cast.gina):
                assert model._base_manager.count() == 0
                assert model._base_manager.update(organization_id=cast.globex.pk) == 0
            with tenancy.user(cast.ann):
                assert model._base_manager.count() > 0


def test_a_clause_that_names_a_calendar_decides_the_due_dates(cast: Any, draft: Contract) -> None:
    # A Wednesday's tenth business day: of five-day weeks the 1st of December, of seven-day weeks the 27th of November.
    with tenancy.everyone():
        template = OnboardingTemplateActivity.objects.filter(is_active=True).order_by("-due_business_day").first()
    assert template is not None
    assert template.due_business_day == 10
    by_contract = activities(begin(cast, draft))
    assert max(one.due_on for one in by_contract) == date(2026, 12, 1)
    with tenancy.everyone():
        other = Contract.objects.create(
            organization=cast.globex, reference="GLX-2027", plan="on_demand", starts_on=date(2026, 11, 18)
        )
    bound(other, {"calendar.business": "24x7"})
    assert max(one.due_on for one in activities(begin(cast, other))) == date(2026, 11, 27)
