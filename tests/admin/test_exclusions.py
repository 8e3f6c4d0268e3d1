"""Exclusions in the administration: words a line each, through the service, with its refusals in words."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contracts.models import Exclusion

from .conftest import messages

pytestmark = pytest.mark.django_db
MODEL = "contracts_exclusion"


def hosting() -> Exclusion:
    return Exclusion.objects.get(slug="infrastructure-hosting")


def test_words_are_lines_and_come_back_tidy(change):
    change(MODEL, hosting().pk, words_en="  New   server\r\n\r\nNEW SERVERS\r\nTape library\r\n", products="")
    assert hosting().words_en == ["New server", "Tape library"]
    assert hosting().products == []


def test_saving_without_a_change_changes_nothing(change):
    before = Exclusion.objects.values().get(pk=hosting().pk)
    change(MODEL, hosting().pk)
    assert Exclusion.objects.values().get(pk=hosting().pk) == before


@pytest.mark.parametrize(("words", "said"), [("!!!", "no letter or digit"), ("x" * 81, "80 characters")])
def test_what_could_never_match_is_refused_in_words(change, ada, words, said):
    answer = change(MODEL, hosting().pk, words_fr=words)
    assert said in messages(answer, ada)
    assert words not in hosting().words_fr


def test_one_is_added_and_none_is_deleted(change, ada):
    answer = change(
        MODEL, None, slug="hardware", name_en="Hardware", name_fr="Matériel", explanation_en="Bought elsewhere.",
        explanation_fr="S’achète ailleurs.", words_en="laptop", words_fr="", products="", position="9", is_active="on",
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Exclusion.objects.get(slug="hardware").entry().phrases == ("laptop",)
    assert ada.get(f"/admin/contracts/exclusion/{hosting().pk}/delete/").status_code == 403


class TestFiles:
    """Out as CSV, back through a preview, by the same service."""

    OUT, BACK = reverse("admin:contracts_exclusion_export_rows"), reverse("admin:contracts_exclusion_import_rows")

    def test_what_was_exported_comes_back_as_it_was(self, ada):
        content = ada.get(self.OUT).content
        assert "disk space; " in content.decode("utf-8-sig")
        preview = ada.post(self.BACK, {"file": SimpleUploadedFile("e.csv", content, "text/csv")})
        assert preview.context["shown"]["counts"] == {"new": 0, "update": 0, "skip": 5, "wrong": 0}

    def test_a_row_changes_words_and_a_wrong_one_keeps_all_out(self, ada):
        rows = list(csv.DictReader(io.StringIO(ada.get(self.OUT).content.decode("utf-8-sig"))))

        def preview(words):
            text = io.StringIO()
            table = csv.DictWriter(text, rows[0].keys())
            table.writeheader()
            table.writerows(row | ({"words_en": words} if row["slug"] == hosting().slug else {}) for row in rows)
            sent = SimpleUploadedFile("e.csv", text.getvalue().encode(), "text/csv")
            return ada.post(self.BACK, {"file": sent})

        assert preview("!!!").context["shown"]["counts"]["wrong"] == 1
        shown = preview("Tape library; tape libraries ;; New server")
        ada.post(self.BACK, {"sealed": shown.context["seal"]})
        assert hosting().words_en == ["Tape library", "New server"]
        assert hosting().words_fr  # what the file doesn't name stays
