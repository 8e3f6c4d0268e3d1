"""Priority = impact × urgency, and which is higher."""

from __future__ import annotations

from itertools import product

import pytest

from tickets.priority import Impact, Priority, Urgency, is_higher, priority

ROWS = {
    "organization": ("critical", "high", "medium"),
    "team": ("high", "medium", "low"),
    "person": ("medium", "low", "low"),
}
COLUMNS = ("blocked", "degraded", "question")
BY_URGENCY = ("critical", "high", "medium", "low")


@pytest.mark.parametrize(("impact", "urgency"), list(product(ROWS, COLUMNS)))
def test_the_table_gives_the_priority(impact: str, urgency: str) -> None:
    assert priority(impact, urgency) == ROWS[impact][COLUMNS.index(urgency)]


def test_touching_more_people_or_more_urgently_never_lowers_it() -> None:
    for (i, impact), (j, urgency) in product(enumerate(Impact), enumerate(Urgency)):
        for wider, worse in product(list(Impact)[: i + 1], list(Urgency)[: j + 1]):
            assert not is_higher(priority(impact, urgency), priority(wider, worse))


@pytest.mark.parametrize(("new", "old"), list(product(Priority, Priority)))
def test_is_higher_follows_the_order_of_urgency_strictly(new: Priority, old: Priority) -> None:
    assert is_higher(new, old) is (BY_URGENCY.index(new.value) < BY_URGENCY.index(old.value))


@pytest.mark.parametrize(("impact", "urgency"), [("planet", "blocked"), ("team", "asap"), ("", "")])
def test_words_that_the_table_does_not_know_are_refused(impact: str, urgency: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        priority(impact, urgency)
