"""Changes of a contract as both sides meet them: over HTTP, with the sign-in that a signature asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from common import tenancy
from contracts import services
from contracts.models import AgreementDocument, Approval, ChangeRequest, Contract, Proposal
from contracts.services import editing
from tests.cast import PASSWORD
from tests.contracts.changing import (
    HIGH,
    LATER,
    approvals,
    asked,
    drafted,
    msa,
    propose,
    proposed,
    shown,
    sign,
    signed,
    whole,
)
from tests.contracts.writing import bound
from tests.portal.acting import join
from tests.tickets.acting import act, everything, fresh, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(proposal: Proposal | ChangeRequest, what: str = "") -> str:
    pk = proposal.change_id if isinstance(proposal, Proposal) else proposal.pk
    return f"/changes/{pk}/{what}"


def post_signature(client: Client, person: Any, proposal: Proposal, again: bool = True, **more: Any) -> Any:
    """Post the form of the signing page as this person, who signs in again when asked to."""
    client.force_login(person)
    answer = client.post(
        url(proposal, "sign/"),
        {"shown_hash": shown(proposal), "typed_name": person.name, **more},
        REMOTE_ADDR="192.0.2.9",
    )
    if again and answer.status_code == 302 and answer.url.startswith("/accounts/reauthenticate/"):
        answer = client.post(answer.url, {"password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    return answer


def refusals() -> list[tuple[str, str]]:
    """What was tried and refused: act and code."""
    with tenancy.everyone():
        found = Event.objects.filter(verb="change.refused").order_by("id").values_list("data", flat=True)
        return [(data["act"], data["code"]) for data in found]


class TestList:
    def test_an_empty_one_teaches(self, cast, get):
        page = get(cast.ann, f"/contracts/{cast.northwind_contract.pk}/changes/")
        assert "No change was asked for yet" in page.text
        assert f"/contracts/{cast.northwind_contract.pk}/changes/ask/" in page.text

    @pytest.mark.parametrize(
        ("who", "status"), [("ann", 200), ("lea", 200), ("max", 200), ("bob", 404), ("gina", 404), ("julien", 404)]
    )
    def test_who_reads_it(self, cast, get, who, status):
        asked(cast)
        page = get(getattr(cast, who), f"/contracts/{cast.northwind_contract.pk}/changes/", status=status)
        assert ("Answer high priority within an hour" in page.text) is (status == 200)

    def test_each_says_where_it_stands(self, cast, get):
        asked(cast, what="First")
        proposed(cast, change=asked(cast, what="Second"))
        page = get(cast.ann, f"/contracts/{cast.northwind_contract.pk}/changes/")
        assert [row["look"].words for row in page.context["rows"]] == ["waiting for signatures", "asked for"]

    def test_the_count_of_questions_does_not_grow(self, cast, get, django_assert_max_num_queries):
        for number in range(8):
            asked(cast, what=f"Change {number}")
        cast_url = f"/contracts/{cast.northwind_contract.pk}/changes/"
        get(cast.ann, cast_url)
        with django_assert_max_num_queries(20):
            get(cast.ann, cast_url)


class TestAsking:
    FORM = {"what": "More hours", "why": "We grow.", "effect_hours": "Ten more a month."}

    def ask_url(self, cast: Any) -> str:
        return f"/contracts/{cast.northwind_contract.pk}/changes/ask/"

    def test_it_is_sent_and_read(self, cast, client, get):
        client.force_login(cast.ann)
        answer = client.post(self.ask_url(cast), self.FORM)
        page = get(cast.max, answer.url)
        for words in ("More hours", "We grow.", "Ten more a month.", "Ann Walker", "Draft the amendment"):
            assert words in page.text

    def test_what_was_typed_comes_back(self, cast, client):
        client.force_login(cast.ann)
        answer = client.post(self.ask_url(cast), {**self.FORM, "what": ""})
        assert answer.status_code == 422
        assert "Ten more a month." in answer.text

    def test_from_a_request(self, cast, client, get):
        ticket = opened(cast)
        assert f"/changes/ask/?ticket={ticket.reference}" in get(cast.ann, f"/tickets/{ticket.reference}/").text
        page = get(cast.ann, f"{self.ask_url(cast)}?ticket={ticket.reference}")
        assert 'value="The board is empty"' in page.text
        client.force_login(cast.ann)
        answer = client.post(f"{self.ask_url(cast)}?ticket={ticket.reference}", self.FORM)
        assert f"/tickets/{ticket.reference}/" in get(cast.max, answer.url).text

    def test_another_client_s_request_is_not_found(self, cast, get):
        ticket = opened(cast, client="globex")
        get(cast.ann, f"{self.ask_url(cast)}?ticket={ticket.reference}", status=404)
        get(cast.max, f"{self.ask_url(cast)}?ticket={ticket.reference}", status=404)  # he sees it, but it is Globex's

    def test_an_ended_contract_says_so_and_it_is_remembered(self, cast, client):
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        client.force_login(cast.ann)
        answer = client.post(self.ask_url(cast), self.FORM)
        assert answer.status_code == 422
        assert "This contract has ended" in answer.text
        assert refusals() == [("ask", "ended")]


class TestDrafting:
    def form(self, cast: Any, **more: Any) -> dict[str, Any]:
        return {
            "amends": msa(cast).document_id, "title": "Amendment No. 1", "effective_on": "2026-12-01", "language": "en",
            "number": "4.3", "text": "Answered within one hour.", "key_1": HIGH, "value_1": "60",
        } | more  # fmt: skip

    def test_an_account_manager_drafts_and_proposes(self, cast, client, get):
        change = asked(cast)
        client.force_login(cast.max)
        assert client.post(url(change, "draft/"), self.form(cast)).status_code == 302
        assert "Answered within one hour." in get(cast.max, url(change)).text
        assert "Answered within one hour." not in get(cast.rosa, url(change)).text
        client.force_login(cast.max)
        client.post(url(change, "propose/"))
        assert "Answered within one hour." in get(cast.rosa, url(change)).text

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"key_2": HIGH, "value_2": "45"}, "This term stands here twice"),
            ({"value_1": ""}, "Give the term a value"),
            ({"key_1": ""}, "Choose the term"),
            ({"value_1": "soon"}, "takes a whole number"),
            ({"effective_on": "2026-02-31"}, "valid date"),
            ({"text": ""}, "required"),
        ],
    )
    def test_a_slip_is_said_and_nothing_is_lost(self, cast, client, more, words):
        change, form = asked(cast), self.form(cast, **more)
        before = everything()
        client.force_login(cast.max)
        answer = client.post(url(change, "draft/"), form)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Amendment No. 1"' in answer.text
        written = {name for name, count in everything().items() if count != before[name]}
        assert written <= {"audit.Event"}

    @pytest.mark.parametrize(("who", "status"), [("rosa", 403), ("lea", 403), ("gina", 404)])
    def test_who_may_not(self, cast, get, who, status):
        get(getattr(cast, who), url(asked(cast), "draft/"), status=status)

    def test_a_refused_proposal_says_why_and_is_remembered(self, cast, client, get):
        proposal = drafted(cast, clauses=[])
        client.force_login(cast.max)
        assert "has no clause yet" in client.post(url(proposal, "propose/"), follow=True).text
        assert refusals() == [("propose", "rule")]
        assert fresh(proposal).status == "drafting"


class TestPage:
    def test_the_redline_and_the_terms(self, cast, get):
        page = get(cast.rosa, url(proposed(cast)))
        assert "in place of §4.3 of “The msa”" in page.text
        assert "removed: </span>ninety minutes</del>" in page.text
        assert "added: </span>one hour</ins>" in page.text
        assert "1 h 30 of business time" in page.text
        assert "1 h 00 of business time" in page.text

    def test_a_term_that_a_higher_rank_overrides_is_shown_before_anyone_signs(self, cast, get):
        bound(cast.northwind_contract, {HIGH: "45"}, kind="order", title="The order", number="2.1")
        guide = fresh(bound(cast.northwind_contract, {HIGH: "90"}, kind="guide", title="The guide").document)
        proposal = proposed(cast, amends=guide)
        for path in ("", "sign/"):
            page = get(cast.rosa, url(proposal, path))
            assert "it would still lose to §2.1 of “The order”" in page.text
            assert "One term would not hold although it is signed." in page.text

    @pytest.mark.parametrize(("who", "signs"), [("rosa", True), ("max", True), ("ann", False), ("lea", False)])
    def test_who_is_offered_to_sign(self, cast, get, who, signs):
        page = get(getattr(cast, who), url(proposed(cast)))
        assert ("Read and sign" in page.text) is signs
        assert ("Reject…" in page.text) is signs

    def test_it_costs_no_more_with_many_clauses(self, cast, get, django_assert_max_num_queries):
        wordings = [services.Wording(str(number), f"Clause {number}.") for number in range(1, 30)]
        proposal = proposed(cast, clauses=wordings)
        sign(cast.rosa, proposal, cast)
        get(cast.max, url(proposal))
        with django_assert_max_num_queries(25):  # of which signing in, and the test's own transaction, take seven
            get(cast.max, url(proposal))

    def test_the_home_page_says_that_one_s_signature_is_missing(self, cast, get):
        proposal = proposed(cast)
        assert "Sign “Amendment No. 1”" in get(cast.rosa, "/").text
        assert "Sign “" not in get(cast.ann, "/").text
        sign(cast.carl, proposal, cast)
        assert "Sign “" not in get(cast.rosa, "/").text

    def test_a_void_signature_of_one_s_side_is_missing_again_whoever_signed_for_the_other(self, cast, get):
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        with tenancy.everyone():
            clause = proposal.document.clauses.get()
        act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now)
        sign(cast.max, propose(cast, proposal), cast)
        assert "Sign “Amendment No. 1”" in get(cast.rosa, "/").text

    def test_earlier_texts_keep_their_reasons(self, cast, get):
        first = proposed(cast)
        act(cast.rosa, services.reject, proposal=first, reason="Too dear for us.", now=cast.now)
        assert "Too dear for us." in get(cast.max, url(first)).text
        drafted(cast, change=first.change, amends=first.document.amends, title="Second try")
        assert "Too dear for us." in get(cast.max, url(first)).text


class TestSigning:
    def test_it_asks_to_sign_in_again_and_goes_on_with_what_was_typed(self, cast, client):
        proposal = proposed(cast)
        answer = post_signature(client, cast.rosa, proposal, again=False)
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/reauthenticate/")
        assert approvals(proposal) == []
        answer = client.post(answer.url, {"password": PASSWORD})
        assert (answer.status_code, answer.url) == (302, url(proposal))
        assert approvals(proposal) == [("client", "Rosa Diaz", "")]

    def test_a_wrong_password_signs_nothing(self, cast, client):
        proposal = proposed(cast)
        answer = post_signature(client, cast.rosa, proposal, again=False)
        assert client.post(answer.url, {"password": "wrong"}).status_code == 200
        assert approvals(proposal) == []

    def test_who_has_no_password_can_t_sign(self, cast, client):
        proposal = proposed(cast)
        with tenancy.everyone():
            cast.rosa.set_unusable_password()
            cast.rosa.save()
        answer = post_signature(client, cast.rosa, proposal)
        assert answer.status_code == 422
        assert "set one in your account" in answer.text
        assert approvals(proposal) == []

    def test_both_sign_and_both_see_it(self, cast, client, get):
        proposal = proposed(cast)
        assert "waits for your signature" in get(cast.rosa, url(proposal)).text
        post_signature(client, cast.rosa, proposal)
        assert "Your side has signed" in get(cast.rosa, url(proposal)).text
        post_signature(client, cast.max, proposal)
        assert fresh(proposal).status == "signed"
        page = get(cast.rosa, url(proposal))
        assert "Both sides have signed." in page.text
        with tenancy.everyone():
            assert set(Approval.objects.values_list("ip_address", flat=True)) == {"192.0.2.9"}

    def test_a_forged_post_for_another_organization_is_not_found(self, cast, client):
        proposal = proposed(cast)
        before = everything()
        for who in (cast.gina, cast.bob, cast.julien):
            assert post_signature(client, who, proposal).status_code == 404
        assert everything() == before

    def test_a_text_that_changed_meanwhile_is_shown_anew_and_not_signed(self, cast, client):
        proposal = proposed(cast)
        seen = shown(proposal)
        with tenancy.everyone():
            clause = AgreementDocument.objects.get(pk=proposal.document_id).clauses.get()
        clause.text = "Answered within three hours."
        act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now)
        propose(cast, proposal)
        answer = post_signature(client, cast.rosa, proposal, shown_hash=seen)
        assert answer.status_code == 422
        assert "The text was changed after it was shown to you" in answer.text
        assert "Answered within three hours." in answer.text
        assert f'name="shown_hash" value="{shown(proposal)}"' in answer.text
        assert 'value="Rosa Diaz"' in answer.text
        assert (approvals(proposal), refusals()) == ([], [("sign", "text_changed")])

    @pytest.mark.parametrize(
        ("who", "typed", "code"), [("rosa", "Somebody Else", "name"), ("ann", "Ann Walker", "not_signatory")]
    )
    def test_a_refused_signature_is_remembered(self, cast, client, who, typed, code):
        proposal = proposed(cast)
        before = everything()
        assert post_signature(client, getattr(cast, who), proposal, typed_name=typed).status_code == 422
        assert refusals() == [("sign", code)]
        assert {name for name, count in everything().items() if count != before[name]} == {"audit.Event"}

    def test_what_is_signed_can_t_be_signed_again(self, cast, client):
        proposal = signed(cast)
        answer = post_signature(client, cast.carl, proposal)
        assert answer.status_code == 422
        assert "Rosa Diaz has signed" in answer.text

    def test_a_person_of_two_clients_signs_for_the_one_of_the_contract(self, cast, client):
        join(cast, cast.gina, "northwind", "approver")
        proposal = proposed(cast)
        assert post_signature(client, cast.gina, proposal).status_code == 302
        assert approvals(proposal) == [("client", "Gina Rossi", "")]


class TestEnding:
    def test_a_signatory_rejects_with_a_reason(self, cast, client, get):
        proposal = proposed(cast)
        client.force_login(cast.rosa)
        assert client.post(url(proposal, "reject/"), {"reason": ""}).status_code == 422
        assert client.post(url(proposal, "reject/"), {"reason": "Too dear."}).status_code == 302
        page = get(cast.max, url(proposal))
        assert "Rosa Diaz rejected this text." in page.text
        assert "Draft another text" in page.text

    def test_who_can_t_sign_can_t_reject(self, cast, client):
        proposal = proposed(cast)
        client.force_login(cast.ann)
        answer = client.post(url(proposal, "reject/"), {"reason": "No."})
        assert answer.status_code == 422
        assert "You can&#x27;t sign or reject" in answer.text

    def test_declining_and_withdrawing(self, cast, client, get):
        proposal = drafted(cast)
        client.force_login(cast.max)
        client.post(url(proposal, "withdraw/"), {"reason": "A slip."})
        assert "Max Keller withdrew this text." in get(cast.max, url(proposal)).text
        client.force_login(cast.max)
        other = asked(cast)
        client.post(url(other, "decline/"), {"reason": "Out of scope."})
        assert "Out of scope." in get(cast.ann, url(other)).text


class TestCertificate:
    def test_it_says_who_signed_what_when_from_where_and_as_what(self, cast, get):
        proposal = signed(cast)
        page = get(cast.ann, url(proposal, "certificate/"))
        for words in (
            "Amendment No. 1", "Answered within one hour.", "Rosa Diaz", "Max Keller", "Approver", "Account manager",
            "192.0.2.7", shown(whole(proposal)), "rosa@example.com",
        ):  # fmt: skip
            assert words in page.text

    def test_there_is_none_before_both_have_signed(self, cast, get):
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        get(cast.rosa, url(proposal, "certificate/"), status=404)

    def test_it_stays_the_same_once_in_effect(self, cast, get):
        proposal = signed(cast, effective_on=LATER)
        before = shown(proposal)
        with tenancy.everyone():
            assert services.take_effect(now=cast.now + timedelta(days=30)) == 1
        assert before in get(cast.max, url(proposal, "certificate/")).text
