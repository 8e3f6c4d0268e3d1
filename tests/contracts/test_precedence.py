"""Which clause wins, against a slow reference that compares every clause with every other (domain §1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.precedence import (
    GUIDE_LAST,
    KINDS,
    TERMS_FIRST,
    Agreement,
    Edition,
    Order,
    OrderError,
    Setting,
    Unsettled,
    Why,
    order_of,
)
from contracts.terms import REGISTRY, TermError, default, parse

TODAY = date(2026, 11, 18)
HIGH, STEP = "slo.first_response.high", "hours.increment"


def edition(pk: int = 1, kind: str = "order", on: date = date(2026, 1, 1), **more: Any) -> Edition:
    return Edition(**{
        "id": pk, "title": f"{kind} {pk}", "kind": kind, "label": "1", "effective_on": on, "series": f"{kind}-{pk}",
    } | more)  # fmt: skip


def amendment(pk: int, of: Edition, on: date, **more: Any) -> Edition:
    return edition(pk, "amendment", on, series=of.series, amends=of.kind, **more)


def says(source: Edition, text: str = "60", key: str = HIGH, clause: int = 0) -> Setting:
    return Setting(key, text, clause or source.id * 10, "4.2", source)


def agreement(*settings: Setting, editions: tuple[Edition, ...] = (), order: Order = GUIDE_LAST, tier: str = "standard") -> Agreement:  # fmt: skip
    known = {one.source: None for one in settings} | dict.fromkeys(editions)
    return Agreement(tuple(known), settings, order, tier)


def on(day: int, month: int = 3) -> date:
    return date(2026, month, day)


class TestRules:
    def test_what_no_clause_sets_has_its_default_and_says_so(self) -> None:
        found = agreement(tier="premium").on(TODAY)
        assert set(found) == set(REGISTRY)
        assert (found[HIGH].value, found[HIGH].winner, found[HIGH].losers) == (120, None, ())
        assert found[HIGH].provenance() == {"source": "default", "key": HIGH}

    def test_a_clause_wins_and_is_named(self) -> None:
        found = agreement(says(edition(), "45")).on(TODAY)[HIGH]
        assert found.value == 45
        assert found.provenance() == {
            "source": "clause", "key": HIGH, "document": "order 1", "kind": "order", "edition": "1", "clause": "4.2",
            "clause_id": 10, "effective_on": "2026-01-01",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("day", "value"), [(date(2025, 12, 31), 240), (date(2026, 1, 1), 45), (date(2099, 1, 1), 45)]
    )
    def test_before_its_date_a_document_says_nothing(self, day: date, value: int) -> None:
        assert agreement(says(edition(), "45")).on(day)[HIGH].value == value

    @pytest.mark.parametrize("kind", ["guide", "policy"])
    def test_the_guide_never_beats_the_contract_however_new(self, kind: str) -> None:
        order, guide = says(edition(), "45"), says(edition(2, kind, TODAY), "90")
        found = agreement(guide, order).on(TODAY)[HIGH]
        assert (found.value, [(one.setting, one.why) for one in found.losers]) == (45, [(guide, Why.OUTRANKED)])
        assert agreement(guide).on(TODAY)[HIGH].value == 90

    def test_within_a_rank_the_newer_wins(self) -> None:
        old, new = says(edition(1, "order", on(1)), "45"), says(edition(2, "msa", on(2)), "90")
        found = agreement(new, old).on(TODAY)[HIGH]
        assert (found.value, found.losers[0].why) == (90, Why.OLDER)

    def test_the_contracts_own_order_decides(self) -> None:
        order, msa = says(edition(1, "order", on(9)), "45"), says(edition(2, "msa", on(2)), "90")
        assert agreement(order, msa).on(TODAY)[HIGH].value == 45
        assert agreement(order, msa, order=TERMS_FIRST).on(TODAY)[HIGH].value == 90

    def test_a_later_edition_replaces_the_earlier_whole(self) -> None:
        first = edition(1, "msa", on(1), series="msa")
        second = edition(2, "msa", on(9), series="msa")
        found = agreement(says(first, "45"), says(second, "30", STEP))
        assert found.on(on(8))[HIGH].value == 45
        after = found.on(on(9))
        assert (after[HIGH].value, after[HIGH].winner, after[HIGH].losers[0].why) == (240, None, Why.REPLACED)
        assert after[STEP].value == 30

    def test_an_edition_that_sets_no_term_replaces_all_the_same(self) -> None:
        first, silent = edition(1, "msa", on(1), series="msa"), edition(2, "msa", on(9), series="msa")
        assert agreement(says(first, "45"), editions=(silent,)).on(on(9))[HIGH].winner is None

    def test_an_amendment_beats_its_document_and_later_editions_of_it(self) -> None:
        msa = edition(1, "msa", on(1), series="msa")
        later = edition(3, "msa", on(20), series="msa")
        changed = amendment(2, msa, on(10))
        found = agreement(says(msa, "45"), says(changed, "30"), says(later, "90"))
        assert [found.on(on(day))[HIGH].value for day in (9, 10, 20)] == [45, 30, 30]
        assert [one.why for one in found.on(on(20))[HIGH].losers] == [Why.AMENDED, Why.REPLACED]

    def test_an_amendment_that_was_dropped_gives_way_to_the_new_edition(self) -> None:
        msa = edition(1, "msa", on(1), series="msa")
        later = edition(3, "msa", on(20), series="msa")
        found = agreement(says(amendment(2, msa, on(10), dropped_on=on(20)), "30"), says(later, "90"), editions=(msa,))
        assert [found.on(on(day))[HIGH].value for day in (19, 20)] == [30, 90]
        assert found.on(on(20))[HIGH].losers[0].why is Why.DROPPED

    def test_of_two_amendments_the_newer_wins(self) -> None:
        msa = edition(1, "msa", on(1))
        found = agreement(says(msa, "45"), says(amendment(2, msa, on(5)), "30"), says(amendment(3, msa, on(6)), "20"))
        assert found.on(TODAY)[HIGH].value == 20
        assert {one.why for one in found.on(TODAY)[HIGH].losers} == {Why.AMENDED}

    def test_an_amendment_of_the_guide_ranks_as_the_guide(self) -> None:
        guide, order = edition(1, "guide", on(1)), edition(2, "order", on(1))
        found = agreement(says(amendment(3, guide, on(9)), "30"), says(order, "45"), editions=(guide,)).on(TODAY)[HIGH]
        assert (found.value, found.losers[0].why) == (45, Why.OUTRANKED)

    def test_a_document_as_amended_stands_by_its_newest_word(self) -> None:
        msa = edition(1, "msa", on(1), series="msa")
        changed, order = amendment(2, msa, on(10)), edition(3, "order", on(15))
        later = edition(4, "msa", on(20), series="msa")
        found = agreement(says(msa, "45"), says(changed, "30"), says(order, "60"), says(later, "90"))
        assert [found.on(on(day))[HIGH].value for day in (10, 15, 20)] == [30, 60, 30]

    def test_one_rank_and_date_and_another_value_is_a_conflict_that_nobody_guesses(self) -> None:
        one, other = says(edition(1), "45"), says(edition(2), "60")
        found = agreement(other, one).on(TODAY)[HIGH]
        assert (found.winner, found.settled, found.conflict) == (None, None, (one, other))
        with pytest.raises(Unsettled, match=HIGH):
            found.value  # noqa: B018
        assert found.provenance()["source"] == "default"

    @pytest.mark.parametrize(
        "other",
        [
            says(edition(2), "45"),  # says the same
            says(edition(2), "045"),  # says the same, in other digits
            says(edition(2, on=on(2, 1)), "60"),  # is newer
            says(edition(2, "guide"), "60"),  # gives way
            says(edition(2), "60", "slo.first_response.low"),  # is about something else
        ],
    )
    def test_nothing_else_is(self, other: Setting) -> None:
        assert list(agreement(says(edition(1), "45"), other).conflicts(date(2026, 1, 1))) == []

    def test_a_conflict_that_a_higher_rank_settles_is_none(self) -> None:
        guides = says(edition(1, "guide"), "45"), says(edition(2, "policy"), "60")
        assert [one.key for one in agreement(*guides).conflicts(TODAY)] == [HIGH]
        assert list(agreement(*guides, says(edition(3), "30")).conflicts(TODAY)) == []

    def test_a_conflict_to_come_is_found_with_its_day(self) -> None:
        first, one, other = (
            says(edition(pk, on=day), text) for pk, day, text in ((1, on(1), "45"), (2, on(9), "50"), (3, on(9), "55"))
        )
        (found,) = agreement(first, one, other).conflicts(on(1))
        assert (found.key, found.on, found.settings) == (HIGH, on(9), (one, other))
        assert agreement(first, one, other).on(on(8))[HIGH].value == 45

    def test_what_the_software_no_longer_takes_does_no_harm(self) -> None:
        found = agreement(says(edition(), "1", "slo.resolution.high"), says(edition(2), "soon")).on(TODAY)
        assert (found[HIGH].value, found[HIGH].losers[0].why) == (240, Why.UNREADABLE)


class TestOrder:
    @pytest.mark.parametrize("order", [GUIDE_LAST, TERMS_FIRST])
    def test_the_presets_name_every_kind_once(self, order: Order) -> None:
        assert order_of([list(rank) for rank in order]) == order

    @pytest.mark.parametrize(
        ("ranks", "kinds"),
        [
            ([], KINDS),
            ([KINDS, ["guide"]], ("guide",)),
            ([KINDS[1:]], ("ms_terms",)),
            ([[*KINDS, "amendment"]], ("amendment",)),
            ([[*KINDS, "napkin"]], ("napkin",)),
        ],
    )
    def test_a_kind_left_out_named_twice_or_unknown_is_refused(self, ranks: Any, kinds: tuple[str, ...]) -> None:
        with pytest.raises(OrderError) as error:
            order_of(ranks)
        assert set(error.value.kinds) == set(kinds)


DAYS = st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=2))
ORDERS = st.sampled_from([GUIDE_LAST, TERMS_FIRST, (KINDS,), tuple((kind,) for kind in KINDS)])


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """Up to four documents in up to three editions, amended, some dropped, each clause setting one of two terms."""
    editions: list[Edition] = []
    for document in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(KINDS))
        base = edition(len(editions) + 1, kind, draw(DAYS), series=f"d{document}")
        editions.append(base)
        editions.extend(
            replace(base, id=len(editions) + count, effective_on=day)
            for count, day in enumerate(draw(st.lists(DAYS, max_size=2)), start=1)
        )
        editions.extend(
            amendment(len(editions) + count, base, day, dropped_on=draw(st.none() | DAYS))
            for count, day in enumerate(draw(st.lists(DAYS, max_size=2)), start=1)
        )
    settings = [
        says(source, str(value), key, clause=index)
        for index, (source, key, value) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(editions), st.sampled_from([HIGH, STEP]), st.sampled_from([30, 45])), max_size=9, unique_by=lambda one: one[:2])),
            start=1,
        )
    ]  # fmt: skip
    return Agreement(tuple(editions), tuple(settings), draw(ORDERS))


def slow(found: Agreement, key: str, day: date) -> set[int | bool | str]:
    """The values that nothing beats, by asking of each clause whether any other has a better right. Empty: the default."""

    def counts(one: Setting) -> bool:
        source = one.source
        if source.effective_on > day or (source.dropped_on is not None and source.dropped_on <= day):
            return False
        return bool(source.amends) or not any(
            other.series == source.series and not other.amends and source.effective_on < other.effective_on <= day
            for other in found.editions
        )

    def rank(one: Setting) -> int:
        kind = one.source.amends or one.source.kind
        return next(position for position, kinds in enumerate(found.order) if kind in kinds)

    alive = [one for one in found.settings if one.key == key and counts(one)]

    def word(one: Setting) -> date:
        return max(other.effective_on for other in alive if other.source.series == one.source.series)

    def beats(a: Setting, b: Setting) -> bool:
        if rank(a) != rank(b):
            return rank(a) < rank(b)
        if a.source.series != b.source.series:
            return word(a) > word(b)
        if bool(a.source.amends) != bool(b.source.amends):
            return bool(a.source.amends)
        return a.effective_on > b.effective_on

    return {parse(key, one.text) for one in alive if not any(beats(other, one) for other in alive)}


@given(found=agreements(), day=DAYS)
def test_it_is_what_comparing_all_with_all_gives(found: Agreement, day: date) -> None:
    for key, decided in found.on(day).items():
        values = slow(found, key, day)
        if len(values) > 1:
            assert {parse(key, one.text) for one in decided.conflict} == values
            assert decided.settled is None
        else:
            assert (decided.value, decided.conflict) == (next(iter(values), default(key)), ())
            assert (decided.winner is None) == (not values)


@given(found=agreements(), day=DAYS)
def test_nobody_in_force_is_forgotten_and_nobody_is_named_twice(found: Agreement, day: date) -> None:
    for key, decided in found.on(day).items():
        named = [
            *([decided.winner] if decided.winner else []),
            *decided.conflict,
            *(one.setting for one in decided.losers),
        ]
        assert sorted(one.clause_id for one in named) == sorted(
            one.clause_id for one in found.settings if one.key == key and one.effective_on <= day
        )


@given(found=agreements(), day=DAYS, data=st.data())
def test_the_order_in_which_they_are_read_changes_nothing(found: Agreement, day: date, data: st.DataObject) -> None:
    shuffled = replace(
        found,
        editions=tuple(data.draw(st.permutations(found.editions))),
        settings=tuple(data.draw(st.permutations(found.settings))),
    )
    assert shuffled.on(day) == found.on(day)
    assert list(shuffled.conflicts(TODAY)) == list(found.conflicts(TODAY))


@given(found=agreements(), day=DAYS, text=st.sampled_from(["30", "45", "60"]))
def test_a_document_of_the_lowest_rank_changes_no_value_that_another_sets(
    found: Agreement, day: date, text: str
) -> None:
    lowest = replace(
        found, order=(*(tuple(kind for kind in kinds if kind != "guide") for kinds in found.order), ("guide",))
    )
    others = replace(lowest, settings=tuple(one for one in found.settings if one.source.ranks_as != "guide"))
    guide = edition(99, "guide", day, series="new")
    more = replace(others, editions=(*others.editions, guide), settings=(*others.settings, says(guide, text), says(guide, text, STEP, 98)))  # fmt: skip
    for key, before in others.on(day).items():
        if before.winner is not None or before.conflict:
            assert more.on(day)[key].settled == before.settled


@given(found=agreements())
def test_a_date_before_everything_gives_defaults(found: Agreement) -> None:
    for key, decided in found.on(date.min).items():
        assert (decided.value, decided.winner, decided.losers) == (default(key, found.tier), None, ())


@given(found=agreements(), day=st.dates(), text=st.text(max_size=5))
def test_any_text_any_order_and_any_date_have_an_answer(found: Agreement, day: date, text: str) -> None:
    odd = replace(found, settings=tuple(replace(one, text=text) for one in found.settings), order=(("napkin",),))
    for key, decided in odd.on(day).items():
        try:
            parse(key, text)
        except TermError:
            assert decided.value == default(key)
