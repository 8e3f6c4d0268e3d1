"""Every page of the administration opens, for administrators and nobody else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Membership
from common import tenancy
from slo.models import BusinessCalendar

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_lists_and_pages_open_for_an_administrator(client, world, model):
    client.force_login(world.ada)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page = client.get(reverse(f"{name}_changelist"))
    assert page.status_code == 200
    assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code in {200, 302}
    with tenancy.everyone():
        row = model._default_manager.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    if admin.site._registry[model].has_add_permission(page.wsgi_request):
        assert client.get(reverse(f"{name}_add")).status_code == 200


@pytest.mark.parametrize("person", ["ann", "rosa", "carl", "bob", "lea", "julien", "nadia", "max"])
def test_nobody_else_gets_the_administration(client, world, person):
    client.force_login(getattr(world, person))
    for model in REGISTERED:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(url).status_code in {302, 403}
        assert client.post(url, {"action": "delete_selected"}).status_code in {302, 403}


def test_only_what_goes_through_services_is_there():
    from common.administration import LookingAdmin, ServiceAdmin

    wild = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if not isinstance(page, LookingAdmin | ServiceAdmin)
    ]
    assert wild == []


@pytest.mark.parametrize(
    "name", ["index", "tickets_requesttype_import_rows", "tickets_requesttype_export_rows", "contracts_contract_add"]
)
def test_the_door_is_the_portals_and_asks_for_a_second_step(client, world, settings, name):
    url = reverse(f"admin:{name}")
    assert client.get(url, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    client.force_login(world.ada)
    assert client.get(url).status_code == 200
    settings.STAFF_SECOND_STEP = True
    client.force_login(world.ada)
    assert client.get(url).url == reverse("mfa_index")


def test_history_offers_nothing_to_change(client, world):
    client.force_login(world.ada)
    kept = ("audit_event", "notifications_delivery", "slo_clock", "tickets_contest", "tickets_ticket")
    for name in (*kept, "contracts_hoursaccount"):
        page = client.get(reverse(f"admin:{name}_changelist"))
        assert not page.context["has_add_permission"]
        row = page.context["cl"].result_list[0]
        url = reverse(f"admin:{name}_change", args=[row.pk])
        assert not client.get(url).context["has_change_permission"]
        assert client.post(url, {"_save": "1"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_what_is_contested_shows_in_its_list_and_on_its_request(client, world):
    client.force_login(world.ada)
    contest = world.contest
    for name, key in (("tickets_contest", contest.pk), ("tickets_ticket", contest.ticket_id)):
        assert contest.get_about_display() in client.get(reverse(f"admin:{name}_change", args=[key])).text
    open_ones = client.get(reverse("admin:tickets_contest_changelist"), {"settled_at__isempty": "1"})
    assert [one.pk for one in open_ones.context["cl"].result_list] == [contest.pk]
    asked = client.get(reverse("admin:slo_clock_changelist"), {"excusal__exact": "asks_valiantys"})
    assert list(asked.context["cl"].result_list) == []


def test_an_invitations_link_does_not_show_in_the_outbox(client, world):
    from notifications.models import Delivery
    from tests.accounts.test_invitations import invite

    invite(world)
    with tenancy.everyone():
        delivery = Delivery.objects.filter(template="invitation").latest("pk")
    client.force_login(world.ada)
    page = client.get(reverse("admin:notifications_delivery_change", args=[delivery.pk]))
    assert delivery.context["path"] not in page.text


def test_an_administrators_page_speaks_french(client, world):
    world.ada.language = "fr"
    world.ada.save()
    client.force_login(world.ada)
    assert (
        client.get(reverse("admin:slo_businesscalendar_change", args=[BusinessCalendar.objects.first().pk])).status_code
        == 200
    )
    with tenancy.everyone():
        assert Membership.objects.exists()
