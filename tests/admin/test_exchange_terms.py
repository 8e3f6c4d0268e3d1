"""Clauses and terms as files: out of any edition, into drafts alone; a wrong row says why beside its cell, and nothing is written."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.models import User
from common import tenancy
from contracts import services
from contracts.models import AgreementDocument, Clause, ClauseTerm, StandardClause
from contracts.services import library
from tests.contracts.changing import approvals, drafted, msa, propose, sign
from tests.contracts.test_library import edition  # noqa: F401 - a fixture
from tests.tickets.acting import act, fresh

from .conftest import edits, messages
from .rows import snapshot

HEAD = "clause,text_en,text_fr,term,value"


@pytest.fixture
def draft(cast):
    clauses = [
        services.Wording("1", "So.\r\n\r\n- it is", "Ainsi.", {"hours.increment": "30", "slo.warning": "60"}),
        services.Wording("1.10", "=1+1", "", {}),
    ]
    return act(
        cast.ada, services.write, contract=cast.northwind_contract, kind="order", title="Order", clauses=clauses,
        effective_on=cast.now.date().replace(month=12), now=cast.now,
    )  # fmt: skip


def address(document, what="import_clauses"):
    return reverse(f"admin:{document._meta.label_lower.replace('.', '_')}_{what}", args=[document.pk])


def send(ada, document, content, name="terms.csv"):
    body = content if isinstance(content, bytes) else content.encode()
    return ada.post(address(document), {"file": SimpleUploadedFile(name, body, "text/csv")})


def agree(ada, document, preview):
    return ada.post(address(document), {"sealed": preview.context["seal"]})


def terms_of(document):
    with tenancy.everyone():
        rows = ClauseTerm.objects.filter(clause__document=document).order_by("clause__position", "key")
        return list(rows.values_list("clause__number", "key", "value"))


def workbook(*lines):
    book, out = Workbook(), io.BytesIO()
    for line in (HEAD.split(","), *lines):
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def wrong(answer):
    """Column → sentences, of the rows that are wrong."""
    return [
        {cell["name"]: cell["wrong"] for cell in line["cells"] if cell["wrong"]}
        for line in answer.context["shown"]["lines"]
        if line["kind"] == "wrong"
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_comes_back_as_it_was(ada, draft, kind):
    content = ada.get(address(draft, f"export_{kind}")).content
    preview = send(ada, draft, content, f"order.{kind}")
    assert preview.context["shown"]["counts"] == {"new": 0, "update": 0, "skip": 3, "wrong": 0}


def test_nothing_that_leaves_is_a_formula(ada, draft):
    lines = list(csv.DictReader(io.StringIO(ada.get(address(draft, "export_csv")).content.decode("utf-8-sig"))))
    assert [one["text_en"] for one in lines][-1] == "'=1+1"
    sheet = load_workbook(io.BytesIO(ada.get(address(draft, "export_xlsx")).content)).active
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "inlineStr", "n"}
    assert [line[0].value for line in sheet.iter_rows(min_row=2)] == ["1", "1", "1.10"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_preview_writes_nothing_and_a_yes_writes_all_of_it_in_one_act(ada, draft, kind):
    rows = [("1", "So be it.", "Ainsi.", "hours.increment", "60"), ("2", "More.", "Plus.", "ticket.closes_after", "5")]
    content = workbook(*rows) if kind == "xlsx" else "\n".join([HEAD, *(",".join(row) for row in rows)])
    before = snapshot()
    preview = send(ada, draft, content, f"order.{kind}")
    assert snapshot() == before
    assert preview.context["shown"]["counts"] == {"new": 1, "update": 1, "skip": 0, "wrong": 0}
    assert "Imported: 1 new, 1 changed, 0 as they were." in messages(agree(ada, draft, preview), ada)
    assert terms_of(draft) == [
        ("1", "hours.increment", "60"), ("1", "slo.warning", "60"), ("2", "ticket.closes_after", "5"),
    ]  # fmt: skip
    with tenancy.everyone():
        assert list(Clause.objects.filter(document=draft).values_list("number", "text", "translation")) == [
            ("1", "So be it.", "Ainsi."), ("1.10", "=1+1", ""), ("2", "More.", "Plus."),
        ]  # fmt: skip
    assert [(one["part"], one["change"]) for one in edits()] == [("clauses", "imported")]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("3,X,,hours.incremnt,15", "term", "There is no term “hours.incremnt”"),
        ("3,X,,ticket.closes_after,soon", "value", "takes a whole number of business days, not “soon”"),
        ("3,X,,ticket.closes_after,999", "value", "lies between 1 and 120 business days, not 999"),
        ("3,X,,channel.email.covered,perhaps", "value", "takes yes or no"),
        ("3,X,,hours.increment,15", "term", "is set twice in this document, by §1 and §3"),
        ("1,Else.,,slo.warning,60\n1,Another.,,hours.increment,30", "text_en", "another text"),
        ("3,X,,ticket.closes_after,5\n3,X,,ticket.closes_after,6", "term", "stands here twice"),
        ("3,=HYPERLINK(1),,,", "text_en", "This is a formula"),
        ("3,X,@SUM(1),,", "text_fr", "This is a formula"),
        ("3,X,,ticket.closes_after,-5", "value", "This is a formula"),
        (",X,,ticket.closes_after,5", "clause", "Say which clause"),
        ("3,,Texte.,,", "text_en", "language that prevails"),
        ("3,X,,,5", "term", "Choose the term"),
        (f"{'3' * 21},X,,,", "clause", "20 characters at most"),
    ],
)
def test_a_wrong_row_says_why_beside_its_cell_and_nothing_is_written(ada, draft, row, column, words):
    before = snapshot()
    answer = send(ada, draft, f"{HEAD}\n9,Good.,,ticket.second_reminder,8\n{row}\n")
    assert words in " ".join(wrong(answer)[-1][column])
    assert len(wrong(answer)) == 1
    assert answer.context["seal"] == ""
    assert snapshot() == before


def test_a_french_administrator_is_told_in_french(ada, cast, draft):
    User.objects.filter(pk=cast.ada.pk).update(language="fr")
    answer = send(ada, draft, f"{HEAD}\n3,=1,,,\n4,X,,hours.increment,15\n")
    said = " ".join(words for row in wrong(answer) for cell in row.values() for words in cell)
    assert "formule" in said
    assert "défini" in said or "fixé" in said


def test_workbooks_bring_their_own_traps(ada, draft):
    answer = send(ada, draft, workbook(("4", "=1+2", "", "", "")), "order.xlsx")
    assert "This is a formula" in wrong(answer)[0]["text_en"][0]
    answer = send(ada, draft, workbook((1.1, "X", "", "", "")), "order.xlsx")
    assert "a number can't tell 1.1 from 1.10" in answer.context["wrong"][0].replace("&#x27;", "'")
    answer = send(ada, draft, workbook((4, "X", "", "ticket.closes_after", 7.0)), "order.xlsx")
    assert answer.context["shown"]["counts"]["new"] == 1
    answer = send(ada, draft, b"PK\x03\x04 broken", "order.xlsx")
    assert "This workbook can" in answer.context["wrong"][0]


def test_what_is_published_only_leaves(ada, cast, draft):
    act(cast.ada, services.publish, document=draft, now=cast.now)
    page = ada.get(reverse("admin:contracts_agreementdocument_change", args=[draft.pk])).text
    assert "Export XLSX" in page
    assert "Import clauses" not in page
    assert ada.get(address(draft, "export_csv")).status_code == 200
    assert ada.get(address(draft)).status_code == 404
    assert send(ada, draft, f"{HEAD}\n3,X,,,\n").status_code == 404


def test_a_draft_published_between_the_preview_and_the_yes_is_left_alone(ada, cast, draft):
    preview = send(ada, draft, f"{HEAD}\n3,X,,,\n")
    act(cast.ada, services.publish, document=draft, now=cast.now)
    before = snapshot()
    assert agree(ada, draft, preview).status_code == 404
    assert snapshot() == before


def test_an_import_into_an_amendment_voids_what_was_signed(ada, cast):
    proposal = propose(cast, drafted(cast))
    sign(cast.rosa, proposal, cast)
    preview = send(ada, proposal.document, f"{HEAD}\n5,More.,,,\n")
    assert approvals(proposal) == [("client", "Rosa Diaz", "")]
    agree(ada, proposal.document, preview)
    assert approvals(proposal) == [("client", "Rosa Diaz", "edited")]
    assert fresh(proposal).status == "drafting"


def test_who_is_no_administrator_meets_none_of_it(client, cast, draft):
    for person in (cast.max, cast.lea, cast.rosa):
        client.force_login(person)
        for what in ("import_clauses", "export_csv", "export_xlsx"):
            assert client.get(address(draft, what)).status_code == 302


def test_a_standard_edition_has_headings_and_both_texts(ada, cast, edition):  # noqa: F811
    head = "clause,heading_en,heading_fr,text_en,text_fr,term,value"
    answer = send(ada, edition, f"{head}\n2,More,Plus,More.,,,\n")
    assert "prevails" in wrong(answer)[0]["text_fr"][0]
    answer = send(ada, edition, f"{head}\n2,More,Plus,,Plus.,,\n")
    assert "in both languages" in wrong(answer)[0]["text_en"][0]
    preview = send(ada, edition, f"{head}\n1,So,Ainsi,So.,Ainsi.,hours.increment,45\n2,More,Plus,More.,Plus.,,\n")
    assert preview.context["shown"]["counts"] == {"new": 1, "update": 1, "skip": 0, "wrong": 0}
    agree(ada, edition, preview)
    found = StandardClause.objects.filter(edition=edition).values_list(
        "number", "heading_fr", "text_fr", "terms__value"
    )
    assert list(found) == [("1", "Ainsi", "Ainsi.", "45"), ("2", "Plus", "Plus.", None)]
    act(cast.ada, library.publish, edition=fresh(edition), now=cast.now)
    assert ada.get(address(edition)).status_code == 404
    assert ada.get(address(edition, "export_xlsx")).status_code == 200


def test_a_document_whose_french_prevails_writes_its_translation_in_english(ada, cast):
    document = msa(cast, language="fr").document
    assert isinstance(document, AgreementDocument)
    draft = act(
        cast.ada, services.write, contract=cast.northwind_contract, kind="order", title="Commande", language="fr",
        effective_on=cast.now.date(), now=cast.now,
    )  # fmt: skip
    agree(ada, draft, send(ada, draft, f"{HEAD}\n1,So.,Ainsi.,,\n"))
    with tenancy.everyone():
        clause = Clause.objects.get(document=draft)
    assert (clause.text, clause.translation) == ("Ainsi.", "So.")
