"""What answers and what doesn't (service guide §5), as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from tests.slo.cases import MICROSECOND, at
from tickets.response import Utterance, is_human_answer

OPENED = at("2026-11-18T10:00")
ANSWER = Utterance(
    public=True, by_valiantys=True, by_machine=False, is_message=True, in_bulk=False, at=OPENED + timedelta(minutes=20)
)
TABLE = {
    "a consultant's public reply": (ANSWER, True),
    "a reply at the very instant of submission": (replace(ANSWER, at=OPENED), True),
    "a late reply": (replace(ANSWER, at=OPENED + timedelta(days=40)), True),
    "an automatic acknowledgement": (replace(ANSWER, by_machine=True), False),
    "a bot's or the API's reply": (replace(ANSWER, by_machine=True), False),
    "an internal note": (replace(ANSWER, public=False), False),
    "the reason of a status change": (replace(ANSWER, is_message=False), False),
    "a merge's reason": (replace(ANSWER, is_message=False, in_bulk=True), False),
    "a reply to many tickets at once": (replace(ANSWER, in_bulk=True), False),
    "the last word of a resolution in bulk, or of one taken back": (replace(ANSWER, in_bulk=True), False),
    "the reason of a priority corrected in bulk": (replace(ANSWER, is_message=False), False),
    "the client's own reply": (replace(ANSWER, by_valiantys=False), False),
    "something typed before submission": (replace(ANSWER, at=OPENED - MICROSECOND), False),
}


@pytest.mark.parametrize(("said", "answers"), TABLE.values(), ids=TABLE)
def test_what_counts_as_the_first_human_response(said: Utterance, answers: bool) -> None:
    assert is_human_answer(said, opened_at=OPENED) is answers


def test_of_all_combinations_exactly_one_answers() -> None:
    every = [Utterance(*flags, at=OPENED) for flags in product([False, True], repeat=5)]
    assert [said for said in every if is_human_answer(said, opened_at=OPENED)] == [replace(ANSWER, at=OPENED)]
