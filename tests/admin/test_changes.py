"""Changes and amendments in the administration: all of it to look at, and an end only by the services, with a reason."""

import pytest
from django.urls import reverse

from common import tenancy
from contracts import services
from contracts.models import ChangeRequest, Proposal
from tests.contracts.changing import approvals, asked, drafted, propose, proposed, shown, sign, signed
from tests.contracts.pdfs import pdf
from tests.tickets.acting import act, everything, fresh

from .conftest import messages


def address(row, what="change"):
    return reverse(f"admin:contracts_{row._meta.model_name}_{what}", args=[row.pk])


@pytest.fixture
def half_signed(cast):
    proposal = drafted(cast)
    act(cast.max, services.attach_file, document=proposal.document, language="en", file=pdf(), now=cast.now)
    propose(cast, proposal)
    sign(cast.rosa, proposal, cast)
    return proposal


def test_an_amendments_page_shows_its_text_terms_signatures_and_events(ada, half_signed):
    page = ada.get(address(half_signed)).text
    for words in (
        "Answered within one hour.", "slo.first_response.high = 60", shown(half_signed), "canonical form 2", "terms.pdf",
        "Rosa Diaz", "192.0.2.7", "Approver", "Amendment put to signature", "Amendment signed by one side",
        f'href="/changes/{half_signed.change_id}/"', "NW-2026",
    ):  # fmt: skip
        assert words in page, words


def test_the_list_is_searched_and_filtered(ada, cast, half_signed):
    listed = reverse("admin:contracts_proposal_changelist")
    for query, found in (
        ("", True), ("?q=Northwind", True), ("?q=Globex", False), ("?status__exact=proposed", True), ("?status__exact=signed", False),
        ("?q=NW-2026", True),  ("?expires_on_from=2027-01-01", False),
    ):  # fmt: skip
        assert ("Amendment No. 1" in ada.get(listed + query).text) == found, query
    changes = reverse("admin:contracts_changerequest_changelist")
    assert "Answer high priority within an hour" in ada.get(f"{changes}?q=ann").text


def test_nothing_is_added_changed_or_deleted_by_hand(ada, half_signed):
    for row in (half_signed, half_signed.change):
        before = everything()
        assert ada.post(address(row), {"status": "signed", "reason": "x"}).status_code == 403
        assert ada.post(address(row, "delete"), {"post": "yes"}).status_code == 403
        assert ada.get(reverse(f"admin:contracts_{row._meta.model_name}_add")).status_code == 403
        assert everything() == before


def test_withdrawing_asks_why_and_does_it_by_its_service(ada, half_signed):
    url = address(half_signed, "withdraw")
    assert "signatures given are void" in ada.get(url).text
    refused = ada.post(url, {"reason": "  "})
    assert (refused.status_code, "Say why: the others read it." in refused.text) == (422, True)
    assert fresh(half_signed).status == "proposed"
    assert "The amendment is withdrawn" in messages(ada.post(url, {"reason": "Another plan."}), ada)
    assert (fresh(half_signed).status, fresh(half_signed).reason) == ("withdrawn", "Another plan.")
    assert approvals(half_signed) == [("client", "Rosa Diaz", "withdrawn")]
    again = ada.post(url, {"reason": "Twice, with <b>care</b>."})
    assert "Twice, with &lt;b&gt;care&lt;/b&gt;." in again.text  # nothing typed is lost
    assert url not in ada.get(address(half_signed)).text


def test_what_binds_offers_no_way_out(ada, cast):
    done = signed(cast)
    assert address(done, "withdraw") not in ada.get(address(done)).text
    assert ada.post(address(done, "withdraw"), {"reason": "No more."}).status_code == 422
    assert fresh(done).status == "signed"


def test_a_request_is_declined_with_a_reason_unless_an_amendment_is_under_way(ada, cast):
    change = asked(cast)
    url = address(change, "decline")
    assert "Nothing changes" in ada.get(url).text
    assert "The change is declined" in messages(ada.post(url, {"reason": "Not now."}), ada)
    with tenancy.everyone():
        assert ChangeRequest.objects.get(pk=change.pk).declined_reason == "Not now."
    busy = proposed(cast).change
    assert address(busy, "decline") not in ada.get(address(busy)).text
    assert "withdraw that first" in ada.post(address(busy, "decline"), {"reason": "Not now."}).text


def test_a_requests_page_leads_to_its_amendments(ada, half_signed):
    page = ada.get(address(half_signed.change)).text
    assert address(half_signed) in page
    assert "The plant runs at night." in page
    assert "Change asked for" in page


def test_nobody_else_enters(client, cast, half_signed):
    for person in (cast.max, cast.rosa, cast.gina):
        client.force_login(person)
        assert client.post(address(half_signed, "withdraw"), {"reason": "Mine."}).status_code == 302
    with tenancy.everyone():
        assert Proposal.objects.get(pk=half_signed.pk).status == "proposed"
