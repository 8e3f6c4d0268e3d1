"""The statement of a contract's hours, and what was promised, clause by clause."""

from typing import Any

import pytest

from common import tenancy
from contracts.models import Contract, HoursEntry
from tests.portal.acting import clause, grant, log
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


class TestHours:
    def url(self, contract: Any) -> str:
        return f"/contracts/{contract.pk}/hours/"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("rosa", 200), ("carl", 200), ("lea", 200), ("max", 200), ("ann", 403), ("gina", 404), ("julien", 404)],
    )
    def test_who_reads_them(self, cast, get, who, status):
        get(getattr(cast, who), self.url(cast.northwind_contract), status=status)

    def test_each_line_carries_the_balance_after_it(self, cast, get):
        grant(cast, 600)
        ticket = opened(cast)
        log(cast, ticket, 38)
        log(cast, ticket, 60)
        page = get(cast.rosa, self.url(cast.northwind_contract))
        assert [line.balance for line in page.context["lines"]] == [495, 555, 600]
        assert "38 min worked, counted as 45 min" in page.text
        assert "8 h 15" in page.text

    def test_a_reversal_and_what_it_reverses_point_at_each_other(self, cast, get):
        grant(cast, 600)
        entry = log(cast, opened(cast), 60)
        act(cast.nadia, services.reverse_time, work_log_id=entry.pk, now=cast.now)
        page = get(cast.rosa, self.url(cast.northwind_contract))
        assert [line.balance for line in page.context["lines"]] == [600, 540, 600]
        with tenancy.everyone():
            back, drawn = HoursEntry.objects.get(kind="reverse"), HoursEntry.objects.get(kind="consume")
        assert f'href="#entry-{back.pk}"' in page.text
        assert f'href="#entry-{drawn.pk}"' in page.text
        assert page.context["this_month"] == 0

    def test_what_the_hours_do_not_cover_is_listed(self, cast, get):
        grant(cast, 30)
        log(cast, opened(cast), 60, summary="More than was left")
        page = get(cast.rosa, self.url(cast.northwind_contract))
        assert page.context["hours"].awaiting == 30
        assert page.text.count("More than was left") == 2

    def test_on_demand_shows_usage(self, cast, get):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(plan="on_demand")
        ticket = opened(cast)
        log(cast, ticket, 60)
        log(cast, ticket, 60)
        page = get(cast.rosa, self.url(cast.northwind_contract))
        assert [line.balance for line in page.context["lines"]] == [120, 60]
        assert "Used on demand" in page.text
        assert "Awaiting approval" not in page.text

    def test_earlier_lines_are_brought_forward(self, cast, get, monkeypatch):
        monkeypatch.setattr("portal.selectors.ledger.LINES", 2)
        grant(cast, 600)
        ticket = opened(cast)
        log(cast, ticket, 60)
        log(cast, ticket, 60)
        page = get(cast.rosa, self.url(cast.northwind_contract))
        assert page.context["before"] == 600
        assert "Brought forward" in page.text

    def test_an_empty_ledger_says_what_comes_there(self, cast, get):
        assert "Nothing was granted or used yet" in get(cast.rosa, self.url(cast.northwind_contract)).text

    def test_a_suspended_contract_s_hours_can_still_be_read(self, cast, get):
        grant(cast)
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="suspended")
        assert "10 h 00" in get(cast.rosa, self.url(cast.northwind_contract)).text


class TestPromises:
    def url(self, cast: Any) -> str:
        return f"/contracts/{cast.northwind_contract.pk}/promises/"

    @pytest.mark.parametrize(
        ("who", "status"), [("ann", 200), ("rosa", 200), ("max", 200), ("bob", 404), ("julien", 404)]
    )
    def test_who_reads_them(self, cast, get, who, status):
        get(getattr(cast, who), self.url(cast), status=status)

    def test_every_term_is_there_with_its_unit_and_origin(self, cast, get):
        page = get(cast.ann, self.url(cast))
        for said in (
            "<b>30 min</b> of business time",
            "<b>10 business days</b>",
            "<b>75 %</b> of the time",
            "<b>15 min</b>",
        ):
            assert said in page.text
        lines = [line for group in page.context["groups"] for line in group["lines"]]
        assert page.text.count("Default, no clause") == len(lines) + 2  # the two that a contract may add
        for said in ("Next answer: not promised", "Resolution: not promised", "First answer may pause: <b>no</b>"):
            assert said in page.text
        assert not [line.key for line in lines if line.key.startswith(("slo.next_response", "slo.resolution"))]

    def test_what_a_contract_adds_and_what_it_doesnt(self, cast, get):
        clause(cast, "slo.resolution.high", "1080", number="3.3")
        page = get(cast.ann, self.url(cast))
        lines = [line for group in page.context["groups"] for line in group["lines"]]
        keys = {line.key for line in lines if line.key.startswith(("slo.next_response", "slo.resolution"))}
        assert keys == {"slo.resolution.high", "slo.resolution.may_pause"}
        assert "Resolution, high priority: <b>18 h 00</b> of business time" in page.text
        assert "Next answer: not promised" in page.text
        assert "Resolution: not promised" not in page.text

    def test_the_clause_that_wins_and_those_that_give_way(self, cast, get):
        clause(cast, "slo.first_response.high", "60", number="5.1", kind="guide", days=10)
        clause(cast, "slo.first_response.high", "150", number="2.1", kind="order", days=90)
        clause(cast, "slo.first_response.high", "90", number="4.3", kind="msa", days=30)
        page = get(cast.ann, self.url(cast))
        assert "<b>1 h 30</b> of business time" in page.text
        assert "<b>§4.3</b>" in page.text
        assert "2 clauses give way" in page.text
        assert "a newer document of the same rank comes before it" in page.text
        assert "documents of a higher rank come before it" in page.text
        assert "<em>written</em>" in page.text

    def test_another_day_and_what_changes_next(self, cast, get):
        clause(cast, "slo.first_response.high", "90", days=-10)
        page = get(cast.ann, self.url(cast))
        assert "28 Nov 2026</time> one promise changes:" in page.text
        assert "<b>1 h 30</b>" not in page.text
        page = get(cast.ann, f"{self.url(cast)}?on=2026-11-28")
        assert "<b>1 h 30</b>" in page.text

    @pytest.mark.parametrize("on", ["", "soon", "2026-13-45"])
    def test_a_day_that_is_none_is_today(self, cast, get, on):
        assert "What holds today" in get(cast.ann, f"{self.url(cast)}?on={on}").text

    def test_business_hours_are_said_in_words(self, cast, get):
        page = get(cast.ann, self.url(cast))
        assert "Monday to Friday, 09:00–18:00" in page.text
        assert "every day, around the clock" in page.text
        assert "25 Dec 2026, Noël" in page.text
