"""What can't be undone is asked first: the page says what it will do, and does it by its service."""

import pytest
from django.urls import reverse

from common import tenancy
from contracts.models import Contract
from escalation.models import Ladder
from slo.models import BusinessCalendar

from .conftest import edits, messages


def address(name, pk):
    return reverse(f"admin:{name}", args=[pk])


def test_ending_a_contract_says_what_it_will_do_and_does_it_on_yes(ada, world):
    pk = world.northwind_contract.pk
    url = address("contracts_contract_end", pk)
    asked = ada.get(url)
    assert "Today is its last day" in asked.text
    with tenancy.everyone():
        assert Contract.objects.get(pk=pk).status == "active"
    assert "The contract has ended" in messages(ada.post(url), ada)
    with tenancy.everyone():
        contract = Contract.objects.get(pk=pk)
        assert (contract.status, contract.ends_on) == ("ended", contract.ends_on)
        assert contract.ends_on is not None
    assert "that can&#x27;t be done now" in messages(ada.post(url), ada)
    shown = ada.get(address("contracts_contract_change", pk))
    assert url not in shown.text
    assert "Save and suspend" not in shown.text


def test_a_retired_calendar_is_for_those_that_have_it(ada, world):
    retire, again = address("slo_businesscalendar_retire", world.always.pk), "slo_businesscalendar_offer_again"
    assert "No new contract can take it" in ada.get(retire).text
    assert BusinessCalendar.objects.get(pk=world.always.pk).retired_at is None
    assert "The calendar is retired" in messages(ada.post(retire), ada)
    assert "retired already" in messages(ada.post(retire), ada)

    def offered(contract):
        page = ada.get(address("contracts_contract_change", contract.pk))
        field = page.context["adminform"].form.fields["critical_calendar"]
        return world.always in field.queryset

    assert offered(world.northwind_contract)  # has it
    assert not offered(world.globex_contract)
    assert "on offer" in messages(ada.post(address(again, world.always.pk)), ada)
    assert offered(world.globex_contract)


def test_a_ladder_is_withdrawn_before_its_contract_goes_live_only(ada, world):
    with tenancy.everyone():
        draft = Contract.objects.create(
            organization=world.globex, reference="GLX-2", starts_on=world.now.date(), calendar=world.paris
        )
        ladder = Ladder.objects.create(organization=world.globex, contract=draft)
    live = address("escalation_ladder_withdraw", world.northwind_ladder.pk)
    assert "It has to be written again".lower() in ada.get(live).text.lower()
    assert "has gone live" in messages(ada.post(live), ada)
    assert messages(ada.post(address("escalation_ladder_withdraw", ladder.pk)), ada)
    with tenancy.everyone():
        assert list(Ladder.objects.filter(contract=draft)) == []
        assert Ladder.objects.filter(pk=world.northwind_ladder.pk).exists()
    assert edits()[-1]["change"] == "removed"


@pytest.mark.parametrize(
    "name",
    [
        "contracts_contract_end", "slo_businesscalendar_retire", "slo_businesscalendar_offer_again",
        "escalation_ladder_withdraw", "slo_businesscalendar_import_holidays",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(ada, world, name):
    assert ada.get(address(name, 999_999)).status_code == 404
    assert ada.post(address(name, 999_999)).status_code == 404


def test_an_onboarding_that_falls_through_is_ended_with_its_reason(ada, world):
    with tenancy.everyone():
        begun = Contract.objects.create(
            organization=world.globex, reference="GLX-2", starts_on=world.now.date(), calendar=world.paris, status="onboarding"
        )  # fmt: skip
    url = address("contracts_contract_end", begun.pk)
    assert url in ada.get(address("contracts_contract_change", begun.pk)).text
    assert "before it goes live" in ada.get(url).text
    assert "Say why the onboarding ends here" in ada.post(url, {"reason": ""}).text
    assert "The contract has ended" in messages(ada.post(url, {"reason": "Another house."}), ada)
    shown = ada.get(address("contracts_contract_change", begun.pk)).text
    assert "Another house." in shown
