"""The service guide as a page: both languages, its history, and where it binds."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from common import tenancy
from contracts import services
from contracts.models import StandardEdition
from tests.tickets.acting import act

pytestmark = pytest.mark.django_db
URL = "/documents/total-care-guide/"


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def test_every_client_reads_it_and_strangers_sign_in_first(cast, get, client):
    page = get(cast.ann, URL)
    assert "first qualified human response" in page.text
    assert "the text in French prevails" in page.text
    client.logout()
    assert client.get(URL).status_code == 302


def test_in_french_it_is_the_text_that_prevails(cast, get):
    with tenancy.everyone():
        User.objects.filter(pk=cast.ann.pk).update(language="fr")
    page = get(User.objects.get(pk=cast.ann.pk), URL)
    assert "première réponse humaine qualifiée" in page.text
    assert "prévaut" not in page.text


@pytest.mark.parametrize("url", ["/documents/no-such-guide/", f"{URL}?edition=1999-01"])
def test_what_is_not_there_is_not_found(cast, get, url):
    get(cast.ann, url, status=404)


def test_a_draft_edition_is_nobodys_to_read(cast, get):
    with tenancy.everyone():
        guide = StandardEdition.objects.get().document
        StandardEdition.objects.create(document=guide, label="2027-01", dated_on=date(2027, 1, 1))
    assert "2027-01" not in get(cast.ada, URL).text
    get(cast.ada, f"{URL}?edition=2027-01", status=404)


def test_one_sees_only_ones_own_contracts_that_incorporate_it(cast, get):
    for contract in (cast.northwind_contract, cast.globex_contract):
        act(
            cast.ada, services.incorporate, contract=contract, edition=StandardEdition.objects.get(),
            effective_on=cast.now.date(), now=cast.now,
        )  # fmt: skip
    page = get(cast.ann, URL)
    assert "NW-2026" in page.text
    assert "GLX-2026" not in page.text
    assert "Globex" not in page.text
    promises = get(cast.ann, f"/contracts/{cast.northwind_contract.pk}/promises/").text
    assert f'href="{URL}?edition=2025-03"' in promises
