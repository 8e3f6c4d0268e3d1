"""Terms: what may be written, what is in force, and where it comes from."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import terms
from contracts.terms import REGISTRY, Kind, Setting, TermError, conflicts, default, effective, parse
from contracts.words import refusal

TODAY = date(2026, 11, 18)
HIGH = "slo.first_response.high"


def setting(text: str = "60", key: str = HIGH, on: date = date(2026, 1, 1), document: int = 1, **more: Any) -> Setting:
    values: dict[str, Any] = {
        "clause_id": document * 10, "clause": "4.2", "document": f"Order {document}", "kind": "order", "edition": "1",
    }  # fmt: skip
    return Setting(key=key, text=text, document_id=document, effective_on=on, **values | more)


class TestParse:
    @pytest.mark.parametrize(
        ("key", "text", "value"),
        [
            (HIGH, "240", 240),
            (HIGH, " 1 ", 1),
            ("slo.warning", "99", 99),
            ("ticket.closes_after", "120", 120),
            ("channel.email.covered", "yes", True),
            ("channel.email.covered", "OUI", True),
            ("channel.email.covered", " no", False),
            ("channel.email.covered", "false", False),
        ],
    )
    def test_it_reads_what_people_write(self, key: str, text: str, value: int | bool) -> None:
        assert parse(key, text) == value
        assert type(parse(key, text)) is type(value)

    @pytest.mark.parametrize(
        ("key", "text", "field", "words"),
        [
            (
                "slo.first_response.urgent",
                "60",
                "key",
                "There is no term “slo.first_response.urgent”. Known terms: channel.api.covered",
            ),
            (HIGH, "60 min", "value", "takes a whole number of business minutes, not “60 min”"),
            (HIGH, "1.5", "value", "whole number"),
            (HIGH, "", "value", "whole number"),
            (HIGH, "-5", "value", "whole number"),
            (HIGH, "1_000", "value", "whole number"),
            (HIGH, "٦٠", "value", "whole number"),
            (HIGH, "9" * 5000, "value", "whole number"),
            (HIGH, "yes", "value", "whole number"),
            (HIGH, "0", "value", "lies between 1 and 100000 business minutes, not 0"),
            (HIGH, "100001", "value", "lies between"),
            ("slo.warning", "100", "value", "lies between 1 and 99 percent, not 100"),
            ("hours.increment", "481", "value", "lies between 1 and 480 minutes"),
            ("channel.email.covered", "maybe", "value", "takes yes or no, not “maybe”"),
            ("channel.email.covered", "1", "value", "takes yes or no"),
        ],
    )
    def test_it_refuses_with_words_that_say_what_to_write(self, key: str, text: str, field: str, words: str) -> None:
        with pytest.raises(TermError) as error:
            parse(key, text)
        assert error.value.field == field
        assert words in refusal(error.value)

    @given(key=st.sampled_from(sorted(REGISTRY)), text=st.text(max_size=12) | st.integers(-5, 200_000).map(str))
    def test_whatever_is_written_is_a_value_within_bounds_or_refused(self, key: str, text: str) -> None:
        term = REGISTRY[key]
        try:
            value = parse(key, text)
        except TermError:
            return
        assert isinstance(value, bool) if term.kind is Kind.BOOLEAN else term.least <= value <= term.most


@pytest.mark.parametrize(
    ("tier", "targets"),
    [
        ("standard", (60, 240, 540, 1080)),
        ("premium", (30, 120, 540, 1080)),
        ("enterprise", (30, 120, 540, 1080)),
    ],
)
def test_premium_and_enterprise_halve_the_first_two_targets(tier: str, targets: tuple[int, ...]) -> None:
    assert tuple(default(f"slo.first_response.{priority}", tier) for priority in terms.PRIORITIES) == targets


def test_every_default_is_a_value_that_could_be_written() -> None:
    for key, term in REGISTRY.items():
        written = {True: "yes", False: "no"}[term.default] if term.kind is Kind.BOOLEAN else str(term.default)
        assert parse(key, written) == term.default
        assert term.label("en") != term.label("fr-CA")


class TestEffective:
    def test_what_no_clause_sets_has_its_default_and_says_so(self) -> None:
        in_force = effective([], tier="premium", on=TODAY)
        assert set(in_force) == set(REGISTRY)
        assert (in_force[HIGH].value, in_force[HIGH].winner, in_force[HIGH].losers) == (120, None, ())
        assert in_force[HIGH].provenance() == {"source": "default", "key": HIGH}

    def test_a_clause_wins_and_is_named(self) -> None:
        won = effective([setting("45")], tier="premium", on=TODAY)[HIGH]
        assert won.value == 45
        assert won.provenance() == {
            "source": "clause", "key": HIGH, "document": "Order 1", "kind": "order", "edition": "1", "clause": "4.2",
            "clause_id": 10, "effective_on": "2026-01-01",
        }  # fmt: skip

    def test_the_newer_document_wins_and_the_losers_are_kept(self) -> None:
        old, newer, newest = (setting(str(day), on=date(2026, day, 1), document=9 - day) for day in (1, 5, 8))
        won = effective([newer, old, newest], tier="standard", on=TODAY)[HIGH]
        assert (won.value, won.winner, won.losers) == (8, newest, (newer, old))

    @pytest.mark.parametrize("kind", ["guide", "policy"])
    def test_the_guide_never_beats_the_contract_however_new(self, kind: str) -> None:
        order, guide = setting("45"), setting("90", on=TODAY, document=2, kind=kind)
        won = effective([guide, order], tier="standard", on=TODAY)[HIGH]
        assert (won.value, won.losers) == (45, (guide,))
        assert effective([guide], tier="standard", on=TODAY)[HIGH].value == 90

    @pytest.mark.parametrize(
        ("on", "value"), [(date(2025, 12, 31), 240), (date(2026, 1, 1), 45), (date(2099, 1, 1), 45)]
    )
    def test_before_its_date_a_document_says_nothing(self, on: date, value: int) -> None:
        assert effective([setting("45")], tier="standard", on=on)[HIGH].value == value

    def test_terms_that_the_software_no_longer_knows_do_no_harm(self) -> None:
        assert effective([setting(key="slo.resolution.high")], tier="standard", on=TODAY)[HIGH].value == 240


SETTINGS = st.lists(
    st.builds(
        setting,
        text=st.integers(1, 480).map(str),
        key=st.sampled_from([HIGH, "hours.increment"]),
        on=st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=2)),
        document=st.integers(1, 5),
        kind=st.sampled_from(["order", "amendment", "guide", "policy"]),
    ),
    max_size=8,
    unique_by=lambda one: (one.key, one.document_id),
)


def slow(settings: list[Setting], key: str) -> Setting | None:
    """The winner, found by comparing all with all."""
    found = [one for one in settings if one.key == key and one.effective_on <= TODAY]

    def beats(a: Setting, b: Setting) -> bool:
        ours, theirs = (one.kind in ("order", "amendment") for one in (a, b))
        if ours != theirs:
            return ours
        if a.effective_on != b.effective_on:
            return a.effective_on > b.effective_on
        return a.document_id > b.document_id

    return next((one for one in found if all(one is other or beats(one, other) for other in found)), None)


@given(settings=SETTINGS, data=st.data())
def test_the_order_in_which_they_are_read_changes_nothing(settings: list[Setting], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(settings))
    assert effective(shuffled, tier="standard", on=TODAY) == effective(settings, tier="standard", on=TODAY)
    assert {frozenset((a.clause_id, b.clause_id)) for a, b in conflicts(shuffled)} == {
        frozenset((a.clause_id, b.clause_id)) for a, b in conflicts(settings)
    }


@given(settings=SETTINGS)
def test_the_winner_is_the_one_that_beats_all_others_and_nobody_is_forgotten(settings: list[Setting]) -> None:
    for key, found in effective(settings, tier="standard", on=TODAY).items():
        assert found.winner is slow(settings, key)
        read = [*([found.winner] if found.winner else []), *found.losers]
        assert {one.clause_id for one in read} == {
            one.clause_id for one in settings if one.key == key and one.effective_on <= TODAY
        }
        assert all(slow([a, b], key) is a for a, b in pairwise(read))


class TestConflicts:
    def test_two_documents_of_one_date_that_differ_are_one(self) -> None:
        one, other = setting("45"), setting("60", document=2)
        assert list(conflicts([other, one])) == [(one, other)]

    @pytest.mark.parametrize(
        "other",
        [
            setting("45", document=2),  # says the same
            setting("045", document=2),  # says the same, in other digits
            setting("60", document=2, on=date(2026, 1, 2)),  # is newer
            setting("60", document=2, kind="guide"),  # gives way
            setting("60", document=2, key="slo.first_response.low"),  # is about something else
        ],
    )
    def test_nothing_else_is(self, other: Setting) -> None:
        assert list(conflicts([setting("45"), other])) == []
