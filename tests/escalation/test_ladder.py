"""The rule alone: tables for what the domain says, and laws that hold for every ladder."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.ladder import Cause, Decision, Ending, Entry, Level, Move, Standing, decide, ending, overdue

T = datetime(2026, 11, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BREACH, SILENCE, PERSISTS = Cause.BREACH, Cause.SILENCE, Cause.PERSISTS
BROKEN, EMPTY = Cause.BROKEN_PROMISE, Cause.EMPTY_LEVEL


def ladder(*people: bool) -> list[Level]:
    """Levels 1, 2, …: True where somebody is."""
    return [Level(position, 30 * position, somebody) for position, somebody in enumerate(people, start=1)]


@pytest.mark.parametrize(
    ("people", "standing_at", "cause", "move", "entered", "stands_at"),
    [
        ((True, True), None, BREACH, Move.OPEN, [(1, BREACH, False)], 1),
        ((True, True), None, PERSISTS, Move.OPEN, [(1, PERSISTS, False)], 1),
        ((True, True), 1, SILENCE, Move.CLIMB, [(2, SILENCE, False)], 2),
        ((True, True), 1, PERSISTS, Move.CLIMB, [(2, PERSISTS, False)], 2),
        ((True, True), 1, BROKEN, Move.CLIMB, [(2, BROKEN, False)], 2),
        ((True, True), 1, BREACH, Move.ATTACH, [], None),
        ((False, True), None, BREACH, Move.OPEN, [(1, BREACH, True), (2, EMPTY, False)], 2),
        (
            (True, False, False, True),
            1,
            SILENCE,
            Move.CLIMB,
            [(2, SILENCE, True), (3, EMPTY, True), (4, EMPTY, False)],
            4,
        ),
        ((False, False), None, BREACH, Move.OPEN, [(1, BREACH, True), (2, EMPTY, True)], 2),
        ((True, False), 1, SILENCE, Move.CLIMB, [(2, SILENCE, True)], 2),
        ((True, True), 2, SILENCE, Move.ALARM, [], 2),
        ((True, True), 2, PERSISTS, Move.ALARM, [], 2),
        ((True, True), 2, BROKEN, Move.ALARM, [], 2),
        ((True, True), 2, BREACH, Move.ATTACH, [], None),
        ((), None, BREACH, Move.NO_LADDER, [], None),
        ((), None, PERSISTS, Move.NO_LADDER, [], None),
        ((), 3, SILENCE, Move.ALARM, [], None),  # its levels were taken away meanwhile
        ((True,), 5, SILENCE, Move.ALARM, [], 1),
    ],
)
def test_a_cause_moves_so(people, standing_at, cause, move, entered, stands_at):
    decision = decide(ladder(*people), standing_at, cause)
    assert decision.move is move
    assert decision.entries == tuple(Entry(*entry) for entry in entered)
    assert (decision.level and decision.level.position) == stands_at


def test_positions_may_have_gaps_and_any_order():
    levels = [Level(40, 10, True), Level(10, 10, True), Level(20, 10, False)]
    assert decide(levels, 10, SILENCE).entries == (Entry(20, SILENCE, True), Entry(40, EMPTY, False))


@pytest.mark.parametrize(
    ("standing", "cause"),
    [
        (Standing(BREACH, T, T + MINUTE), SILENCE),
        (Standing(BREACH, T, T + 2 * MINUTE), None),  # at the last instant it is still in time
        (Standing(BREACH, T, T + MINUTE, T, T + MINUTE), BROKEN),
        (Standing(BREACH, T, T + MINUTE, T, T + 2 * MINUTE), None),
        (Standing(BREACH, T, T + MINUTE, T, T + 9 * MINUTE), None),
        (Standing(BREACH, T, None), None),
    ],
)
def test_silence_and_broken_promises_are_overdue(standing, cause):
    assert overdue(standing, T + 2 * MINUTE) is cause


@pytest.mark.parametrize(
    ("cause", "acknowledged", "is_open", "answered", "expected"),
    [
        (BREACH, None, True, None, None),
        (BREACH, None, True, -1, None),
        (BREACH, None, True, 0, None),
        (BREACH, None, True, 1, Ending.ANSWERED),
        (SILENCE, None, True, 1, Ending.ANSWERED),
        (BROKEN, None, True, 1, Ending.ANSWERED),
        (PERSISTS, None, True, 1, None),  # words are not enough: somebody has to take it
        (PERSISTS, 2, True, 1, None),
        (PERSISTS, 2, True, 3, Ending.ANSWERED),
        (BREACH, 2, True, 1, None),
        (BREACH, 2, True, 3, Ending.ANSWERED),
        (PERSISTS, None, False, None, Ending.TICKET_DONE),
        (BREACH, 2, False, 3, Ending.TICKET_DONE),
    ],
)
def test_it_ends_so(cause, acknowledged, is_open, answered, expected):
    def minutes(count):
        return None if count is None else T + count * MINUTE

    standing = Standing(cause, T, T + 30 * MINUTE, minutes(acknowledged), minutes(acknowledged and 60))
    assert ending(standing, ticket_is_open=is_open, answered_at=minutes(answered)) is expected


causes = st.sampled_from([BREACH, SILENCE, PERSISTS, BROKEN])
ladders = st.lists(
    st.builds(Level, st.integers(1, 9), st.integers(1, 500), st.booleans()),
    max_size=6,
    unique_by=lambda one: one.position,
)


@given(ladders, st.lists(causes, min_size=1, max_size=20))
def test_each_level_is_entered_once_and_in_order(levels, what_happens):
    """Whatever happens, an escalation only climbs, skips no level, and stands where somebody is, or at the top."""
    entered, standing_at = [], None
    for cause in what_happens:
        decision = decide(levels, standing_at, cause)
        if decision.entries:
            assert decision.level is not None
            entered += [entry.level for entry in decision.entries]
            standing_at = decision.level.position
            assert all(entry.is_empty for entry in decision.entries[:-1])
            assert not decision.entries[-1].is_empty or standing_at == max(level.position for level in levels)
            assert [entry.cause for entry in decision.entries[1:]] == [EMPTY] * (len(decision.entries) - 1)
        else:
            assert decision.move in {Move.ALARM, Move.ATTACH, Move.NO_LADDER}
    assert entered == sorted({level.position for level in levels})[: len(entered)]


@given(ladders.filter(bool), causes)
def test_what_could_climb_always_reaches_somebody_or_alarms(levels, cause):
    """Nothing is lost: from anywhere below the top a cause enters a level, and at the top it alarms or is attached."""
    for standing_at in [None, *(level.position for level in levels)]:
        decision = decide(levels, standing_at, cause)
        if standing_at is not None and cause is BREACH:
            assert decision == Decision(Move.ATTACH)
        elif standing_at == max(level.position for level in levels):
            assert decision.move is Move.ALARM
        else:
            assert decision.entries
            assert decision.entries[0].cause is cause
