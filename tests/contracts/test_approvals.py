"""Signatures: who, of which text, once a side; together on real connections; and proved again afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from accounts.models import Membership, User
from accounts.roles import ClientRole
from common import tenancy
from common.errors import Refused
from conftest import login_as
from contracts import services, signing
from contracts.models import AgreementDocument, Approval, ChangeRequest, Contract, Proposal, VoidedApproval
from contracts.selectors import effective_terms
from contracts.services import editing
from contracts.tasks import settle_proposals
from tests.contracts.changing import (
    HIGH,
    LATER,
    approvals,
    asked,
    drafted,
    happened,
    mailed,
    proposed,
    shown,
    sign,
    signed,
)
from tests.contracts.writing import bound
from tests.tickets.acting import act, at_once, everything, fresh


class TestSigning:
    pytestmark = pytest.mark.django_db

    @pytest.mark.parametrize(("one", "other"), [("rosa", "max"), ("ada", "carl")])
    def test_one_signature_of_each_side_binds_in_any_order(self, cast: Any, one: str, other: str) -> None:
        proposal = proposed(cast)
        assert sign(getattr(cast, one), proposal, cast).status == "proposed"
        assert sign(getattr(cast, other), proposal, cast).status == "signed"
        document = fresh(proposal.document)
        assert (document.status, document.effective_on, document.published_at) == ("signed", LATER, cast.now)
        assert happened(cast)[-3:] == ["amendment.approved", "document.published", "amendment.signed"]
        assert set(mailed("amendment.signed").values()) == {"amendment_signed"}

    def test_what_is_kept_of_a_signature(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast, typed_name=" rosa  diaz ")
        with tenancy.everyone():
            kept = Approval.objects.get()
        assert (kept.side, kept.user, kept.role, kept.typed_name) == ("client", cast.rosa, "approver", "rosa diaz")
        assert (kept.text_hash, kept.form, kept.at, kept.ip_address) == (shown(proposal), 1, cast.now, "192.0.2.7")
        assert kept.version == 1

    def test_the_other_side_is_told_that_it_is_its_turn(self, cast: Any) -> None:
        sign(cast.rosa, proposed(cast), cast)
        assert set(mailed("amendment.waits")) == {"max@example.com", "ada@example.com"}

    def test_one_side_never_signs_twice(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        for who in (cast.rosa, cast.carl):
            with pytest.raises(Refused, match="Rosa Diaz has signed for this side already"):
                sign(who, proposal, cast)
        assert len(approvals(proposal)) == 1

    @pytest.mark.parametrize("who", ["ann", "lea", "nadia"])
    def test_who_may_not_sign_is_told_who_may(self, cast: Any, who: str) -> None:
        proposal = proposed(cast)
        before = everything()
        with pytest.raises(Refused, match="Those who can: "):
            sign(getattr(cast, who), proposal, cast)
        assert everything() == before

    @pytest.mark.parametrize("who", ["gina", "bob", "julien"])
    def test_outsiders_find_nothing(self, cast: Any, who: str) -> None:
        with pytest.raises(Http404):
            sign(getattr(cast, who), proposed(cast), cast)

    def test_a_signatory_who_left_signs_no_more(self, cast: Any) -> None:
        proposal = proposed(cast)
        with tenancy.everyone():
            Membership.objects.filter(user=cast.rosa).delete()
        with pytest.raises(Http404):
            sign(User.objects.get(pk=cast.rosa.pk), proposal, cast)

    def test_a_signatory_who_may_no_more_is_told_so(self, cast: Any) -> None:
        proposal = proposed(cast)
        with tenancy.everyone():
            Membership.objects.filter(user=cast.rosa).update(role=ClientRole.REQUESTER)
        with pytest.raises(Refused, match="You can't sign"):
            sign(User.objects.get(pk=cast.rosa.pk), proposal, cast)

    def test_a_signature_given_stands_though_its_signatory_leaves(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        with tenancy.everyone():
            Membership.objects.filter(user=cast.rosa).delete()
        assert sign(cast.max, proposal, cast).status == "signed"

    def test_the_contract_may_name_its_signatories(self, cast: Any) -> None:
        named = {"change.client_signatories": "ann@example.com", "change.house_signatories": "lea@example.com"}
        bound(cast.northwind_contract, named, kind="order")
        proposal = proposed(cast)
        for who in (cast.rosa, cast.max, cast.ada):
            with pytest.raises(Refused, match=r"Those who can: (Ann Walker|Léa Fontaine)\."):
                sign(who, proposal, cast)
        sign(cast.ann, proposal, cast)
        assert sign(cast.lea, proposal, cast).status == "signed"

    @pytest.mark.parametrize("named", [{}, {"change.client_signatories": "ann@example.com", "change.house_signatories": "lea@example.com, nadia@example.com"}])  # fmt: skip
    def test_asking_of_one_person_says_what_the_list_says(self, cast: Any, named: dict[str, str]) -> None:
        if named:
            bound(cast.northwind_contract, named, kind="order")
        day = cast.now.date()
        everybody = (cast.ann, cast.rosa, cast.carl, cast.gina, cast.lea, cast.julien, cast.nadia, cast.max, cast.ada)
        for person in everybody:
            with tenancy.user(person):
                mine = signing.is_signatory(person, cast.northwind_contract, day)
            with tenancy.everyone():
                side = "house" if person.is_valiantys else "client"
                assert mine is (person in signing.signatories(cast.northwind_contract, side, day)), person

    @pytest.mark.parametrize("typed", ["", "R. Diaz", "Max Keller"])
    def test_one_types_one_s_own_name(self, cast: Any, typed: str) -> None:
        with pytest.raises(Refused, match=r"Type your name as it stands here: Rosa Diaz\."):
            sign(cast.rosa, proposed(cast), cast, typed_name=typed)

    @pytest.mark.parametrize("seen", ["", "0" * 64, "é"])
    def test_another_text_than_the_one_shown_is_not_signed(self, cast: Any, seen: str) -> None:
        proposal = proposed(cast)
        with pytest.raises(services.TextChanged, match="changed after it was shown"):
            sign(cast.rosa, proposal, cast, shown_hash=seen)
        assert approvals(proposal) == []

    def test_a_draft_is_not_signed(self, cast: Any) -> None:
        with pytest.raises(Refused, match="being changed"):
            sign(cast.rosa, drafted(cast), cast)

    def test_a_contract_that_ended_meanwhile_is_not_amended(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.rosa, proposal, cast)
        with tenancy.everyone():
            Contract.objects.filter(pk=cast.northwind_contract.pk).update(status="ended")
        before = everything()
        with pytest.raises(Refused, match="has ended"):
            sign(cast.max, proposal, cast)
        assert (everything(), fresh(proposal).status) == (before, "proposed")


class TestWalls:
    """As the app's role: another client's scope sees none of it, and nobody rewrites a signature."""

    pytestmark = pytest.mark.django_db

    def test_another_client_s_scope_sees_nothing(self, cast: Any) -> None:
        proposal = signed(cast)
        with tenancy.organizations(cast.globex.pk):
            for model in (ChangeRequest, Proposal, Approval, VoidedApproval):
                assert not model.objects.exists()
        with tenancy.organizations(cast.northwind.pk):
            assert Approval.objects.filter(proposal=proposal).count() == 2

    def test_another_client_s_scope_forges_no_approval(self, cast: Any) -> None:
        proposal = proposed(cast)
        forged = {
            "proposal_id": proposal.pk, "version": 1, "side": "client", "user": cast.gina, "role": "approver",
            "typed_name": "Gina Rossi", "text_hash": "0" * 64, "at": cast.now, "ip_address": "192.0.2.7",
        }  # fmt: skip
        for organization in (cast.northwind, cast.globex):  # by the policy, then by the composite key
            with pytest.raises(DatabaseError), tenancy.organizations(cast.globex.pk), transaction.atomic():
                Approval.objects.create(organization=organization, **forged)

    @pytest.mark.parametrize("sql", ["UPDATE contracts_approval SET text_hash = repeat('0', 64)", "DELETE FROM contracts_approval"])  # fmt: skip
    def test_a_signature_is_for_ever(self, cast: Any, sql: str) -> None:
        signed(cast)
        with pytest.raises(DatabaseError, match="permission denied"), tenancy.everyone(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_both_sides_at_the_same_instant_bind_once(self, cast: Any) -> None:
        proposal = proposed(cast, effective_on=cast.now.date())
        results = at_once(
            *(lambda who=who: sign(who, proposal, cast) for who in (cast.rosa, cast.carl, cast.max, cast.ada))
        )
        refused = [one for one in results if isinstance(one, Refused)]
        assert [one for one in results if isinstance(one, Exception) and one not in refused] == []
        assert sorted(side for side, _name, _cause in approvals(proposal)) == ["client", "house"]
        assert (len(refused), fresh(proposal).status) == (2, "signed")
        assert happened(cast).count("amendment.signed") == 1

    def test_two_sweeps_at_the_same_instant_put_it_into_effect_once(self, cast: Any) -> None:
        signed(cast, effective_on=cast.now.date())

        def sweep() -> int:
            with tenancy.everyone():
                return services.take_effect(now=cast.now + timedelta(hours=1))

        assert sorted(at_once(sweep, sweep, sweep)) == [0, 0, 1]
        assert happened(cast).count("amendment.in_effect") == 1

    def test_an_edit_and_a_signature_at_the_same_instant_never_both_stand(self, cast: Any) -> None:
        proposal = proposed(cast)
        sign(cast.max, proposal, cast)
        with tenancy.everyone():
            clause = AgreementDocument.objects.get(pk=proposal.document_id).clauses.get()
        clause.text = "Answered at once."
        seen = shown(proposal)
        outcomes = at_once(
            lambda: act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now),
            lambda: sign(cast.rosa, proposal, cast, shown_hash=seen),
        )
        failed = [one for one in outcomes if isinstance(one, Exception)]
        assert len(failed) == 1
        assert isinstance(failed[0], Refused)
        with tenancy.everyone():
            assert services.verify()[1] == []
            standing = [cause for _side, _name, cause in approvals(proposal)]
        edited = fresh(clause).text == "Answered at once."
        assert standing == (["edited"] if edited else ["", ""])
        assert fresh(proposal).status == ("drafting" if edited else "signed")

    def test_the_task_runs_as_the_worker_twice_and_late(self, cast: Any, worker: None) -> None:
        proposal = signed(cast, effective_on=cast.now.date())
        assert [settle_proposals(), settle_proposals()] == [1, 0]
        assert fresh(proposal).status == "in_effect"
        with tenancy.everyone():
            assert effective_terms(fresh(cast.northwind_contract), cast.now.date())[HIGH].settled == 60


@contextmanager
def tampering(*tables: str) -> Iterator[Any]:
    """With the owner's rights, and every wall of the database taken down."""
    login_as("owner")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
            yield cursor
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER")
    finally:
        login_as("worker")


