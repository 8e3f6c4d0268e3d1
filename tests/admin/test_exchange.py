"""Catalogues as files: nothing before a preview, nothing half, nothing behind a service, nothing that a spreadsheet runs."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from common import exchange, tenancy
from slo.models import CalendarEdition
from tickets.exchange import RequestTypeRows
from tickets.models import Category, RequestType

from .conftest import messages
from .rows import snapshot

TYPES = reverse("admin:tickets_requesttype_import_rows")
HEAD = "slug,category,name_en,name_fr,description_en,description_fr,effort_minutes,products,position,is_active"
NEW = "sso,{category},Set up SSO,Installer le SSO,,,90,Jira,50,yes"


@pytest.fixture
def category(db):
    return Category.objects.order_by("id").first()


def send(ada, text, url=TYPES, name="types.csv"):
    content = text.encode() if isinstance(text, str) else text
    return ada.post(url, {"file": SimpleUploadedFile(name, content, "text/csv")})


def agree(ada, preview, url=TYPES):
    return ada.post(url, {"sealed": preview.context["seal"]})


def exported(ada, url):
    answer = ada.get(url)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_preview_writes_nothing_and_a_yes_writes_it_once(ada, cast, category):
    existing = RequestType.objects.order_by("id").first()
    rows = exported(ada, reverse("admin:tickets_requesttype_export_rows"))
    row = next(one for one in rows if one["slug"] == existing.slug)
    changed = ",".join({**row, "effort_minutes": "77", "products": "Jira"}.values())
    before = snapshot()
    preview = send(ada, f"{HEAD}\n{NEW.format(category=category.slug)}\n{changed}\n")
    assert snapshot() == before
    assert preview.context["shown"]["counts"] == {"new": 1, "update": 1, "skip": 0, "wrong": 0}
    assert "Nothing is written yet" in preview.text
    assert "77" in preview.text
    assert "Imported: 1 new, 1 changed, 0 as they were." in messages(agree(ada, preview), ada)
    made = RequestType.objects.get(slug="sso")
    assert (made.category, made.effort_minutes, made.is_active) == (category, 90, True)
    existing.refresh_from_db()
    assert existing.effort_minutes == 77
    assert LogEntry.objects.filter(user=cast.ada).count() == 2


def test_what_was_exported_comes_back_as_it_was(ada, cast):
    RequestType.objects.filter(pk=RequestType.objects.first().pk).update(
        name_en="=1+1", description_en="-2, “said”\nso"
    )
    content = ada.get(reverse("admin:tickets_requesttype_export_rows")).content
    preview = send(ada, content)
    total = RequestType.objects.count()
    assert preview.context["shown"]["counts"] == {"new": 0, "update": 0, "skip": total, "wrong": 0}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_leaves_as_text(ada, cast, start):
    RequestType.objects.filter(pk=RequestType.objects.first().pk).update(name_en=f"{start}cmd|' /C calc'!A0")
    cells = [cell for row in exported(ada, reverse("admin:tickets_requesttype_export_rows")) for cell in row.values()]
    assert any(cell.startswith(f"'{start}"[:2]) for cell in cells)
    assert [cell for cell in cells if cell.startswith(start)] == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("sso,nowhere,A,B,,,90,Jira,50,yes", "There is no “nowhere”. Known: "),
        ("sso,{category},,B,,,90,Jira,50,yes", "This field is required"),
        ("sso,{category},A,B,,,ninety,Jira,50,yes", "Enter a whole number"),
        ("sso,{category},A,B,,,-5,Jira,50,yes", "greater than or equal to 0"),
        ("sso,{category},A,B,,,90,Jira,50,perhaps", "Write yes or no"),
        ("not a slug,{category},A,B,,,90,Jira,50,yes", "valid “slug”"),
        ("sso,{category},A,B,,,90,Jira,99999999,yes", "less than or equal to"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_of_the_file_is_kept(ada, cast, category, row, words):
    before = snapshot()
    good = NEW.format(category=category.slug).replace("sso", "good")
    preview = send(ada, f"{HEAD}\n{good}\n{row.format(category=category.slug)}\n")
    assert words in preview.text.replace("&#x27;", "'")
    assert preview.context["shown"]["lines"][1]["number"] == 3
    assert preview.context["shown"]["lines"][1]["kind"] == "wrong"
    assert preview.context["seal"] == ""
    assert snapshot() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{HEAD},password\n", "Unknown: password"),
        (HEAD.replace("slug,", "") + "\n", "Missing: slug"),
        (HEAD + ",slug\n", "each once"),
        ("", "This file is empty"),
        (b"PK\x03\x04workbook", "This is a workbook"),
        (b"\xd0\xcf\x11\xe0old", "an old Excel workbook"),
        (b"%PDF-1.7", "This is a PDF"),
        (HEAD.encode() + b"\n\xe9t\xe9,a,b,c,d,e,1,f,1,yes\n", "CSV UTF-8"),
        (f"{HEAD}\nsso,a,b\n", "Row 2 has 3 cells"),
        (f'{HEAD}\n"sso,a,b\n', "quotation marks"),
        (f"{HEAD}\nsso,a,b,c,d,e,1,f,1,yes\nsso,a,b,c,d,e,1,f,1,yes\n", "More than once: sso"),
        (HEAD + "\n" + "x\n" * (exchange.MOST_ROWS + 1), "more than 2000 rows"),
        (b"x" * (exchange.MOST_BYTES + 1), "larger than 512 kB"),
        (f"{HEAD}\n\0,a,b,c,d,e,1,f,1,yes\n", "letters of this file"),
    ],
    ids=range(14),
)
def test_a_file_that_is_none_of_ours_says_what_to_do(ada, cast, content, words):
    before = snapshot()
    answer = send(ada, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was written" in answer.text
    assert snapshot() == before


def test_no_file_at_all_is_asked_for_again(ada, cast):
    assert "Choose a CSV file" in ada.post(TYPES, {}).text


def test_semicolons_and_tabs_are_read_too(ada, cast, category):
    for delimiter in (";", "\t"):
        text = f"{HEAD}\n{NEW.format(category=category.slug)}\n".replace(",", delimiter)
        assert send(ada, text).context["shown"]["counts"]["new"] == 1


def test_a_seal_opens_for_its_reader_and_its_table_only(ada, cast, category, client):
    preview = send(ada, f"{HEAD}\n{NEW.format(category=category.slug)}\n")
    seal = preview.context["seal"]
    for url, sealed in ((reverse("admin:tickets_category_import_rows"), seal), (TYPES, seal + "x"), (TYPES, "forged")):
        answer = ada.post(url, {"sealed": sealed})
        assert "This preview is too old" in answer.text
    with tenancy.everyone():
        other = User.objects.create_superuser("other@example.com", "x", name="Other")
    client.force_login(other)
    assert "This preview is too old" in client.post(TYPES, {"sealed": seal}).text
    assert not RequestType.objects.filter(slug="sso").exists()


def test_rows_are_written_by_the_service_which_asks_who(cast, category):
    for person, refusal in ((cast.max, PermissionDenied), (cast.ann, Exception)):
        rows = RequestTypeRows(actor=person, now=cast.now)
        text = f"{HEAD}\n{NEW.format(category=category.slug)}\n".encode()
        dataset = exchange.read(text, exchange.columns(rows), rows.key)
        with tenancy.user(person), pytest.raises(refusal):
            exchange.bring(rows, dataset, for_real=True)
    assert not RequestType.objects.filter(slug="sso").exists()


def test_the_pages_bring_no_inline_script(ada, cast, category):
    for page in (ada.get(TYPES), send(ada, f"{HEAD}\n{NEW.format(category=category.slug)}\n")):
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
        own = page.text[page.text.index('class="tc-import"') :]
        own = own[: own.index("</table>") if "</table>" in own else own.index("</form>")]
        for bad in ("<script", "<style", " style=", " onclick=", "x-data"):
            assert bad not in own


# Holidays


@pytest.fixture
def holidays(cast):
    return reverse("admin:slo_businesscalendar_import_holidays", args=[cast.paris.pk])


def test_holidays_become_one_edition(ada, cast, holidays):
    preview = send(
        ada,
        "date,name,hours\n2026-12-24,Réveillon,09:00-12:00\n2026-12-25,Christmas,\n2027-01-01,Jour de l’an,\n",
        holidays,
    )
    assert preview.context["shown"]["counts"] == {"new": 1, "update": 1, "skip": 1, "wrong": 0}
    assert CalendarEdition.objects.filter(calendar=cast.paris).count() == 1
    assert "1 new, 1 changed" in messages(agree(ada, preview, holidays), ada)
    first, second = CalendarEdition.objects.filter(calendar=cast.paris).order_by("number")
    half = {"name": "Réveillon", "windows": [["09:00", "12:00"]]}
    assert second.holidays == {**first.holidays, "2026-12-24": half, "2026-12-25": "Christmas"}
    assert (second.zone, second.weekly) == (first.zone, first.weekly)
    rows = exported(ada, reverse("admin:slo_businesscalendar_export_holidays", args=[cast.paris.pk]))
    assert {row["date"]: row["name"] for row in rows} == {**second.holidays, "2026-12-24": "Réveillon"}
    assert {row["hours"] for row in rows} == {"", "09:00-12:00"}


def test_holidays_that_say_nothing_new_publish_nothing(ada, cast, holidays):
    preview = send(ada, "date,name,hours\n2027-01-01,Jour de l’an,\n", holidays)
    agree(ada, preview, holidays)
    assert CalendarEdition.objects.filter(calendar=cast.paris).count() == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("24/12/2026,Eve,", "Enter a valid date"),
        ("2026-02-30,Never,", "valid date"),
        ("2026-12-24,,", "required"),
        ("2026-12-24,Eve,mornings", "Write hours like"),
        ("2026-12-24,Eve,12:00-09:00", "closes after it opens"),
    ],
)
def test_a_day_that_is_none_is_named(ada, cast, holidays, row, words):
    preview = send(ada, f"date,name,hours\n2026-12-31,Good,\n{row}\n", holidays)
    assert words in preview.text
    assert CalendarEdition.objects.filter(calendar=cast.paris).count() == 1
