import os
import pytest
from datetime import date
from common import tenancy
from contracts.models import AgreementDocument, Clause, ClauseTerm
from tests.accounts.test_invitations import invite, token_of
from django.urls import reverse

pytestmark = [pytest.mark.django_db(transaction=True)]

def test_shots(page, live_server, cast, client, problems):
    inv = invite(cast)
    with tenancy.everyone():
        document = AgreementDocument.objects.create(organization=cast.northwind, contract=cast.northwind_contract, kind="order", title="Order NW", effective_on=date(2026, 1, 1))
        clause = Clause.objects.create(organization=cast.northwind, document=document, number="4.1", text="Fast.")
        ClauseTerm.objects.create(organization=cast.northwind, clause=clause, key="slo.first_response.high", value="120")
    def go(who, path, name):
        page.context.clear_cookies()
        if who:
            client.force_login(getattr(cast, who))
            page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page.goto(live_server.url + path)
        page.wait_for_timeout(400)
        page.screenshot(path=f"/tmp/shots/{name}.png", full_page=True)
        print(name, problems); problems.clear()
    page.set_viewport_size({"width": 1440, "height": 900})
    go("carl", "/people/NW/", "people")
    go("carl", "/people/NW/invite/", "invite")
    go(None, reverse("accounts:accept", args=[token_of(inv)]), "accept")
    go("bob", reverse("accounts:accept", args=[token_of(inv)]), "accept_other")
    go("ann", "/people/profile/", "profile")
    go("ada", f"/admin/contracts/agreementdocument/{document.pk}/change/", "admin_document")
    go("ada", f"/admin/slo/businesscalendar/{cast.paris.pk}/change/", "admin_calendar")
    go("ada", f"/admin/contracts/contract/{cast.northwind_contract.pk}/change/", "admin_contract")
    go("ada", f"/admin/escalation/ladder/{cast.northwind_ladder.pk}/change/", "admin_ladder")
    page.set_viewport_size({"width": 390, "height": 800})
    go("carl", "/people/NW/", "people_phone")
