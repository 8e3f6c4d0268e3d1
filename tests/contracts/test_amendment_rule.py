"""An amendment's states, its exact text and hash, its redline, and what would still beat it: pure rules."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.amendment import (
    BINDING,
    MOVES,
    OPEN,
    OVER,
    Act,
    AmendmentText,
    ClauseText,
    Status,
    WrongState,
    after,
    canonical,
    digest,
    is_same_name,
    outcomes,
)
from contracts.precedence import Agreement, Edition, Setting
from contracts.redline import Mark, Piece, Standing, counterpart, redline

TEXT = AmendmentText(
    client=1, contract=2, amends=3, amends_title="The msa", amends_edition="3", title="Amendment No. 2", edition="1",
    language="fr", not_before=date(2026, 12, 1),
    clauses=(ClauseText("4.3", "Sous une heure.", "Within an hour.", (("slo.first_response.high", "60"), ("hours.increment", "30"))),),
)  # fmt: skip


def clause(**changes: Any) -> AmendmentText:
    return replace(TEXT, clauses=(replace(TEXT.clauses[0], **changes),))


class TestText:
    def test_form_1_is_what_its_documentation_says(self) -> None:
        assert canonical(TEXT) == (
            '{"amends":{"edition":"3","number":3,"title":"The msa"},"clauses":[{"number":"4.3","terms":[["hours.increment","30"],'
            '["slo.first_response.high","60"]],"text":"Sous une heure.","translation":"Within an hour."}],"client":1,"contract":2,'
            '"edition":"1","form":1,"language":"fr","not_before":"2026-12-01","title":"Amendment No. 2"}'
        )

    def test_the_hash_is_the_one_of_2026_for_ever(self) -> None:
        assert digest(TEXT) == hashlib.sha256(canonical(TEXT).encode()).hexdigest()
        assert digest(TEXT) == "7d105e9dab84717e13071c9af79168c52737f45884004619b2330cd054e2efa9"

    @pytest.mark.parametrize(
        "changed",
        [
            *(replace(TEXT, **{name: 9}) for name in ("client", "contract", "amends")),
            *(replace(TEXT, **{name: "x"}) for name in ("amends_title", "amends_edition", "title", "edition", "language")),
            replace(TEXT, not_before=date(2026, 12, 2)),
            replace(TEXT, clauses=()),
            replace(TEXT, clauses=(*TEXT.clauses, ClauseText("5", "More."))),
            clause(number="4.4"), clause(text="Sous deux heures."), clause(translation=""), clause(terms=()),
            clause(terms=(("slo.first_response.high", "61"), ("hours.increment", "30"))),
        ],
    )  # fmt: skip
    def test_everything_that_is_signed_changes_the_hash(self, changed: AmendmentText) -> None:
        assert digest(changed) != digest(TEXT)

    @pytest.mark.parametrize(
        "changed",
        [
            clause(text="  Sous une heure.\r\n"), clause(text="Sous une heure. \n\n"),
            clause(terms=tuple(reversed(TEXT.clauses[0].terms))),
        ],
    )  # fmt: skip
    def test_how_it_is_stored_does_not(self, changed: AmendmentText) -> None:
        assert digest(changed) == digest(TEXT)

    def test_accents_are_the_same_however_they_are_composed(self) -> None:
        assert digest(clause(text="\u00e9t\u00e9")) == digest(clause(text="e\u0301te\u0301"))

    def test_a_form_that_never_was_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            canonical(TEXT, 99)


class TestStates:
    # Every state with every act: where it leads, or nowhere.
    LEADS = {
        ("drafting", "propose"): "proposed", ("drafting", "edit"): "drafting", ("drafting", "withdraw"): "withdrawn",
        ("proposed", "edit"): "drafting", ("proposed", "sign"): "signed", ("proposed", "reject"): "rejected",
        ("proposed", "withdraw"): "withdrawn", ("proposed", "expire"): "expired", ("signed", "take_effect"): "in_effect",
    }  # fmt: skip

    @pytest.mark.parametrize("status", list(Status))
    @pytest.mark.parametrize("act", list(Act))
    def test_the_whole_table(self, status: Status, act: Act) -> None:
        if reached := self.LEADS.get((status.value, act.value)):
            assert after(status, act) == reached
        else:
            with pytest.raises(WrongState):
                after(status, act)

    def test_what_binds_or_is_over_never_comes_back(self) -> None:
        assert set(Status) == OPEN | BINDING | OVER
        reached_from_the_end = {reached for allowed, reached in MOVES.values() if allowed & (BINDING | OVER)}
        assert reached_from_the_end == {Status.IN_EFFECT}


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Léa Fontaine", True), ("  léa   FONTAINE ", True), ("Le\u0301a Fontaine", True), ("Lea Fontaine", False),
        ("Fontaine", False), ("", False), (" ", False),
    ],
)  # fmt: skip
def test_a_name_is_typed_as_it_stands(typed: str, same: bool) -> None:
    assert is_same_name(typed, "Léa Fontaine") is same


def test_nobody_without_a_name_signs() -> None:
    assert not is_same_name("", "")


WORDS = st.text(alphabet="ab é.\n", max_size=40)


class TestRedline:
    @given(old=WORDS, new=WORDS)
    def test_it_loses_nothing_of_either_text(self, old: str, new: str) -> None:
        pieces = redline(old, new)
        assert "".join(one.text for one in pieces if one.mark is not Mark.ADDED) == old
        assert "".join(one.text for one in pieces if one.mark is not Mark.REMOVED) == new

    def test_it_goes_word_by_word(self) -> None:
        assert redline("Answered within two hours.", "Answered within one hour.") == [
            Piece(Mark.SAME, "Answered within "), Piece(Mark.REMOVED, "two hours"), Piece(Mark.ADDED, "one hour"),
            Piece(Mark.SAME, "."),
        ]  # fmt: skip

    def test_the_same_text_is_one_piece(self) -> None:
        assert redline("So it is.", "So it is.") == [Piece(Mark.SAME, "So it is.")]
        assert redline("", "New.") == [Piece(Mark.ADDED, "New.")]

    def test_long_texts_are_replaced_whole(self) -> None:
        old, new = "a " * 3000, "b " * 3000
        assert redline(old, new) == [Piece(Mark.REMOVED, old), Piece(Mark.ADDED, new)]


class TestCounterpart:
    MSA = Standing("The msa", "4.3", "Two hours.", frozenset({"slo.first_response.high"}))
    PLAIN = Standing("The msa", "1", "Definitions.")
    FIRST = Standing("Amendment 1", "1", "Eight hours.", frozenset({"hours.estimate_threshold"}), amends=True)
    ALL = (FIRST, PLAIN, MSA)

    @pytest.mark.parametrize(
        ("number", "keys", "found"),
        [
            ("9", ["slo.first_response.high"], MSA),  # it sets the same term
            ("1", ["hours.estimate_threshold"], FIRST),
            ("4.3", [], MSA),  # it has the same number
            ("1", [], PLAIN),  # an earlier amendment's numbers are its own
            ("7", ["hours.increment"], None),
        ],
    )
    def test_what_a_clause_takes_the_place_of(self, number: str, keys: list[str], found: Standing | None) -> None:
        assert counterpart(number, keys, self.ALL) == found


class TestOutcomes:
    HIGH = "slo.first_response.high"
    GUIDE = Edition(1, "Guide", "guide", "1", date(2026, 1, 1), "guide")
    MSA = Edition(2, "MSA", "msa", "1", date(2026, 1, 1), "msa")
    DAY = date(2026, 12, 1)

    def draft(self, of: Edition, text: str) -> tuple[Edition, tuple[Setting, ...]]:
        edition = Edition(9, "Amendment", "amendment", "1", self.DAY, of.series, of.kind)
        return edition, (Setting(self.HIGH, text, 90, "1", edition),)

    def says(self, of: Edition, text: str) -> Setting:
        return Setting(self.HIGH, text, of.id * 10, "4.2", of)

    def test_a_term_that_wins_loses_to_nobody(self) -> None:
        agreement = Agreement((self.MSA,), (self.says(self.MSA, "90"),))
        (found,) = outcomes(agreement, *self.draft(self.MSA, "60"))
        assert (found.before.value, found.loses_on, found.loses_to) == (90, None, ())

    def test_a_term_that_a_higher_rank_overrides_says_which_clause_and_since_when(self) -> None:
        rival = self.says(self.MSA, "90")
        (found,) = outcomes(Agreement((self.GUIDE, self.MSA), (rival,)), *self.draft(self.GUIDE, "60"))
        assert (found.loses_on, found.loses_to) == (self.DAY, (rival,))

    def test_a_rival_that_says_the_same_is_none(self) -> None:
        agreement = Agreement((self.GUIDE, self.MSA), (self.says(self.MSA, "060"),))
        assert outcomes(agreement, *self.draft(self.GUIDE, "60"))[0].loses_to == ()

    def test_a_rival_that_comes_later_is_found_with_its_day(self) -> None:
        later = Edition(3, "Order", "order", "1", date(2027, 2, 1), "order")
        rival = self.says(later, "30")
        agreement = Agreement((self.MSA, later), (self.says(self.MSA, "90"), rival))
        (found,) = outcomes(agreement, *self.draft(self.MSA, "60"))
        assert (found.loses_on, found.loses_to) == (date(2027, 2, 1), (rival,))

    def test_a_conflict_names_the_other_clause(self) -> None:
        order = Edition(3, "Order", "order", "1", self.DAY, "order")
        rival = self.says(order, "30")
        (found,) = outcomes(Agreement((self.MSA, order), (rival,)), *self.draft(self.MSA, "60"))
        assert (found.loses_on, found.loses_to) == (self.DAY, (rival,))
