"""A change on its way: asked for, drafted, proposed, changed again, ended, in effect."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Membership
from common import tenancy
from common.errors import Refused
from contracts import effects, services
from contracts.models import AgreementDocument, Contract, Proposal
from contracts.selectors import effective_terms
from contracts.services import editing
from tests.contracts.changing import (
    HIGH,
    LATER,
    approvals,
    asked,
    drafted,
    happened,
    mailed,
    msa,
    propose,
    proposed,
    shown,
    sign,
    signed,
)
from tests.contracts.writing import bound
from tests.tickets.acting import act, everything, fresh

pytestmark = pytest.mark.django_db


def target(cast: Any, day: date) -> Any:
    with tenancy.everyone():
        return effective_terms(Contract.objects.get(pk=cast.northwind_contract.pk), day)[HIGH].settled


def sweep(service: Any, now: Any) -> int:
    with tenancy.everyone():
        count: int = service(now=now)
    return count


def edit(cast: Any, proposal: Proposal, text: str = "Answered at once.") -> None:
    with tenancy.everyone():
        clause = AgreementDocument.objects.get(pk=proposal.document_id).clauses.get()
    clause.text = text
    act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now)


class TestAsking:
    @pytest.mark.parametrize("who", ["ann", "rosa", "carl", "lea", "max", "ada"])
    def test_anyone_of_either_side_asks(self, cast: Any, who: str) -> None:
        change = asked(cast, getattr(cast, who), effects={"effect_price": "None.", "status": "declined"})
        assert (change.status, change.effect_price, change.asked_by) == ("asked", "None.", getattr(cast, who))
        assert happened(cast) == ["change.asked"]

    def test_the_other_side_is_told(self, cast: Any) -> None:
        asked(cast, cast.ann)
        assert mailed("change.asked") == dict.fromkeys(["max@example.com", "ada@example.com"], "change_asked")
        asked(cast, cast.max)
        assert mailed("change.asked") == dict.fromkeys(["rosa@example.com", "carl@example.com"], "change_asked")

    @pytest.mark.parametrize("who", ["bob", "julien"])
    def test_outsiders_find_nothing(self, cast: Any, who: str) -> None:
        with pytest.raises(Http404):
            asked(cast, getattr(cast, who))

    @pytest.mark.parametrize("missing", [{"what": " "}, {"why": ""}, {"what": "x" * 201}])
    def test_what_and_why_are_needed(self, cast: Any, missing: dict[str, str]) -> None:
        before = everything()
        with pytest.raises(Refused, match="what should change, and why"):
            asked(cast, **missing)
        assert everything() == before

    def test_an_ended_contract_is_not_changed(self, cast: Any) -> None:
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        with pytest.raises(Refused, match="has ended"):
            asked(cast, contract=fresh(cast.northwind_contract))

    def test_it_is_declined_with_a_reason(self, cast: Any) -> None:
        change = asked(cast)
        with pytest.raises(Refused, match="Say why"):
            act(cast.max, services.decline, change=change, reason=" ", now=cast.now)
        with pytest.raises(PermissionDenied):
            act(cast.rosa, services.decline, change=change, reason="No", now=cast.now)
        act(cast.max, services.decline, change=change, reason="Out of scope.", now=cast.now)
        assert (fresh(change).status, fresh(change).declined_reason) == ("declined", "Out of scope.")
        assert mailed("change.declined") == {"ann@example.com": "change_declined"}
        with pytest.raises(Refused, match="declined already"):
            act(cast.max, services.decline, change=change, reason="Again.", now=cast.now)
        with pytest.raises(Refused, match="was declined"):
            drafted(cast, change=change)


class TestDrafting:
    def test_a_draft_promises_nothing(self, cast: Any) -> None:
        proposal = drafted(cast)
        assert (proposal.status, proposal.version) == ("drafting", 0)
        assert fresh(proposal.change).status == "drafted"
        assert target(cast, LATER) == 90

    @pytest.mark.parametrize("who", ["ann", "rosa", "lea", "nadia"])
    def test_only_account_managers_and_administrators_draft(self, cast: Any, who: str) -> None:
        change, amended = asked(cast), msa(cast).document
        with pytest.raises(PermissionDenied):
            act(
                getattr(cast, who), services.draft, change=change, amends=amended, effective_on=LATER, title="A", clauses=[],
                now=cast.now,
            )  # fmt: skip

    def test_one_change_has_one_amendment_under_way(self, cast: Any) -> None:
        proposal = drafted(cast)
        with pytest.raises(Refused, match="an amendment for this change already"):
            drafted(cast, change=proposal.change, amends=proposal.document.amends)

    def test_another_attempt_follows_one_that_is_over(self, cast: Any) -> None:
        first = drafted(cast)
        act(cast.max, services.withdraw, proposal=first, reason="A slip.", now=cast.now)
        second = drafted(cast, change=first.change, amends=first.document.amends)
        assert (second.document.edition, fresh(first).status) == ("2", "withdrawn")

    def test_a_document_of_another_contract_is_refused(self, cast: Any) -> None:
        other = fresh(bound(cast.globex_contract, {HIGH: "90"}, kind="msa").document)
        with pytest.raises(Refused, match="its own contract"):
            drafted(cast, amends=other)

    def test_an_ended_contract_takes_no_amendment(self, cast: Any) -> None:
        change, amended = asked(cast), msa(cast).document
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        before = everything()
        with pytest.raises(Refused, match="has ended"):
            drafted(cast, change=change, amends=amended)
        assert everything() == before


class TestProposing:
    def test_it_is_open_for_as_long_as_the_contract_says(self, cast: Any) -> None:
        bound(cast.northwind_contract, {"change.proposal_expires": "10"}, kind="order")
        proposal = proposed(cast)
        assert (proposal.status, proposal.version, proposal.not_before) == ("proposed", 1, LATER)
        assert proposal.expires_on == date(2026, 11, 28)
        assert set(mailed("amendment.proposed")) == {f"{who}@example.com" for who in ("ann", "rosa", "carl", "ada")}

    @pytest.mark.parametrize("who", ["ann", "rosa", "lea"])
    def test_who_may_not(self, cast: Any, who: str) -> None:
        with pytest.raises(PermissionDenied):
            propose(cast, drafted(cast), getattr(cast, who))

    @pytest.mark.parametrize(
        ("effective_on", "words"),
        [(date(2025, 6, 1), "takes effect today or later"), (date(2026, 11, 17), "takes effect today or later")],
    )
    def test_dates_out_of_order_are_refused(self, cast: Any, effective_on: date, words: str) -> None:
        proposal = drafted(cast, effective_on=effective_on)
        before = everything()
        with pytest.raises(Refused, match=words):
            propose(cast, proposal)
        assert (everything(), fresh(proposal).status) == (before, "drafting")

    def test_before_the_document_that_it_amends(self, cast: Any) -> None:
        amended = msa(cast, effective_on=date(2027, 3, 1)).document
        with pytest.raises(Refused, match="before the document that it amends"):
            propose(cast, drafted(cast, amends=amended))

    def test_after_the_contract_s_end(self, cast: Any) -> None:
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(ends_on=date(2026, 11, 30))
        with pytest.raises(Refused, match="The contract ends on"):
            propose(cast, drafted(cast))

    def test_a_term_set_twice_is_refused(self, cast: Any) -> None:
        wordings = [
            services.Wording(number, "Fast.", terms={HIGH: value}) for number, value in (("1", "60"), ("2", "45"))
        ]
        proposal = drafted(cast, clauses=wordings)
        with pytest.raises(Refused, match=r"set twice in this document, by §1 and §2"):
            propose(cast, proposal)

    def test_no_clause_is_nothing_to_sign(self, cast: Any) -> None:
        with pytest.raises(Refused, match="has no clause yet"):
            propose(cast, drafted(cast, clauses=[]))

    def test_a_conflict_is_found_before_anyone_signs(self, cast: Any) -> None:
        bound(cast.northwind_contract, {HIGH: "45"}, kind="order", effective_on=LATER)
        with pytest.raises(Refused, match="would be set differently by"):
            propose(cast, drafted(cast))

    def test_a_named_signatory_who_left_is_missed_before_anyone_signs(self, cast: Any) -> None:
        bound(cast.northwind_contract, {"change.client_signatories": "rosa@example.com"}, kind="order")
        proposal = drafted(cast)
        with tenancy.everyone():
            Membership.objects.filter(user=cast.rosa).delete()
        with pytest.raises(Refused, match=r"Nobody can sign for Northwind: the contract names rosa@example.com"):
            propose(cast, proposal)

    def test_a_client_without_approvers_is_told_to_invite_one(self, cast: Any) -> None:
        with tenancy.everyone():
            Membership.objects.filter(user__in=[cast.rosa, cast.carl]).delete()
        with pytest.raises(Refused, match="Nobody can sign for Northwind: invite"):
            proposed(cast)

    def test_it_is_proposed_once(self, cast: Any) -> None:
        with pytest.raises(Refused, match="waiting for signatures"):
            propose(cast, proposed(cast))


class TestEditing:
    def test_an_edit_voids_what_was_signed_and_tells_who_signed(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        edit(cast, proposal)
        assert approvals(proposal) == [("client", "Rosa Diaz", "edited")]
        assert mailed("amendment.voided") == {"rosa@example.com": "amendment_voided"}
        assert fresh(proposal).status == "drafting"

    def test_what_was_voided_never_counts_again(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        edit(cast, proposal)
        edit(cast, proposal, "Answered within one hour.")  # the very text that she signed
        assert propose(cast, proposal).version == 2
        assert sign(cast.max, proposal, cast).status == "proposed"
        assert sign(cast.carl, proposal, cast).status == "signed"

    def test_taking_a_clause_away_is_an_edit_too(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.max, proposal, cast)
        with tenancy.everyone():
            clause = proposal.document.clauses.get()
        act(cast.ada, editing.remove, part=clause, now=cast.now)
        assert approvals(proposal) == [("house", "Max Keller", "edited")]

    def test_nobody_signs_what_is_being_changed(self, cast: Any) -> None:
        proposal = proposed(cast)
        edit(cast, proposal)
        with pytest.raises(Refused, match="being changed"):
            sign(cast.rosa, proposal, cast)

    def test_what_is_signed_is_not_edited(self, cast: Any) -> None:
        proposal = signed(cast)
        with pytest.raises(Refused, match="is published and never changes"):
            edit(cast, proposal)
        assert [cause for _side, _name, cause in approvals(proposal)] == ["", ""]

    def test_a_draft_of_a_change_is_not_taken_away(self, cast: Any) -> None:
        proposal = drafted(cast)
        with pytest.raises(Refused, match="withdraw that amendment"):
            act(cast.ada, editing.remove, part=proposal.document, now=cast.now)
        assert fresh(proposal).status == "drafting"

    def test_it_stays_an_amendment(self, cast: Any) -> None:
        document = fresh(drafted(cast).document)
        document.kind, document.amends = "order", None
        with pytest.raises(Refused, match="stays an amendment"):
            act(cast.ada, editing.edit, part=document, fields=["kind"], now=cast.now)

    def test_it_is_never_published_without_signatures(self, cast: Any) -> None:
        proposal = proposed(cast)
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="onboarding")
        with pytest.raises(Refused, match="in writing by both sides"):
            act(cast.ada, services.publish, document=proposal.document, now=cast.now)


class TestEnding:
    @pytest.mark.parametrize("who", ["rosa", "carl", "max", "ada"])
    def test_a_signatory_rejects_with_a_reason(self, cast: Any, who: str) -> None:
        proposal = proposed(cast)
        with pytest.raises(Refused, match="Say why"):
            act(getattr(cast, who), services.reject, proposal=proposal, reason="", now=cast.now)
        act(getattr(cast, who), services.reject, proposal=proposal, reason="Too dear.", now=cast.now)
        assert (fresh(proposal).status, fresh(proposal).reason) == ("rejected", "Too dear.")
        assert set(mailed("amendment.rejected").values()) == {"amendment_closed"}
        assert f"{who}@example.com" not in mailed("amendment.rejected")

    def test_who_can_t_sign_can_t_reject(self, cast: Any) -> None:
        proposal = proposed(cast)
        with pytest.raises(Refused, match=r"Those who can: Carl Berg, Rosa Diaz"):
            act(cast.ann, services.reject, proposal=proposal, reason="No.", now=cast.now)
        with pytest.raises(Http404):
            act(cast.gina, services.reject, proposal=proposal, reason="No.", now=cast.now)

    def test_withdrawing_voids_what_was_signed(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        act(cast.max, services.withdraw, proposal=proposal, reason="A slip.", now=cast.now)
        assert approvals(proposal) == [("client", "Rosa Diaz", "withdrawn")]
        with pytest.raises(Refused, match="withdrawn"):
            sign(cast.max, proposal, cast)

    def test_what_is_signed_is_neither_rejected_nor_withdrawn(self, cast: Any) -> None:
        proposal = signed(cast)
        for service, who in ((services.reject, cast.rosa), (services.withdraw, cast.max)):
            with pytest.raises(Refused, match="signed: that can't be done now"):
                act(who, service, proposal=proposal, reason="Late.", now=cast.now)

    def test_an_unsigned_proposal_expires_the_day_after_its_last(self, cast: Any) -> None:
        proposal = proposed(cast)
        last = cast.now + timedelta(days=30)
        assert sweep(services.expire, last) == 0
        with pytest.raises(Refused, match="open for signature until"):
            sign(cast.rosa, proposal, cast, now=last + timedelta(days=1))
        assert [sweep(services.expire, last + timedelta(days=1)) for _twice in range(2)] == [1, 0]
        assert fresh(proposal).status == "expired"
        assert "rosa@example.com" in mailed("amendment.expired")


class TestEffect:
    def test_on_its_date_when_signed_before(self, cast: Any) -> None:
        proposal = signed(cast)
        assert [target(cast, day) for day in (LATER - timedelta(days=1), LATER)] == [90, 60]
        assert sweep(services.take_effect, cast.now) == 0
        later = cast.now + timedelta(days=13)
        assert [sweep(services.take_effect, later) for _twice in range(2)] == [1, 0]
        assert (fresh(proposal).status, fresh(proposal).in_effect_at) == ("in_effect", later)
        assert happened(cast).count("amendment.in_effect") == 1
        assert "ann@example.com" in mailed("amendment.in_effect")

    def test_on_the_day_of_the_last_signature_when_signed_after(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        late = cast.now + timedelta(days=20)
        sign(cast.max, proposal, cast, now=late)
        assert fresh(proposal.document).effective_on == date(2026, 12, 8)
        assert [target(cast, day) for day in (date(2026, 12, 7), date(2026, 12, 8))] == [90, 60]
        assert sweep(services.take_effect, late) == 1

    def test_late_is_no_harm_and_the_event_says_when_it_was_due(self, cast: Any) -> None:
        signed(cast)
        assert sweep(services.take_effect, cast.now + timedelta(days=90)) == 1

    def test_one_that_fails_steps_aside_and_is_found_again(self, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        signed(cast)
        moved: list[int] = []

        def stumble(proposal: Proposal, now: Any) -> None:
            moved.append(proposal.pk)
            if len(moved) == 1:
                raise RuntimeError("the calendar is gone")

        monkeypatch.setattr(effects, "MOVES", [stumble])
        later = cast.now + timedelta(days=20)
        assert [sweep(services.take_effect, later) for _thrice in range(3)] == [0, 1, 0]
        assert len(moved) == 2
        assert happened(cast).count("amendment.in_effect") == 1

    def test_of_a_contract_that_ended_meanwhile_nothing_moves(self, cast: Any) -> None:
        signed(cast)
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        assert sweep(services.take_effect, cast.now + timedelta(days=20)) == 0

    def test_the_hash_that_was_signed_is_the_hash_for_ever(self, cast: Any) -> None:
        proposal = proposed(cast)
        before = shown(proposal)
        sign(cast.rosa, proposal, cast)
        sign(cast.max, proposal, cast, now=cast.now + timedelta(days=20))
        assert shown(proposal) == before
