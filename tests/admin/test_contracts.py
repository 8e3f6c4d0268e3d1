"""An administrator edits contracts, and the next promise follows."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from common import tenancy
from contracts import services
from contracts.models import (
    AgreementDocument,
    Clause,
    ClauseTerm,
    Contract,
    HoursEntry,
    OnboardingTemplateActivity,
    StandardEdition,
)
from contracts.selectors import promise
from tests.contracts.changing import approvals, drafted, proposed, sign

from .conftest import edits, messages

LATER = datetime(2030, 1, 2, 9, tzinfo=UTC)


@pytest.fixture
def document(cast):
    """Northwind's order, whose clause 4.1 sets the target of high priority to two hours."""
    with tenancy.everyone():
        document = AgreementDocument.objects.create(
            organization=cast.northwind, contract=cast.northwind_contract, kind="order", title="Order NW",
            effective_on=date(2026, 1, 1),
        )  # fmt: skip
        clause = Clause.objects.create(organization=cast.northwind, document=document, number="4.1", text="Fast.")
        ClauseTerm.objects.create(
            organization=cast.northwind, clause=clause, key="slo.first_response.high", value="120"
        )
    return document


def published(change, document, **fields):
    """Saved by the button that publishes it, from a later day on: the contract is live."""
    return change(
        "contracts_agreementdocument",
        document.pk,
        contracts_agreementdocument_publish="on",
        effective_on="2030-01-02",
        **fields,
    )


def target(cast, at=None):
    with tenancy.everyone():
        contract = Contract.objects.get(pk=cast.northwind_contract.pk)
        return promise(contract, priority="high", channel="portal", at=at or cast.now)


def test_a_draft_promises_nothing_until_it_is_published(change, cast, document):
    assert change("contracts_agreementdocument", document.pk, **{"clauses-0-terms-0-value": "90"}).status_code == 302
    assert target(cast).provenance["source"] == "default"
    assert edits()[-1] | {"part_id": 0} == {
        "part": "clauseterm", "part_id": 0, "change": "changed", "fields": ["value"]
    }  # fmt: skip
    assert published(change, document).status_code == 302
    assert target(cast).target_minutes == 120
    promised = target(cast, LATER)
    assert promised.target_minutes == 90
    assert promised.provenance["clause"] == "4.1"


def test_the_clauses_own_page_does_the_same(change, cast, document):
    with tenancy.everyone():
        clause = document.clauses.get()
    assert change("contracts_clause", clause.pk, **{"terms-0-value": "60"}).status_code == 302
    published(change, document)
    assert target(cast, LATER).target_minutes == 60


def test_what_is_published_is_only_looked_at(change, ada, cast, document):
    published(change, document)
    with tenancy.everyone():
        clause = document.clauses.get()
    before = edits()
    for name, pk in (("agreementdocument", document.pk), ("clause", clause.pk)):
        url = reverse(f"admin:contracts_{name}_change", args=[pk])
        assert 'name="_save"' not in ada.get(url).text
        assert ada.post(url, {"title": "Another", "number": "1", "text": "Otherwise."}).status_code == 403
    assert (edits(), target(cast, LATER).target_minutes) == (before, 120)


def test_a_document_in_the_past_is_not_published_into_a_live_contract(change, ada, cast, document):
    answer = change("contracts_agreementdocument", document.pk, contracts_agreementdocument_publish="on")
    assert "takes effect today or later" in messages(answer, ada)
    assert target(cast).provenance["source"] == "default"


@pytest.mark.parametrize(
    ("value", "words"), [("soon", "whole number"), ("0", "lies between"), ("2 h", "whole number"), ("", "required")]
)
def test_a_wrong_term_is_refused_with_words(change, cast, document, value, words):
    answer = change("contracts_agreementdocument", document.pk, **{"clauses-0-terms-0-value": value})
    assert answer.status_code == 200
    assert words in answer.text
    assert edits() == []


def test_a_french_administrator_is_refused_in_french(change, ada, cast, document):
    cast.ada.language = "fr"
    cast.ada.save()
    answer = change("contracts_agreementdocument", document.pk, **{"clauses-0-terms-0-value": "bientôt"})
    assert (
        "« Première réponse, priorité haute » attend un nombre entier (minutes ouvrées)".replace(
            "« ", "«\N{NO-BREAK SPACE}"
        ).replace(" »", "\N{NO-BREAK SPACE}»")
        in answer.text
    )
    assert "(jours ouvrés)" in answer.text  # the unit beside each term


