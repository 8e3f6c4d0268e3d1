"""What is published or posted is looked at: no form, no forged POST, no bulk action and no import changes it."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from common import tenancy
from common.administration import LookingAdmin
from tests.contracts.changing import proposed

from .rows import snapshot

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
LOOKED_AT = [model for model in REGISTERED if isinstance(admin.site._registry[model], LookingAdmin)]
HELD = {
    "accounts.Invitation", "audit.Event", "contracts.HoursAccount", "escalation.Escalation", "integrations.ApiToken",
    "notifications.Delivery", "slo.Clock", "tickets.Contest", "tickets.Ticket",
}  # fmt: skip


def label(model):
    return model._meta.label


def url(model, what, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def forged(model):
    """A value for every field, as a browser that means harm would send them."""
    return {field.name: "1" for field in model._meta.concrete_fields} | {"_save": "1", "post": "yes", "confirm": "1"}


def test_records_are_looked_at():
    assert {model._meta.label for model in LOOKED_AT} >= HELD


@pytest.mark.parametrize("model", LOOKED_AT, ids=label)
def test_a_record_stays_whatever_is_sent(ada, world, model):
    proposed(world)
    with tenancy.everyone():
        row = model._default_manager.order_by("pk").first()
    assert row is not None
    before = snapshot()
    for address in (url(model, "add"), url(model, "change", row.pk), url(model, "delete", row.pk)):
        assert ada.post(address, forged(model)).status_code in {403, 404}
    assert snapshot() == before


@pytest.mark.parametrize("model", REGISTERED, ids=label)
def test_no_list_deletes_or_edits_in_bulk(ada, world, model):
    page = admin.site._registry[model]
    assert page.list_editable == ()
    with tenancy.everyone():
        keys = list(model._default_manager.values_list("pk", flat=True)[:3])
    before = snapshot()
    for action in ("delete_selected", "import", "export"):
        answer = ada.post(
            url(model, "changelist"), {"action": action, "_selected_action": keys, "index": "0", "post": "yes"}
        )
        assert answer.status_code in {200, 302, 403}
    answer = ada.post(
        url(model, "changelist"),
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": keys[:1], "form-0-name": "X", "_save": "1"},
    )
    assert answer.status_code in {200, 302, 403}
    assert snapshot() == before


@pytest.mark.parametrize("model", REGISTERED, ids=label)
def test_only_catalogues_come_back_from_a_file(ada, world, model):
    catalogue = model._meta.label in {"tickets.Category", "tickets.RequestType", "contracts.Exclusion"}
    try:
        address = url(model, "import_rows")
    except NoReverseMatch:
        assert not catalogue
        return
    assert catalogue
    assert ada.get(address).status_code == 200


def test_ledger_lines_have_no_page_of_their_own_and_no_field_on_their_accounts(ada, world):
    with tenancy.everyone():
        account = world.northwind_contract.hours
    page = ada.get(url(type(account), "change", account.pk))
    assert not [name for name in page.text.split() if name.startswith('name="entries-0-minutes')]
    before = snapshot()
    data = {
        "entries-TOTAL_FORMS": "1",
        "entries-INITIAL_FORMS": "1",
        "entries-0-minutes": "9999",
        "granted_minutes": "9",
    }
    assert ada.post(url(type(account), "change", account.pk), data).status_code == 403
    assert snapshot() == before


def test_an_edition_of_a_calendar_is_never_rewritten_from_its_page(change, world):
    edition = world.paris.editions.get()
    forged = {
        "editions-TOTAL_FORMS": "1", "editions-INITIAL_FORMS": "1", "editions-0-id": edition.pk, "editions-0-number": "7",
        "editions-0-zone": "UTC", "editions-0-DELETE": "on",
    }  # fmt: skip
    assert change("slo_businesscalendar", world.paris.pk, **forged).status_code == 302
    kept = world.paris.editions.get()
    assert (kept.number, kept.zone) == (1, "Europe/Paris")
