"""A contract's page: a tab for each part, filled by the floor that knows it, and nothing in them to forge."""

import re

import pytest
from django.urls import reverse

from common import tenancy
from contracts import tabs
from contracts.models import ClauseTerm, Contract, HoursAccount, HoursEntry


@pytest.fixture
def shown(ada, world):
    return ada.get(reverse("admin:contracts_contract_change", args=[world.northwind_contract.pk]))


def panel(shown, key):
    """The text between a section's beginning and its end."""
    (found,) = re.findall(rf'<section class="tc-panel" id="{key}".*?</section>', shown.text, re.DOTALL)
    return found


def test_every_tab_is_a_link_to_its_section(shown):
    keys = re.findall(r'<a href="#([a-z]+)" id="tab-', shown.text)
    assert keys == ["contract", "terms", "hours", "ladder", "people", "onboarding", "calendar", "events"]
    for key in keys:
        assert f'aria-labelledby="tab-{key}"' in panel(shown, key)


def test_terms_name_their_document_and_clause(shown, world):
    found = panel(shown, "terms")
    assert "Order NW" in found
    assert "4.1" in found
    assert reverse("admin:contracts_clause_change", args=[world.clause.pk]) in found
    assert "2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00" in found
    assert "Default, no clause" in found
    assert "<input" not in found


def test_hours_show_the_lots_the_ledger_and_the_grant(shown):
    found = panel(shown, "hours")
    assert "January" in found
    assert "consumption" in found
    assert "\N{MINUS SIGN}\N{NO-BREAK SPACE}0\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30" in found
    assert re.findall(r'name="([a-z_]+)"', found) == ["grant_minutes", "grant_memo"]


def test_the_ladder_shows_levels_and_people(shown, world):
    found = panel(shown, "ladder")
    assert "Service lead" in found
    assert "Nadia Benali" in found
    assert reverse("admin:escalation_ladder_change", args=[world.northwind_ladder.pk]) in found


def test_people_are_who_signs_and_who_serves(shown):
    found = panel(shown, "people")
    for name in ("Rosa Diaz", "Carl Berg", "Léa Fontaine", "Max Keller"):
        assert name in found
    for name in ("Ann Walker", "Gina Rossi", "Julien Mercier"):
        assert name not in found


def test_the_calendar_says_when_it_is_open_and_closed_next(shown):
    found = panel(shown, "calendar")
    assert "Monday to Friday, 09:00–18:00" in found
    assert "every day, around the clock" in found
    assert "Noël" in found
    assert "Armistice" not in found  # a week ago


def test_events_are_in_words_and_lead_to_the_log(shown):
    found = panel(shown, "events")
    assert "Hours granted" in found
    assert "Ada Novak" in found
    assert "hours.grant" not in found
    assert f"{reverse('admin:audit_event_changelist')}?subject_kind=contract" in found


def test_the_page_asks_as_much_for_many_rows_as_for_few(ada, world, django_assert_max_num_queries):
    url = reverse("admin:contracts_contract_change", args=[world.northwind_contract.pk])
    with tenancy.everyone():
        account = HoursAccount.objects.get(contract=world.northwind_contract)
        HoursEntry.objects.bulk_create(
            HoursEntry(
                organization=world.northwind, account=account, kind="grant", minutes=1, worked_on=world.now.date(),
                posted_at=world.now, cause_kind="many", cause_id=number,
            )
            for number in range(60)
        )  # fmt: skip
    with django_assert_max_num_queries(34):
        shown = ada.get(url)
    assert panel(shown, "hours").count("<tr>") == 1 + 50 + 1 + 50  # both tables stop at the newest


def test_a_new_contract_has_no_tabs_yet(ada, cast):
    shown = ada.get(reverse("admin:contracts_contract_add"))
    assert shown.status_code == 200
    assert "data-tabs" not in shown.text


def test_a_forged_field_of_a_tab_changes_nothing(change, world):
    forged = {"terms-0-value": "1", "account_granted_minutes": "99999", "status": "ended", "levels-0-title": "Mine"}
    assert change("contracts_contract", world.northwind_contract.pk, **forged).status_code == 302
    with tenancy.everyone():
        contract = Contract.objects.get(pk=world.northwind_contract.pk)
        assert contract.status == "active"
        assert contract.hours.granted_minutes == 600
        assert contract.ladder.levels.first().title == "Consultant"
        assert ClauseTerm.objects.get().value == "120"


def test_a_floor_above_adds_a_tab_without_a_change_below(ada, world, monkeypatch):
    monkeypatch.setattr(tabs, "TABS", dict(tabs.TABS))
    tabs.register("extra", "Extra", position=5, template="admin/contracts/contract/people.html")(
        lambda request, contract: {"signatories": [], "team": []}
    )
    shown = ada.get(reverse("admin:contracts_contract_change", args=[world.northwind_contract.pk]))
    assert re.findall(r'<a href="#([a-z]+)" id="tab-', shown.text)[:3] == ["contract", "extra", "terms"]