def test_a_clause_and_its_term_are_added_together(change, cast, document):
    added = {
        "clauses-TOTAL_FORMS": "2", "clauses-1-number": "4.2", "clauses-1-text": "By mail too.",
        "clauses-1-terms-TOTAL_FORMS": "1", "clauses-1-terms-INITIAL_FORMS": "0",
        "clauses-1-terms-0-key": "channel.email.covered", "clauses-1-terms-0-value": "yes",
    }  # fmt: skip
    answer = change("contracts_agreementdocument", document.pk, **added)
    assert answer.status_code == 302, answer.context["errors"]
    assert [data["part"] for data in edits()] == ["clause", "clauseterm"]
    published(change, document)
    with tenancy.everyone():
        contract = Contract.objects.get(pk=cast.northwind_contract.pk)
        assert promise(contract, priority="high", channel="email", at=LATER).covered


def test_the_same_clause_number_twice_is_refused_with_words(change, cast, document):
    added = {
        "clauses-TOTAL_FORMS": "2", "clauses-1-number": "4.1", "clauses-1-text": "Again.",
        "clauses-1-terms-TOTAL_FORMS": "0", "clauses-1-terms-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = change("contracts_agreementdocument", document.pk, **added)
    assert answer.status_code == 200
    assert edits() == []


def test_a_document_is_added_on_the_contracts_page(change, cast):
    added = {
        "documents-TOTAL_FORMS": "1", "documents-0-kind": "order", "documents-0-title": "Order", "documents-0-edition": "1",
        "documents-0-effective_on": "2026-01-01",
    }  # fmt: skip
    answer = change("contracts_contract", cast.northwind_contract.pk, **added)
    assert answer.status_code == 302
    with tenancy.everyone():
        document = AgreementDocument.objects.get()
    assert (document.organization_id, document.contract_id) == (cast.northwind.pk, cast.northwind_contract.pk)


def test_a_term_taken_away_from_a_draft_is_not_published(change, cast, document):
    answer = published(change, document, **{"clauses-0-terms-0-DELETE": "on"})
    assert answer.status_code == 302
    assert target(cast).provenance["source"] == "default"


def test_a_contracts_own_fields_are_saved_with_their_names_in_the_event(change, cast):
    answer = change("contracts_contract", cast.northwind_contract.pk, tier="enterprise", renews_on="2027-01-01")
    assert answer.status_code == 302
    assert edits()[-1]["fields"] == ["renews_on", "tier"]


def test_dates_that_make_no_sense_are_refused_with_words(change, cast):
    answer = change("contracts_contract", cast.northwind_contract.pk, ends_on="2020-01-01")
    assert answer.status_code == 200
    assert "can&#x27;t end before it starts" in answer.text


def test_granting_hours_posts_a_ledger_line(change, ada, cast):
    answer = change("contracts_contract", cast.northwind_contract.pk, grant_minutes="600", grant_memo="January")
    assert "600 minutes are granted" in messages(answer, ada)
    with tenancy.everyone():
        entry = HoursEntry.objects.get()
        assert (entry.kind, entry.minutes, entry.memo, entry.actor_id) == ("grant", 600, "January", cast.ada.pk)
        assert entry.account.balance_minutes == 600
    assert edits() == []
    page = ada.get(reverse("admin:contracts_hoursaccount_change", args=[entry.account_id]))
    assert "January" in page.text


def test_a_grant_to_an_on_demand_contract_is_refused_with_words(change, ada, cast):
    with tenancy.everyone():
        Contract.objects.filter(pk=cast.globex_contract.pk).update(plan="on_demand")
    answer = change("contracts_contract", cast.globex_contract.pk, grant_minutes="600", tier="premium")
    assert "no Reserved Hours" in messages(answer, ada)
    with tenancy.everyone():
        assert not HoursEntry.objects.exists()
        assert Contract.objects.get(pk=cast.globex_contract.pk).tier == "standard"  # nothing is half-written


def test_a_contract_changes_state_by_its_buttons_only(change, ada, cast):
    pk = cast.northwind_contract.pk
    answer = change("contracts_contract", pk, status="ended", contracts_contract_suspend="1")
    assert answer.status_code == 302
    with tenancy.everyone():
        assert Contract.objects.get(pk=pk).status == "suspended"
    assert "that can&#x27;t be done now" in messages(
        change("contracts_contract", pk, contracts_contract_suspend="1"), ada
    )
    assert change("contracts_contract", pk, contracts_contract_go_live="1").status_code == 302
    with tenancy.everyone():
        assert Contract.objects.get(pk=pk).status == "active"


def test_a_new_contract_is_a_draft(change, cast):
    answer = change(
        "contracts_contract", None, organization=cast.globex.pk, reference="GLX-2027", plan="total_care",
        tier="standard", starts_on="2027-01-01", calendar=cast.paris.pk,
        **{
            "documents-TOTAL_FORMS": "1", "documents-0-kind": "order", "documents-0-title": "Order",
            "documents-0-edition": "1", "documents-0-effective_on": "2027-01-01",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    with tenancy.everyone():
        contract = Contract.objects.get(reference="GLX-2027")
        assert contract.documents.get().organization_id == cast.globex.pk
    assert (contract.status, contract.organization_id) == ("draft", cast.globex.pk)


def test_editing_is_an_administrators(cast, document):
    from django.core.exceptions import PermissionDenied

    with tenancy.user(cast.max), pytest.raises(PermissionDenied):
        services.editing.edit(actor=cast.max, part=document, fields=[], now=cast.now)


def test_a_standard_edition_is_incorporated_on_the_contracts_page(change, ada, cast):
    with tenancy.everyone():
        guide = StandardEdition.objects.get()
    pk = cast.northwind_contract.pk
    answer = change("contracts_contract", pk, incorporate_edition=guide.pk)
    assert "Say from which day the edition binds" in answer.text
    answer = change("contracts_contract", pk, incorporate_edition=guide.pk, incorporate_on="2030-01-02")
    assert "is part of this contract now" in messages(answer, ada)
    with tenancy.everyone():
        assert AgreementDocument.objects.get().standard_edition == guide


def test_an_order_of_precedence_that_names_a_kind_twice_is_refused_with_words(change, cast):
    wrong = "ms_terms, general_terms, msa, order\npolicy, guide, guide"
    answer = change("contracts_contract", cast.northwind_contract.pk, precedence=wrong)
    assert answer.status_code == 200
    assert "stands in the order exactly once. Look at: guide" in answer.text


def test_the_pages_of_standard_documents_show_what_is_published(ada, cast):
    with tenancy.everyone():
        guide = StandardEdition.objects.get()
    for name, pk in (("standarddocument", guide.document_id), ("standardedition", guide.pk)):
        page = ada.get(reverse(f"admin:contracts_{name}_change", args=[pk]))
        assert page.status_code == 200
    assert 'name="_save"' not in page.text
    assert (
        ada.post(reverse("admin:contracts_standardedition_change", args=[guide.pk]), {"label": "x"}).status_code == 403
    )


def test_a_contracts_order_of_precedence_is_its_own(change, cast):
    order = "msa\nms_terms, general_terms\norder, policy, guide"
    assert change("contracts_contract", cast.northwind_contract.pk, precedence=order).status_code == 302
    assert edits()[-1]["fields"] == ["precedence"]
    with tenancy.everyone():
        contract = Contract.objects.get(pk=cast.northwind_contract.pk)
    assert contract.order() == (("msa",), ("ms_terms", "general_terms"), ("order", "policy", "guide"))


def test_a_draft_begins_its_onboarding_by_a_button(change, ada, cast):
    with tenancy.everyone():
        draft = Contract.objects.create(
            organization=cast.northwind,
            reference="NW-OD",
            plan="on_demand",
            starts_on=date(2026, 1, 1),
            calendar=cast.paris,
        )
    url = reverse("admin:contracts_contract_change", args=[draft.pk])
    assert 'name="contracts_contract_begin_onboarding"' in ada.get(url).text
    assert "The onboarding has begun" in messages(
        change("contracts_contract", draft.pk, contracts_contract_begin_onboarding="1"), ada
    )
    page = ada.get(url).text
    assert 'name="contracts_contract_begin_onboarding"' not in page
    assert "Kickoff with the client success manager" in page
    assert "An escalation ladder" in page


def test_a_contract_that_overlaps_another_of_its_plan_is_refused_in_its_form(change, ada, cast):
    with tenancy.everyone():
        later = Contract.objects.create(
            organization=cast.northwind, reference="NW-2027", status="active", starts_on=date(2028, 1, 1),
            calendar=cast.paris, plan="on_demand",
        )  # fmt: skip
    answer = change("contracts_contract", later.pk, plan="total_care")
    assert answer.status_code == 200
    assert "runs on some of these days" in answer.text
    answer = change("contracts_contract", later.pk, renews_on="2027-01-01")
    assert "renews between its first and its last day" in answer.text


def test_the_onboarding_template_is_an_administrators_to_edit(change, cast):
    with tenancy.everyone():
        kickoff = OnboardingTemplateActivity.objects.get(key="kickoff")
    assert change("contracts_onboardingtemplateactivity", kickoff.pk, due_business_day="3").status_code == 302
    with tenancy.everyone():
        kickoff.refresh_from_db()
    assert kickoff.due_business_day == 3
    answer = change("contracts_onboardingtemplateactivity", kickoff.pk, due_business_day="0")
    assert "business day from 1 to 120" in answer.text


def test_editing_a_text_under_signature_voids_what_was_signed(change, cast):
    proposal = proposed(cast)
    sign(cast.rosa, proposal, cast)
    answer = change("contracts_agreementdocument", proposal.document_id, **{"clauses-0-text": "Answered at once."})
    assert answer.status_code == 302
    assert approvals(proposal) == [("client", "Rosa Diaz", "edited")]


def test_an_amendment_of_a_live_contract_is_not_published_by_the_button(change, ada, cast):
    proposal = drafted(cast)
    answer = change("contracts_agreementdocument", proposal.document_id, contracts_agreementdocument_publish="on")
    assert "amended in writing by both sides" in messages(answer, ada)
