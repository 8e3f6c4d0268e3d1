"""The rule that doubts: by tables, and against a slow and obvious search."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.exclusions import EXCLUSIONS
from contracts.scope import Entry, Standing, judge, stem, stems

HOSTING = Entry("hosting", ("server upgrade", "hosting", "hébergement", "montée de version du serveur"), ("AWS",))
LICENCES = Entry("licences", ("licence", "renew our subscription", "devis"), ("Salesforce",))
SERVED = Entry("automation", ("workflow", "règle d’automatisation"), ("Jira", "Confluence"))
CATALOGUE = {"exclusions": (HOSTING, LICENCES), "categories": (SERVED,)}


@pytest.mark.parametrize(
    ("text", "key", "written"),
    [
        ("Please do a SERVER-UPGRADE tonight", "hosting", "SERVER-UPGRADE"),
        ("Changer d’hébergement", "hosting", "hébergement"),
        ("changer d'HEBERGEMENTS", "hosting", "HEBERGEMENTS"),
        ("he\u0301bergement", "hosting", "he\u0301bergement"),
        ("We need ten more licences", "licences", "licences"),
        ("We need a licence", "licences", "licence"),
        ("Une montée de version\ndu serveur", "hosting", "montée de version\ndu serveur"),
    ],
)
def test_words_are_found_without_case_accent_or_plural(text: str, key: str, written: str) -> None:
    verdict = judge(text, **CATALOGUE)
    assert verdict.standing is Standing.LOOKS_EXCLUDED
    assert verdict.key == key
    assert [one.text for one in verdict.matches] == [written]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "The licencee of the ghosting",  # whole words only
        "The server. Upgrade of the plan",  # two sentences are no phrase
        "server_upgrade is the name of a field",
        "Change a workflow",
    ],
)
def test_what_only_resembles_is_no_match(text: str) -> None:
    assert judge(text, **CATALOGUE).standing is Standing.IN_SCOPE


def test_the_exclusion_with_most_words_is_named_and_the_first_among_equals() -> None:
    assert judge("A licence for the hosting", **CATALOGUE).key == "hosting"
    assert judge("A licence, a devis, for the hosting", **CATALOGUE).key == "licences"


def test_a_product_that_nobody_serves_is_unknown_until_a_served_one_is_named() -> None:
    verdict = judge("Salesforce loses my leads", **CATALOGUE)
    assert (verdict.standing, verdict.key) == (Standing.UNKNOWN_PRODUCT, "licences")
    assert verdict.matches[0].text == "Salesforce"
    assert judge("Salesforce loses the issues that Jira sends", **CATALOGUE).standing is Standing.IN_SCOPE
    assert judge("Salesforce loses my leads", **CATALOGUE, chosen="Jira").standing is Standing.IN_SCOPE
    assert judge("The licence of Salesforce, for Jira", **CATALOGUE).standing is Standing.LOOKS_EXCLUDED


def test_what_is_in_scope_names_the_category_that_fits() -> None:
    assert judge("Our workflows are stuck", **CATALOGUE).key == "automation"
    assert judge("Good morning", **CATALOGUE).key == ""


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("licence", "licences"), ("license", "licenses"), ("box", "boxes"), ("policy", "policies"), ("cache", "caches"),
        ("address", "addresses"), ("journal", "journaux"), ("réseau", "réseaux"), ("jeu", "jeux"), ("STRASSE", "Straße"),
        ("économie", "économies"), ("purchase", "purchases"), ("devis", "devis"),
    ],
)  # fmt: skip
def test_singular_and_plural_are_one(one: str, many: str) -> None:
    assert stem(one) == stem(many)


@pytest.mark.parametrize(("one", "other"), [("access", "acce"), ("bus", "bu"), ("site", "sit"), ("note", "not")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.text(max_size=400))
def test_it_never_stumbles_and_what_it_matches_is_in_the_text(text: str) -> None:
    verdict = judge(text, **CATALOGUE)
    for one in verdict.matches:
        assert text[one.start : one.end] == one.text
        assert stems(one.text) == stems(one.phrase)


WORDS = st.sampled_from(
    ["server", "Upgrade", "hostings", "hébergements", "LICENCE", "devis", "jira", "aws", "workflows", "the", ".", "x"]
)
LINES = st.lists(WORDS, max_size=25)


@given(LINES)
def test_a_slow_search_finds_the_same(words: list[str]) -> None:
    text = " ".join(words)
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).lower()
    expected = {
        key
        for key, pattern in {
            "hosting": r"\b(servers? upgrades?|hostings?|hebergements?)\b",
            "licences": r"\b(licences?|devis)\b",
        }.items()
        if re.search(pattern, plain)
    }
    verdict = judge(text, **CATALOGUE)
    found = {one.key for one in verdict.matches} if verdict.standing is Standing.LOOKS_EXCLUDED else set()
    assert found == expected


@given(LINES, st.lists(st.sampled_from(["zebra", "quux", "§", "—", "42"]), max_size=10))
def test_words_that_match_nothing_change_nothing(words: list[str], more: list[str]) -> None:
    text = " ".join(words)
    assert judge(f"{text}\n\n{' '.join(more)}", **CATALOGUE) == judge(text, **CATALOGUE)


@given(LINES)
def test_more_text_never_takes_a_doubt_about_words_away(words: list[str]) -> None:
    if judge(" ".join(words), **CATALOGUE).standing is Standing.LOOKS_EXCLUDED:
        assert judge(f"{' '.join(words)} . jira workflow", **CATALOGUE).standing is Standing.LOOKS_EXCLUDED


@pytest.mark.parametrize("text", ["a" * 200_000, "hosting " * 25_000, "server " * 28_000, "\ufdfa" * 200_000])
def test_a_very_long_text_is_judged_whole(text: str) -> None:
    verdict = judge(f"{text} devis", **CATALOGUE)
    assert "licences" in {one.key for one in verdict.matches}
    assert len(verdict.matches) <= 2  # each phrase once


@pytest.mark.parametrize("line", EXCLUSIONS, ids=lambda line: line["slug"])
def test_every_phrase_of_the_catalogue_can_be_found(line: dict[str, object]) -> None:
    entry = Entry(str(line["slug"]), (*line["words_en"], *line["words_fr"]), tuple(line["products"]))  # type: ignore[misc,arg-type]
    assert entry.phrases
    for phrase in entry.phrases:
        assert judge(f"One more {phrase}, please", exclusions=(entry,)).key == entry.key, phrase
    for product in entry.products:
        assert judge(f"Help with {product}!", exclusions=(entry,)).standing is Standing.UNKNOWN_PRODUCT, product
