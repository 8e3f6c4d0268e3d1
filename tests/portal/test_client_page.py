"""One client's page: who reads it, what it says, and that it costs the same whatever it holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import tenancy
from contracts.models import Contract
from escalation import services as escalations
from tests.portal.acting import HOUR, answer, clause, grant, log, worked
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import RequestType, Ticket

pytestmark = pytest.mark.django_db
URL = "/portfolio/NW/"


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


class TestReach:
    @pytest.mark.parametrize(
        ("person", "status"),
        [("max", 200), ("nadia", 200), ("ada", 200), ("lea", 404), ("julien", 404), ("ann", 404), ("rosa", 404), ("carl", 404), ("gina", 404)],
    )  # fmt: skip
    def test_who_reads_it(self, cast, get, person, status):
        get(getattr(cast, person), URL, status=status)

    def test_an_account_manager_only_of_clients_served(self, cast, get):
        with tenancy.everyone():
            cast.max.assignments.filter(organization=cast.northwind).delete()
        get(cast.max, URL, status=404)
        get(cast.max, "/portfolio/GLX/", status=200)

    @pytest.mark.parametrize("key", ["NOBODY", "nw", "1"])
    def test_no_such_client(self, cast, get, key):
        get(cast.max, f"/portfolio/{key}/", status=404)

    def test_nothing_of_another_client_stands_on_it(self, cast, get):
        grant(cast, 600, "globex")
        log(cast, opened(cast, client="globex", subject="Canary of Globex"), 30, summary="Canary of Globex")
        page = get(cast.max, URL)
        assert "Canary of Globex" not in page.text
        assert "Gina Rossi" not in page.text
        assert "GLX-2026" not in page.text


class TestHours:
    def test_burn_down_in_three_lines_with_its_figures(self, cast, get):
        grant(
            cast, 1200, worked_on=cast.now.date() - timedelta(days=20), expires_on=cast.now.date() + timedelta(days=40)
        )
        worked(cast, days=12, minutes=30)
        page = get(cast.max, URL)
        drawn = page.context["burn"].wide
        assert len({drawn.actual, drawn.even, drawn.expected}) == 3
        for part in ('class="actual"', 'class="ideal"', 'class="forecast"', "The chart in figures", "14 h 00 today"):
            assert part in page.text
        assert "style=" not in page.text

    def test_too_little_work_is_said(self, cast, get):
        grant(cast, 1200)
        assert "Not enough work yet to tell how long the hours last." in get(cast.max, URL).text

    def test_lots_with_their_last_day_in_the_order_of_use(self, cast, get):
        grant(cast, 600, memo="Late lot", expires_on=date(2027, 3, 1))
        grant(cast, 60, memo="Early lot", expires_on=date(2026, 12, 1))
        log(cast, opened(cast), 30)
        page = get(cast.max, URL)
        assert [(lot.memo, lot.left) for lot in page.context["lots"]] == [("Early lot", 30), ("Late lot", 600)]
        assert "0 h 30 of 1 h 00" in page.text
        assert "1 Dec 2026</time>" in page.text

    def test_what_it_was_for_and_who_worked(self, cast, get):
        grant(cast, 600)
        with tenancy.everyone():
            kind = RequestType.objects.select_related("category").first()
        ticket = opened(cast)
        with tenancy.everyone():
            Ticket.objects.filter(pk=ticket.pk).update(request_type=kind)
        log(cast, ticket, 90)
        log(cast, opened(cast), 30)
        page = get(cast.max, URL)
        assert [(one.name, one.minutes, one.percent) for one in page.context["by_category"]] == [
            (kind.category.name, 90, 75),
            ("", 30, 25),
        ]
        assert [(one.name, one.minutes) for one in page.context["by_person"]] == [("Léa Fontaine", 120)]
        assert "Without a category" in page.text

    def test_what_was_taken_back_was_not_used(self, cast, get):
        grant(cast, 600)
        entry = log(cast, opened(cast), 60)
        act(cast.nadia, services.reverse_time, work_log_id=entry.pk, now=cast.now)
        assert get(cast.max, URL).context["by_person"] == []

    def test_on_demand_has_no_burn_down(self, cast, get):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(plan="on_demand")
        log(cast, opened(cast), 40)
        page = get(cast.max, URL)
        assert page.context["burn"] is None
        assert "Used on demand" in page.text
        assert "Lots" not in page.text


class TestEntries:
    @pytest.fixture
    def lines(self, cast: Any) -> Any:
        """A grant in October, work of two people in November, with a ticket of a kind."""
        grant(cast, 600, worked_on=date(2026, 10, 1))
        with tenancy.everyone():
            kind = RequestType.objects.select_related("category").first()
        ticket = opened(cast)
        with tenancy.everyone():
            Ticket.objects.filter(pk=ticket.pk).update(request_type=kind)
        log(cast, ticket, 60, summary="Of a kind")
        act(
            cast.ada, services.log_time, ticket_id=opened(cast).pk, minutes=30, summary="By Ada",
            worked_on=cast.now.date(), now=cast.now,
        )  # fmt: skip
        return kind.category.slug

    def shown(self, page: Any) -> list[str]:
        return [line.log.summary if line.log else "grant" for line in page.context["lines"]]

    def test_by_month_category_and_person(self, cast, get, lines):
        assert self.shown(get(cast.max, URL)) == ["By Ada", "Of a kind", "grant"]
        assert self.shown(get(cast.max, f"{URL}?month=2026-10")) == ["grant"]
        assert self.shown(get(cast.max, f"{URL}?category={lines}")) == ["Of a kind"]
        assert self.shown(get(cast.max, f"{URL}?category=none")) == ["By Ada"]
        assert self.shown(get(cast.max, f"{URL}?person={cast.ada.pk}&month=2026-11")) == ["By Ada"]
        assert "No entry like that" in get(cast.max, f"{URL}?person=999999").text

    def test_narrowed_there_is_no_balance_but_a_sum(self, cast, get, lines):
        page = get(cast.max, f"{URL}?person={cast.lea.pk}")
        assert page.context["taken"] == 60
        assert page.context["lines"][0].balance is None
        assert "All entries shown" in page.text

    @pytest.mark.parametrize(
        "query", ["month=2026-13", "month=x", "category=%00", "person=-1", "person=%C2%B2", "page=x", "page=999", "contract=NONE", "contract=%00"]
    )  # fmt: skip
    def test_what_the_address_says_wrongly_is_left_out(self, cast, get, lines, query):
        assert self.shown(get(cast.max, f"{URL}?{query}")) == ["By Ada", "Of a kind", "grant"]

    def test_in_pages_that_carry_the_balance_on(self, cast, get, lines, monkeypatch):
        monkeypatch.setattr("portal.selectors.ledger.LINES", 2)
        first, second = get(cast.max, URL), get(cast.max, f"{URL}?page=2")
        assert [line.balance for line in first.context["lines"]] == [510, 540]
        assert (first.context["before"], second.context["before"]) == (600, None)
        assert [line.balance for line in second.context["lines"]] == [600]


class TestPromises:
    def test_by_month_and_priority_with_counts(self, cast, get):
        answer(cast, opened(cast))
        answer(cast, opened(cast), 3 * HOUR)
        act(cast.ann, services.cancel, ticket_id=opened(cast, priority="low").pk, reason="Found it.", now=cast.now)
        page = get(cast.max, URL)
        november = page.context["months_scored"][0]
        assert (november.first, november.whole.met, november.whole.missed, november.whole.void) == (
            date(2026, 11, 1),
            1,
            1,
            1,
        )
        assert [(one.met, one.missed, one.void) for one in november.scores] == [
            (0, 0, 0),
            (1, 1, 0),
            (0, 0, 0),
            (0, 0, 1),
        ]
        assert "1 of 2" in page.text
        assert "50%" not in page.text

    def test_what_holds_with_its_clause(self, cast, get):
        clause(cast, "slo.first_response.high", "90")
        page = get(cast.max, URL)
        assert "The msa, §4.2" in page.text
        assert f'href="/contracts/{cast.northwind_contract.pk}/promises/#slo-first_response-high"' in page.text
        assert "Default, no clause" in page.text


class TestPeople:
    def test_open_escalations_lead_to_their_ticket(self, cast, get):
        ticket = opened(cast)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still.", now=cast.now)
        page = get(cast.max, URL)
        assert [one.ticket_id for one in page.context["escalations"]] == [ticket.pk]
        assert "nobody has taken it" in page.text

    def test_who_is_who_on_both_sides(self, cast, get):
        page = get(cast.max, URL)
        assert [one.user.name for one in page.context["members"]] == ["Rosa Diaz", "Carl Berg", "Ann Walker"]
        assert {one.name for one in page.context["team"]} == {"Max Keller", "Léa Fontaine"}


def test_a_client_without_a_contract_says_what_comes(cast, get):
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="draft")
    assert "No contract yet" in get(cast.max, URL).text


def test_another_contract_by_its_reference(cast, get):
    with tenancy.everyone():
        Contract.objects.create(
            organization=cast.northwind,
            reference="NW-2025",
            status="ended",
            starts_on=date(2025, 1, 1),
            calendar=cast.paris,
        )
    assert get(cast.max, URL).context["contract"].reference == "NW-2026"
    assert get(cast.max, f"{URL}?contract=NW-2025").context["contract"].reference == "NW-2025"


@pytest.mark.parametrize("path", [URL, f"{URL}?category=access&month=2026-11"])
def test_queries_do_not_grow_with_rows(cast, client, path):
    grant(cast, 6000, expires_on=cast.now.date() + timedelta(days=30))

    def more() -> None:
        ticket = opened(cast)
        act(cast.ann, escalations.persist, ticket_id=ticket.pk, reason="Still.", now=cast.now)
        log(cast, ticket, 30)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

    client.force_login(cast.max)
    more()
    few = count()
    for _ in range(4):
        more()
    assert count() == few
    assert few <= 20
