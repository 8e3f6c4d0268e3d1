"""The onboarding's pages over HTTP: both sides read and work on one plan; nobody else meets it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from common import tenancy
from contracts import services
from contracts.models import Contract, OnboardingActivity, OnboardingPlan
from tests.contracts.test_onboarding import activities, do
from tests.slo.cases import at
from tests.tickets.acting import act, everything, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


@pytest.fixture
def plan(cast: Any) -> OnboardingPlan:
    """Begun on a Monday, a week and two days before now."""
    begun = at("2026-11-09T09:00")
    with tenancy.everyone():
        contract = Contract.objects.create(
            organization=cast.northwind,
            reference="NW-OD",
            plan="on_demand",
            starts_on=date(2026, 11, 9),
            calendar=cast.paris,
        )
    made: OnboardingPlan = act(cast.ada, services.begin_onboarding, contract=contract, now=begun)
    return made


def page_of(plan: OnboardingPlan) -> str:
    return f"/contracts/{plan.contract_id}/onboarding/"


def address(activity: OnboardingActivity) -> str:
    with tenancy.everyone():
        return f"{page_of(OnboardingPlan.objects.get(pk=activity.plan_id))}{activity.pk}/"


def line(page: Any, key: str) -> Any:
    return next(one for one in page.context["onboarding"].lines if one.activity.key == key)


class TestPlan:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("ann", 200), ("rosa", 200), ("carl", 200), ("lea", 200), ("max", 200), ("gina", 404), ("julien", 404)],
    )
    def test_who_reads_it(self, cast, get, plan, who, status):
        get(getattr(cast, who), page_of(plan), status=status)

    def test_days_of_waiting_are_shown_apart_by_side(self, cast, get, plan):
        one, other = activities(plan)[:2]
        do(
            cast,
            "max",
            services.hand_over,
            one,
            state="waiting_for_client",
            reason="A name",
            now=at("2026-11-10T10:00"),
        )
        do(
            cast,
            "max",
            services.hand_over,
            other,
            state="waiting_for_client",
            reason="A list",
            now=at("2026-11-12T10:00"),
        )
        do(cast, "rosa", services.hand_over, one, state="waiting_for_us", reason="A date", now=at("2026-11-13T10:00"))
        page = get(cast.rosa, page_of(plan))
        # The 11th is a holiday: 10 and 12 for the first; 12, 13, 16, 17 for the other; 13, 16, 17 for us.
        assert (line(page, "kickoff").client_days, line(page, "kickoff").house_days) == (2, 3)
        assert line(page, "portal-access").client_days == 4
        shown = page.context["onboarding"]
        assert (shown.days, shown.client_days, shown.house_days) == (6, 5, 3)
        assert "2 business days waiting for Northwind" in page.text
        assert "A list" in page.text

    def test_what_is_late_says_so(self, cast, get, plan):
        page = get(cast.rosa, page_of(plan))
        assert page.context["onboarding"].late == 3  # due on 10, 12 and 16 November; the next one on the 18th, today
        assert page.text.count("</svg>late</span>") == 3

    def test_what_is_missing_before_it_goes_live_is_listed_and_nothing_once_it_is_live(self, cast, get, plan):
        assert "<span>An escalation ladder</span>" in get(cast.rosa, page_of(plan)).text
        with tenancy.everyone():
            type(cast.northwind_ladder).objects.filter(pk=cast.northwind_ladder.pk).update(contract=plan.contract)
        assert "Nothing is missing" in get(cast.rosa, page_of(plan)).text
        with tenancy.everyone():
            Contract.objects.filter(pk=plan.contract_id).update(status="active")
        assert "Before the contract goes live" not in get(cast.rosa, page_of(plan)).text

    def test_without_a_plan_it_says_why(self, cast, get):
        page = get(cast.rosa, f"/contracts/{cast.northwind_contract.pk}/onboarding/")
        assert "onboarded without a plan" in page.text
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="draft")
        assert "has not begun" in get(cast.rosa, f"/contracts/{cast.northwind_contract.pk}/onboarding/").text

    def test_french_readers_get_french_activities(self, cast, get, plan):
        page = get(cast.rosa, page_of(plan), **{"Accept-Language": "fr"})
        assert "Réunion de lancement" in page.text

    @pytest.mark.django_db(transaction=True)
    def test_queries_are_few_and_do_not_grow_with_waits(self, cast, client, plan, django_assert_max_num_queries):
        client.force_login(cast.rosa)
        for one in activities(plan):
            for hours in range(6):
                state = ("waiting_for_client", "waiting_for_us")[hours % 2]
                do(
                    cast,
                    "max",
                    services.hand_over,
                    one,
                    state=state,
                    reason="This",
                    now=at("2026-11-10T10:00") + timedelta(hours=hours),
                )
        with django_assert_max_num_queries(20):
            client.get(page_of(plan))


class TestActivity:
    def post(self, client: Any, who: Any, activity: OnboardingActivity, **data: str) -> Any:
        client.force_login(who)
        return client.post(address(activity), data)

    def test_a_story_over_the_page(self, cast, client, plan):
        one = activities(plan)[0]
        answers = [
            self.post(client, cast.max, one, action="turn", state="waiting_for_client", reason="Names"),
            self.post(client, cast.rosa, one, action="evidence", evidence="The *minutes*", link="wiki.example/x"),
            self.post(client, cast.rosa, one, action="agree", side="client"),
            self.post(client, cast.max, one, action="agree", side="house"),
        ]
        assert [answer.status_code for answer in answers] == [302] * 4
        assert (fresh(one).state, fresh(one).evidence_link) == ("done", "https://wiki.example/x")
        page = client.get(address(one)).content.decode()
        assert "<em>minutes</em>" in page
        assert "Rosa Diaz agreed" in page
        assert "Take our agreement back" in page

    @pytest.mark.parametrize(
        ("who", "data", "words"),
        [
            ("rosa", {"action": "agree", "side": "client"}, "Write first what shows"),
            ("rosa", {"action": "agree", "side": "house"}, "Only people of Valiantys can agree"),
            ("max", {"action": "agree", "side": "client"}, "Only people of Northwind can agree"),
            ("rosa", {"action": "turn", "state": "done", "reason": "Kept words"}, "Kept words"),
            ("rosa", {"action": "turn", "state": "waiting_for_us", "reason": ""}, "Say what is waited for"),
            ("rosa", {"action": "evidence", "evidence": "Kept words", "link": "javascript:x"}, "Kept words"),
            ("rosa", {"action": "evidence", "evidence": "password: hunter2hunter"}, "password"),
            ("rosa", {"action": "nonsense"}, ""),
        ],
    )
    def test_bad_input_is_said_and_loses_nothing(self, cast, client, plan, who, data, words):
        one, before = activities(plan)[0], everything()
        answer = self.post(client, getattr(cast, who), one, **data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert everything() == before
        assert fresh(one).evidence == ""

    @pytest.mark.parametrize(("who", "status"), [("gina", 404), ("julien", 404), ("ann", 403)])
    @pytest.mark.parametrize("data", [{"action": "evidence", "evidence": "x"}, {"action": "agree", "side": "client"}])
    def test_a_forged_post_changes_nothing(self, cast, client, plan, who, status, data):
        one, before = activities(plan)[0], everything()
        assert self.post(client, getattr(cast, who), one, **data).status_code == status
        assert (everything(), fresh(one).evidence) == (before, "")

    def test_an_activity_of_one_client_is_not_found_under_another_s_contract(self, cast, client, plan):
        one = activities(plan)[0]
        client.force_login(cast.max)  # who serves both
        for contract in (cast.globex_contract, cast.northwind_contract):
            assert client.get(f"/contracts/{contract.pk}/onboarding/{one.pk}/").status_code == 404
            answer = client.post(
                f"/contracts/{contract.pk}/onboarding/{one.pk}/", {"action": "evidence", "evidence": "x"}
            )
            assert answer.status_code == 404
        assert fresh(one).evidence == ""

    def test_a_requester_reads_and_is_offered_nothing(self, cast, get, plan):
        page = get(cast.ann, address(activities(plan)[0]))
        assert "<textarea" not in page.text
        assert 'name="action"' not in page.text


class TestHome:
    def test_progress_and_what_waits_for_the_client_until_it_is_done(self, cast, get, plan):
        one = activities(plan)[0]
        do(cast, "max", services.hand_over, one, state="waiting_for_client", reason="Names")
        page = get(cast.rosa, "/")
        assert "0 of 6" in page.text
        assert page.text.count(address(one)) == 2  # among the steps, and in what waits
        assert get(cast.ann, "/").text.count(address(one)) == 1
        assert page_of(plan) not in get(cast.gina, "/").text
        with tenancy.everyone():
            OnboardingPlan.objects.update(done_at=cast.now)
        assert page_of(plan) not in get(cast.rosa, "/").text

    def test_the_portfolio_shows_how_far_it_is(self, cast, get, plan):
        page = get(cast.max, "/portfolio/")
        assert "Onboarding of NW-OD: 0 of 6 done" in page.text
        line = next(one for one in page.context["portfolio"].lines if one.organization == cast.northwind)
        assert line.contract == cast.northwind_contract  # what goes on stands before what is prepared


class TestRenew:
    def address(self, cast: Any) -> str:
        return f"/contracts/{cast.northwind_contract.pk}/renew/"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("max", 200), ("ada", 200), ("nadia", 403), ("lea", 403), ("rosa", 403), ("gina", 404), ("julien", 404)],
    )
    def test_who_renews(self, cast, client, who, status):
        client.force_login(getattr(cast, who))
        assert client.get(self.address(cast)).status_code == status
        answer = client.post(self.address(cast), {"renews_on": "2028-01-01"})
        assert answer.status_code == (302 if status == 200 else status)
        assert (fresh(cast.northwind_contract).renews_on is not None) is (status == 200)

    def test_a_year_later_is_proposed(self, cast, get):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(renews_on=date(2028, 2, 29))
        assert 'value="2029-02-28"' in get(cast.max, self.address(cast)).text

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"renews_on": "2028-01-02", "ends_on": "2028-01-01"}, "between its first and its last day"),
            ({"renews_on": "2020-01-01"}, "after today"),
            ({"renews_on": "soon"}, "soon"),
        ],
    )
    def test_bad_dates_come_back_as_they_were_typed(self, cast, client, data, words):
        client.force_login(cast.max)
        answer = client.post(self.address(cast), data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert all(value in answer.content.decode() for value in data.values())
        assert fresh(cast.northwind_contract).renews_on is None

    def test_the_client_s_page_leads_there(self, cast, get):
        assert self.address(cast) in get(cast.max, "/portfolio/NW/").text
        assert self.address(cast) not in get(cast.nadia, "/portfolio/NW/").text

    def test_what_is_onboarded_is_not_renewed_yet(self, cast, get, plan):
        assert "/renew/" not in get(cast.max, "/portfolio/NW/?contract=NW-OD").text
        assert page_of(plan) in get(cast.max, "/portfolio/NW/?contract=NW-OD").text