@pytest.mark.django_db(transaction=True)
class TestProof:
    def verified(self) -> str:
        out = StringIO()
        try:
            call_command("verify_approvals", stdout=out)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    def test_what_nobody_touched_proves_itself(self, cast: Any, worker: None) -> None:
        signed(cast)
        act(cast.max, services.withdraw, proposal=sign(cast.rosa, proposed(cast, title="Another"), cast), reason="A slip.", now=cast.now)  # fmt: skip
        assert self.verified() == "2 approvals verified\n"

    @pytest.mark.parametrize(
        ("table", "change", "problem", "count"),
        [
            ("contracts_clause", "text = 'Answered some day.'", "hash", 2),
            ("contracts_clauseterm", "value = '600'", "hash", 2),
            ("contracts_agreementdocument", "title = 'Another title'", "hash", 2),
            ("contracts_agreementdocument", "effective_on = '2026-11-01'", "date", 1),
            ("contracts_proposal", "not_before = '2026-11-19'", "hash", 2),
            ("contracts_approval", "side = 'house' || 'x' WHERE side = 'house'", "sides", 1),
            ("contracts_approval", "form = 9 WHERE side = 'client'", "form", 1),
        ],
    )
    def test_planted_tampering_is_found(
        self, cast: Any, worker: None, table: str, change: str, problem: str, count: int
    ) -> None:
        proposal = signed(cast)
        where = {
            "contracts_clause": f" WHERE document_id = {proposal.document_id}",
            "contracts_clauseterm": f" WHERE clause_id IN (SELECT id FROM contracts_clause WHERE document_id = {proposal.document_id})",
            "contracts_agreementdocument": f" WHERE id = {proposal.document_id}",
        }.get(table, "")
        with tampering("contracts_clause", table) as cursor:
            cursor.execute(f"UPDATE {table} SET {change}{where}")
            assert cursor.rowcount
        found = self.verified()
        assert found.count(f": {problem}, expected") == count, found
        assert "do not match" in found

    def test_only_a_worker_may(self, cast: Any) -> None:
        signed(cast)
        assert "set DATABASE_ROLE=worker" in self.verified()


@pytest.mark.django_db
def test_what_was_asked_for_by_one_client_is_not_drafted_for_another(cast: Any) -> None:
    with tenancy.everyone():
        contract = Contract.objects.get(pk=cast.globex_contract.pk)
    change = asked(cast, cast.gina, contract=contract)
    with pytest.raises(Http404):
        act(cast.ann, services.decline, change=change, reason="No.", now=cast.now)
