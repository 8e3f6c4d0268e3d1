"""The words of a script: a story is a ticket's life, a step is what somebody does on it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What somebody does."""

    REPLY = "reply"
    NOTE = "note"
    TAKE = "take"
    ASK = "ask"  # publicly, and wait for the client
    THIRD_PARTY = "third_party"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    CANCEL = "cancel"
    ASSIGN = "assign"  # text: whom
    PRIORITIZE = "prioritize"  # text: "high: the reason"
    LOG = "log"
    SCOPE = "scope"  # text: "to_be_quoted licences-procurement: the reason"
    PERSIST = "persist"
    CONTEST = "contest"
    SETTLE = "settle"  # text: "upheld: the reason"
    EXCUSE = "excuse"  # propose to the other side that a missed promise be excused
    AGREE = "agree"
    DECLINE = "decline"
    ACKNOWLEDGE = "acknowledge"  # minutes from the seeding to the promised update


@dataclass(frozen=True)
class Step:
    """At an instant (see `play.when`) somebody of the cast does something, in these words."""

    at: str
    who: str
    act: Act
    text: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class Story:
    """A ticket: whose, by whom, of what kind, how grave, since when, in which words, and what became of it."""

    client: str
    who: str
    kind: str
    impact: str
    urgency: str
    at: str
    subject: str
    body: str
    steps: tuple[Step, ...] = ()
    channel: str = "portal"
    by: str = ""  # whoever wrote it down for the requester
    confidential: bool = False


def reply(at: str, who: str, text: str) -> Step:
    """A public reply."""
    return Step(at, who, Act.REPLY, text)


def note(at: str, who: str, text: str) -> Step:
    """A note among colleagues."""
    return Step(at, who, Act.NOTE, text)


def ask(at: str, who: str, text: str) -> Step:
    """A question; the ticket waits for the client."""
    return Step(at, who, Act.ASK, text)


def third(at: str, who: str) -> Step:
    """Somebody outside has to move."""
    return Step(at, who, Act.THIRD_PARTY)


def resolve(at: str, who: str, text: str) -> Step:
    """Solved, with the answer."""
    return Step(at, who, Act.RESOLVE, text)


def close(at: str, who: str) -> Step:
    """The client's "solved"."""
    return Step(at, who, Act.CLOSE)


def log(at: str, who: str, minutes: int, text: str) -> Step:
    """Time worked."""
    return Step(at, who, Act.LOG, text, minutes)


def act(at: str, who: str, what: Act, text: str = "", minutes: int = 0) -> Step:
    """Anything rarer."""
    return Step(at, who, what, text, minutes)
