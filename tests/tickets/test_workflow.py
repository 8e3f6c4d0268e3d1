"""The status table of domain §3, written out here a second time, against the rule: every move, party and need."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from tickets.workflow import FINAL, OPEN, TABLE, WAITING, Need, Party, Refusal, Status, WorkflowError, check, moves

NEEDS = [frozenset(some) for size in range(len(Need) + 1) for some in combinations(Need, size)]
# from → to: who (c client, s staff, e the engine), then what it needs.
PAGE = """
    new                  in_progress          s
    new                  waiting_client       s   question
    new                  waiting_third_party  s
    new                  resolved             s   answer
    new                  cancelled            cs  reason
    in_progress          waiting_client       s   question
    in_progress          waiting_third_party  s
    in_progress          resolved             s   answer
    in_progress          cancelled            cs  reason
    waiting_client       in_progress          cs
    waiting_client       waiting_client       s   question
    waiting_client       waiting_third_party  s
    waiting_client       resolved             s   answer
    waiting_client       cancelled            cs  reason
    waiting_third_party  in_progress          cs
    waiting_third_party  waiting_client       s   question
    waiting_third_party  waiting_third_party  s
    waiting_third_party  resolved             s   answer
    waiting_third_party  cancelled            cs  reason
    resolved             in_progress          cs
    resolved             closed               ce
"""
LETTER = {Party.CLIENT: "c", Party.STAFF: "s", Party.ENGINE: "e"}
ROWS = {(words[0], words[1]): (words[2], words[3:]) for words in map(str.split, PAGE.strip().splitlines())}
REFUSED = {"question": Refusal.NEEDS_QUESTION, "answer": Refusal.NEEDS_ANSWER, "reason": Refusal.NEEDS_REASON}


def expected(old: Status, new: Status, by: Party, has: frozenset[Need]) -> Refusal | None:
    """What the page says of a move, read line by line."""
    if old in ("closed", "cancelled"):
        return Refusal.FINAL
    if (old.value, new.value) not in ROWS:
        return Refusal.NOT_FROM_HERE
    who, needs = ROWS[old.value, new.value]
    if LETTER[by] not in who:
        return Refusal.NOT_YOURS
    missing = [need for need in needs if need not in {one.value for one in has}]
    return REFUSED[missing[0]] if missing else None


def ruling(old: Status, new: Status, by: Party, has: frozenset[Need]) -> Refusal | None:
    try:
        check(old, new, by=by, has=has)
    except WorkflowError as error:
        return error.refusal
    return None


def test_every_move_by_every_party_with_whatever_in_hand_is_what_the_page_says() -> None:
    cases = list(product(Status, Status, Party, NEEDS))
    assert len(cases) == 7 * 7 * 3 * 8
    wrong = [case for case in cases if ruling(*case) != expected(*case)]
    assert wrong == []


@pytest.mark.parametrize("by", Party)
@pytest.mark.parametrize("old", Status)
def test_the_buttons_offered_are_the_moves_allowed_with_all_in_hand(old: Status, by: Party) -> None:
    assert set(moves(old, by=by)) == {new for new in Status if ruling(old, new, by, frozenset(Need)) is None}


def test_the_statuses_fall_into_open_resolved_and_final() -> None:
    assert OPEN | FINAL | {Status.RESOLVED} == set(Status) == set(TABLE)
    assert not OPEN & FINAL
    assert WAITING < OPEN


def test_words_of_the_database_are_as_good_as_the_enumeration() -> None:
    check("new", "in_progress", by=Party.STAFF)
    with pytest.raises(WorkflowError, match="final"):
        check("closed", "in_progress", by=Party.STAFF)


def test_a_word_that_is_no_status_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="escalated"):
        check("new", "escalated", by=Party.STAFF)
