"""Exclusions in the administration: words a line each, through the service, with its refusals in words."""

import pytest

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
