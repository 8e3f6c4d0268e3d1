"""The portfolio over HTTP: hours, promises kept, what is open, what renews."""

from datetime import date, timedelta
from typing import Any

import pytest

from common import tenancy
from contracts.models import Contract
from escalation import services as escalations
from portal.selectors.portfolio import Score
from tests.portal.acting import HOUR, answer, grant, log
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def line(page: Any, client: str) -> Any:
    return next(one for one in page.context["portfolio"].lines if one.contract.organization.name == client)


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
        hours = line(page, "Northwind").hours
        assert (hours.granted, hours.used, hours.free, hours.awaiting) == (60, 60, 0, 15)
        assert "1 h 00 used of 1 h 00" in page.text
        assert "0 h 15" in page.text

    def test_attainment_counts_met_of_judged_and_void_apart(self, cast, get):
        for _n in range(2):
            answer(cast, opened(cast))
        answer(cast, opened(cast), 3 * HOUR)
        act(cast.ann, services.cancel, ticket_id=opened(cast).pk, reason="Found it.", now=cast.now)
        page = get(cast.max, "/portfolio/")
        assert line(page, "Northwind").score == Score(met=2, missed=1, void=1)
        assert "66.6%" in page.text
        assert "2 of 3" in page.text
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

    def test_open_requests_and_escalations_lead_to_the_queue(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still.", now=cast.now)
        page = get(cast.max, "/portfolio/")
        assert (line(page, "Northwind").open_tickets, line(page, "Northwind").escalations) == (1, 1)
        assert "/queue/?client=NW" in page.text
        assert "/queue/?view=escalated&amp;client=NW" in page.text

    def test_it_leads_to_hours_and_promises(self, cast, get):
        page = get(cast.max, "/portfolio/")
        pk = cast.northwind_contract.pk
        assert f'href="/contracts/{pk}/hours/"' in page.text
        assert f'href="/contracts/{pk}/promises/"' in page.text

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
        assert line(page, "Northwind").hours.usage == 45
        assert "On demand" in page.text

    def test_sums(self, cast, get):
        grant(cast, 600)
        grant(cast, 120, "globex")
        log(cast, opened(cast), 60)
        opened(cast, client="globex")
        sums = get(cast.max, "/portfolio/").context["portfolio"]
        assert (sums.granted, sums.used, sums.free, sums.open_tickets, sums.clients) == (720, 60, 660, 2, 2)


class TestOrderAndReach:
    def test_what_needs_somebody_stands_first(self, cast, get):
        assert [one.contract.organization.name for one in get(cast.max, "/portfolio/").context["portfolio"].lines] == [
            "Globex",
            "Northwind",
        ]
        act(cast.ann, escalations.persist, ticket_id=opened(cast).pk, reason="Still.", now=cast.now)
        lines = get(cast.max, "/portfolio/").context["portfolio"].lines
        assert [one.contract.organization.name for one in lines] == ["Northwind", "Globex"]

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

    @pytest.mark.parametrize("contracts", [5, 40])
    def test_queries_are_few_and_do_not_grow(self, cast, client, django_assert_max_num_queries, contracts):
        with tenancy.everyone():
            for number in range(contracts - 2):
                Contract.objects.create(
                    organization=cast.northwind, reference=f"NW-extra-{number}", status=Contract.Status.ENDED,
                    starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), calendar=cast.paris,
                )  # fmt: skip
        client.force_login(cast.max)
        with django_assert_max_num_queries(18):
            page = client.get("/portfolio/")
        assert len(page.context["portfolio"].lines) == contracts
