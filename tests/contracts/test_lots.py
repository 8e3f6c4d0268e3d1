"""Lots: every minute is drawn from one grant and comes back to it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.lots import OPEN_END, Lot, Posting, lots, period

FIRST = date(2026, 1, 1)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


@st.composite
def ledgers(draw):
    """Postings as the account lets them be: never below zero, each draw taken back once at most."""
    made, balance, drawn = [], 0, []
    for pk in range(1, draw(st.integers(1, 25)) + 1):
        what = draw(st.sampled_from(["grant", "draw", "reverse"]))
        day = draw(st.integers(0, 200))
        if what == "draw" and balance:
            minutes = draw(st.integers(1, balance))
            made.append(Posting(pk, -minutes, on(day)))
            drawn.append(made[-1])
            balance -= minutes
        elif what == "reverse" and drawn:
            back = drawn.pop(draw(st.integers(0, len(drawn) - 1)))
            made.append(Posting(pk, -back.minutes, back.on, reverses_id=back.id))
            balance -= back.minutes
        else:
            minutes, lasts = draw(st.integers(1, 600)), draw(st.none() | st.integers(0, 120))
            made.append(Posting(pk, minutes, on(day), True, None if lasts is None else on(day + lasts)))
            balance += minutes
    return made


@given(ledgers())
def test_what_the_lots_hold_is_the_balance(postings):
    found = lots(postings)
    assert sum(lot.left for lot in found) == sum(one.minutes for one in postings)
    assert all(0 <= lot.left <= lot.granted for lot in found)
    assert {lot.id for lot in found} == {one.id for one in postings if one.grants}


@given(ledgers())
def test_taking_everything_back_fills_every_lot(postings):
    taken_back = {one.reverses_id for one in postings}
    rest = [one for one in postings if not one.grants and one.reverses_id is None and one.id not in taken_back]
    back = [Posting(1000 + n, -one.minutes, one.on, reverses_id=one.id) for n, one in enumerate(rest)]
    assert all(lot.left == lot.granted for lot in lots([*postings, *back]))


def left(*postings: Posting) -> dict[int, int]:
    return {lot.id: lot.left for lot in lots(postings)}


class TestTurn:
    def test_the_first_to_end_is_used_first(self):
        late, soon = Posting(1, 100, on(0), True, on(90)), Posting(2, 100, on(0), True, on(30))
        assert left(late, soon, Posting(3, -120, on(5))) == {1: 80, 2: 0}

    def test_one_without_a_last_day_is_used_last(self):
        never, soon = Posting(1, 100, on(0), True), Posting(2, 100, on(10), True, on(30))
        assert left(never, soon, Posting(3, -50, on(11))) == {1: 100, 2: 50}

    def test_work_done_while_a_lot_was_valid_draws_on_it_though_posted_later(self):
        old, new = Posting(1, 100, on(0), True, on(30)), Posting(2, 100, on(31), True, on(90))
        assert left(old, new, Posting(3, -40, on(29)), Posting(4, -40, on(40))) == {1: 60, 2: 60}

    def test_a_reversal_returns_to_the_lots_that_were_drawn(self):
        one, two = Posting(1, 30, on(0), True, on(30)), Posting(2, 100, on(0), True, on(60))
        drawn, back = Posting(3, -50, on(1)), Posting(4, 50, on(1), reverses_id=3)
        assert left(one, two, drawn, back) == {1: 30, 2: 100}


class TestEnd:
    def test_what_ends_within_days_and_holds_something(self):
        lot = Lot(1, 60, 30, on(0), on(30))
        assert lot.expires_within(on(0), 30)
        assert not lot.expires_within(on(0), 29)
        assert not lot.expires_within(on(31), 30)
        assert not Lot(1, 60, 0, on(0), on(30)).expires_within(on(0), 30)
        assert not Lot(1, 60, 30, on(0)).expires_within(on(0), 30)

    def test_it_is_over_the_day_after(self):
        assert [Lot(1, 60, 30, on(0), on(30)).is_over(on(day)) for day in (30, 31)] == [False, True]


class TestPeriod:
    grant = Posting(1, 600, on(0), True, on(60))

    def test_none_before_the_first_grant(self):
        assert period([], today=on(5), ends_on=None) is None
        assert period([self.grant], today=on(0) - timedelta(days=1), ends_on=None) is None

    def test_from_the_newest_grant_with_what_was_left_to_its_last_day(self):
        newest = Posting(3, 300, on(30), True, on(90))
        found = period(
            [self.grant, Posting(2, -100, on(3)), newest, Posting(4, -50, on(31))], today=on(40), ends_on=None
        )
        assert found is not None
        assert (found.first, found.last, found.opening) == (on(30), on(90), 800)

    def test_it_ends_with_the_contract_or_after_three_months(self):
        open_end = Posting(1, 600, on(0), True)
        assert period([self.grant], today=on(5), ends_on=on(20)).last == on(20)
        assert period([open_end], today=on(5), ends_on=None).last == on(0) + OPEN_END

    def test_it_never_ends_before_tomorrow(self):
        assert period([self.grant], today=on(100), ends_on=None).last == on(101)
