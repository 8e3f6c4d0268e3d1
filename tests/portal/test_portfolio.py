"""The portfolio over HTTP: hours, promises kept, what is open, what renews."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Assignment, Organization
from common import tenancy
from contracts.forecast import Outlook
from contracts.models import Contract
from escalation import services as escalations
from slo.attainment import FEW, Score
from tests.portal.acting import HOUR, answer, grant, log, worked
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def line(page: Any, client: str) -> Any:
    return next(one for one in page.context["portfolio"].lines if one.organization.name == client)


def change(contract: Contract, **fields: Any) -> None:
    with tenancy.everyone():
        Contract.objects.filter(pk=contract.pk).update(**fields)


class TestFigures:
    def test_hours_used_free_and_awaiting(self, cast, get):
        grant(cast, 60)
        ticket = opened(cast)
        log(cast, ticket, 40)
        log(cast, ticket, 30)
        page = get(cast.max, "/portfolio/")
        mine = line(page, "Northwind")
        assert (mine.granted, mine.used, mine.free, mine.awaiting) == (60, 60, 0, 15)
        assert "of 1 h 00" in page.text
        assert "0 h 15 awaits approval" in page.text
        assert "None left" in page.text

    def test_attainment_counts_met_of_judged_and_void_apart(self, cast, get):
        for _n in range(2):
            answer(cast, opened(cast))
        answer(cast, opened(cast), 3 * HOUR)
        act(cast.ann, services.cancel, ticket_id=opened(cast).pk, reason="Found it.", now=cast.now)
        page = get(cast.max, "/portfolio/")
        assert line(page, "Northwind").score == Score(met=2, missed=1, void=1)
        assert "2 of 3" in page.text
        assert "1 missed" in page.text
        assert "66.6%" not in page.text  # of three, a percentage would say more than is known
        assert "1 withdrawn" in page.text

    def test_verdicts_of_ninety_days_only(self, cast, get):
        answer(cast, opened(cast))
        cast.now += timedelta(days=91)
        assert line(get(cast.max, "/portfolio/"), "Northwind").score == Score()

    @pytest.mark.parametrize(
        ("met", "missed", "percent"), [(0, 0, None), (1, 0, 100), (999, 1, 99.9), (9999, 1, 99.9), (0, 3, 0)]
    )
    def test_only_all_of_them_are_a_hundred_percent(self, met, missed, percent):
        assert Score(met, missed).attainment == percent

    def test_a_percentage_comes_with_enough_of_them(self, cast, get):
        assert not Score(FEW - 1, 0).is_telling
        for _n in range(FEW - 1):
            answer(cast, opened(cast))
        answer(cast, opened(cast), 3 * HOUR)
        text = get(cast.max, "/portfolio/").text
        assert "9 of 10" in text
        assert "90%" in text

    def test_open_requests_and_escalations_lead_to_the_queue(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still.", now=cast.now)
        page = get(cast.max, "/portfolio/")
        assert (line(page, "Northwind").open_tickets, line(page, "Northwind").escalations) == (1, 1)
        assert "/queue/?client=NW" in page.text
        assert "/queue/?view=escalated&amp;client=NW" in page.text

    def test_it_leads_to_the_client(self, cast, get):
        assert 'href="/portfolio/NW/"' in get(cast.max, "/portfolio/").text

    def test_it_foresees_when_the_hours_run_out(self, cast, get):
        grant(cast, 1200)
        worked(cast, days=20, minutes=30)
        first = line(get(cast.max, "/portfolio/"), "Northwind").first_out
        assert (first.forecast.outlook, first.forecast.pace, first.free) == (Outlook.RUNS_OUT, 30, 600)
        assert first.forecast.on == date(2026, 12, 16)

    def test_a_line_shows_how_the_hours_went_and_says_it(self, cast, get):
        grant(cast, 1200)
        worked(cast, days=5, minutes=30)
        text = get(cast.max, "/portfolio/").text
        assert '<svg class="spark"' in text
        assert "0 h 00 free sixty days ago, 17 h 30 today" in text
        assert "style=" not in text

    def test_hours_to_be_used_soon_are_named(self, cast, get):
        grant(cast, 120, expires_on=cast.now.date() + timedelta(days=40))
        grant(cast, 600, expires_on=cast.now.date() + timedelta(days=90))
        log(cast, opened(cast), 30)
        page = get(cast.max, "/portfolio/")
        assert line(page, "Northwind").expiring_minutes == 90
        assert "28 Dec 2026</time>" in page.text

    def test_a_renewal_soon_stands_out(self, cast, get):
        change(cast.northwind_contract, renews_on=date(2026, 12, 31))
        change(cast.globex_contract, renews_on=date(2027, 6, 30))
        page = get(cast.max, "/portfolio/")
        assert line(page, "Northwind").renews_soon
        assert not line(page, "Globex").renews_soon
        assert "31 Dec 2026" in page.text

    def test_on_demand_shows_usage_and_reserves_nothing(self, cast, get):
        change(cast.northwind_contract, plan=Contract.Plan.ON_DEMAND)
        log(cast, opened(cast), 40)
        page = get(cast.max, "/portfolio/")
        assert line(page, "Northwind").usage == 45
        assert "used on demand" in page.text

    def test_sums(self, cast, get):
        grant(cast, 600)
        grant(cast, 120, "globex")
        log(cast, opened(cast), 60)
        opened(cast, client="globex")
        sums = get(cast.max, "/portfolio/").context["portfolio"]
        assert (sums.granted, sums.used, sums.free, sums.open_tickets, sums.clients) == (720, 60, 660, 2, 2)


class TestOrderAndReach:
    def test_what_needs_somebody_stands_first(self, cast, get):
        assert [one.organization.name for one in get(cast.max, "/portfolio/").context["portfolio"].lines] == [
            "Globex",
            "Northwind",
        ]
        act(cast.ann, escalations.persist, ticket_id=opened(cast).pk, reason="Still.", now=cast.now)
        lines = get(cast.max, "/portfolio/").context["portfolio"].lines
        assert [one.organization.name for one in lines] == ["Northwind", "Globex"]

    def test_drafts_are_no_contracts_yet(self, cast, get):
        change(cast.northwind_contract, status=Contract.Status.DRAFT)
        page = get(cast.max, "/portfolio/")
        assert "Northwind" not in page.text

    def test_nothing_yet_teaches(self, cast, get):
        with tenancy.everyone():
            cast.max.assignments.all().delete()
        assert "No contract yet" in get(cast.max, "/portfolio/").text

    @pytest.mark.parametrize(
        ("person", "status"), [("ann", 404), ("rosa", 404), ("lea", 404), ("nadia", 200), ("max", 200)]
    )
    def test_who_reads_it(self, cast, get, person, status):
        get(getattr(cast, person), "/portfolio/", status=status)

    def test_two_contracts_of_a_client_are_one_line(self, cast, get):
        with tenancy.everyone():
            Contract.objects.create(
                organization=cast.northwind, reference="NW-more", status=Contract.Status.ACTIVE, plan="on_demand",
                starts_on=date(2026, 6, 1), calendar=cast.paris,
            )  # fmt: skip
        grant(cast, 600)
        page = get(cast.max, "/portfolio/")
        assert [one.organization.name for one in page.context["portfolio"].lines].count("Northwind") == 1
        assert line(page, "Northwind").granted == 600
        assert "2 contracts" in page.text

    def test_a_client_whose_contracts_are_over_stands_last(self, cast, get):
        change(cast.globex_contract, status=Contract.Status.ENDED)
        names = [one.organization.name for one in get(cast.max, "/portfolio/").context["portfolio"].lines]
        assert names == ["Northwind", "Globex"]

    @pytest.mark.parametrize("clients", [2, 30])
    def test_queries_are_few_and_do_not_grow(self, cast, client, django_assert_max_num_queries, clients):
        with tenancy.everyone():
            for number in range(clients - 2):
                one = Organization.objects.create(name=f"Client {number}", key=f"C{number}")
                Assignment.objects.create(organization=one, user=cast.max)
                Contract.objects.create(
                    organization=one, reference=f"C-{number}", status=Contract.Status.ACTIVE,
                    starts_on=date(2026, 1, 1), calendar=cast.paris,
                )  # fmt: skip
        grant(cast, 600, expires_on=cast.now.date() + timedelta(days=30))
        log(cast, opened(cast), 30)
        client.force_login(cast.max)
        with django_assert_max_num_queries(18):
            page = client.get("/portfolio/")
        assert len(page.context["portfolio"].lines) == clients


def names(page: Any) -> list[str]:
    return [one.organization.name for one in page.context["portfolio"].lines]


class TestOrderAndFilters:
    @pytest.fixture(autouse=True)
    def two(self, cast: Any) -> None:
        """Northwind has more hours and renews soon; Globex has an open request."""
        grant(cast, 600)
        grant(cast, 60, "globex")
        change(cast.northwind_contract, renews_on=date(2026, 12, 1))
        change(cast.globex_contract, renews_on=date(2027, 12, 1))
        opened(cast, client="globex")

    @pytest.mark.parametrize(
        ("sort", "first"),
        [
            ("client", "Globex"), ("-client", "Northwind"), ("free", "Globex"), ("-free", "Northwind"),
            ("renewal", "Northwind"), ("-renewal", "Globex"), ("-open", "Globex"), ("open", "Northwind"),
        ],
    )  # fmt: skip
    def test_by_any_column_both_ways(self, cast, get, sort, first):
        page = get(cast.max, f"/portfolio/?sort={sort}")
        assert names(page)[0] == first
        assert f'aria-sort="{"descending" if sort[0] == "-" else "ascending"}"' in page.text

    @pytest.mark.parametrize("sort", ["out", "expiring", "answers", "escalations"])
    def test_the_other_columns_have_an_order_too(self, cast, get, sort):
        assert len(names(get(cast.max, f"/portfolio/?sort={sort}"))) == 2

    def test_by_name_and_by_need(self, cast, get):
        assert names(get(cast.max, "/portfolio/?q=north")) == ["Northwind"]
        assert names(get(cast.max, "/portfolio/?need=renewal")) == ["Northwind"]
        assert names(get(cast.max, "/portfolio/?need=escalations")) == []

    def test_the_address_keeps_what_was_chosen(self, cast, get):
        text = get(cast.max, "/portfolio/?q=o&need=renewal&sort=-free").text
        assert 'href="?q=o&amp;need=renewal&amp;sort=free"' in text  # the other way round
        assert 'href="?q=o&amp;sort=-free"' in text  # without the filter
        assert '<input type="hidden" name="sort" value="-free">' in text

    def test_nobody_like_that_says_how_to_see_the_others(self, cast, get):
        text = get(cast.max, "/portfolio/?q=zzzz").text
        assert "No client like that" in text
        assert "Show all clients" in text

    @pytest.mark.parametrize(
        "query", ["sort=drop", "sort=--free", "need=everything", "q=" + "x" * 5000, "sort=-", "need=%00"]
    )
    def test_what_the_address_says_wrongly_is_left_out(self, cast, get, query):
        get(cast.max, f"/portfolio/?{query}")
