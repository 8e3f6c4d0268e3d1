"""What an activity means, by where the ticket stands."""

import pytest

from portal.replay.words import acts
from tickets.workflow import Status

S = Status


@pytest.mark.parametrize(
    ("activity", "status", "answered", "expected"),
    [
        ("Take in charge ticket", S.NEW, False, "answer"),
        ("Take in charge ticket", S.IN_PROGRESS, True, "answer"),
        ("Take in charge ticket", S.WAITING_CLIENT, True, "resume answer"),
        ("Take in charge ticket", S.RESOLVED, True, "reopen answer"),
        ("Take in charge ticket", S.CLOSED, True, "note"),
        ("Resolve ticket", S.NEW, False, "resolve"),
        ("Resolve ticket", S.WAITING_CLIENT, False, "resume resolve"),
        ("Resolve ticket", S.RESOLVED, True, "reopen resolve"),
        ("Wait", S.NEW, False, "prompt"),
        ("Wait", S.IN_PROGRESS, True, "ask"),
        ("Wait", S.WAITING_CLIENT, False, "note"),
        ("Wait", S.RESOLVED, True, "reopen ask"),
        ("Require upgrade", S.NEW, False, "persist"),
        ("Require upgrade", S.WAITING_CLIENT, True, "resume persist"),
        ("Require upgrade", S.RESOLVED, True, "reopen persist"),
        ("Closed", S.RESOLVED, True, "close"),
        ("Closed", S.IN_PROGRESS, True, "note"),
        ("Closed", S.WAITING_CLIENT, True, "resume note"),
        ("Closed", S.NEW, False, "note"),
        ("Closed", S.CLOSED, True, "note"),
        ("VERIFIED", S.CLOSED, True, "note"),
        ("INVALID", S.NEW, False, "note"),
        ("DUPLICATE", S.RESOLVED, True, "reopen note"),
        ("Create SW anomaly", S.WAITING_CLIENT, True, "resume note"),
        ("something new", S.CANCELLED, False, "note"),
    ],
)
def test_every_event_has_its_acts(activity, status, answered, expected):
    assert " ".join(acts(activity, status, answered=answered)) == expected
